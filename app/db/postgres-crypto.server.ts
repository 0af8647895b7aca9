import nodeCrypto from "node:crypto";
import { LRUCache } from "lru-cache";

/** One database has one salt; a pooler that holds the plain password makes one up whenever it starts. */
const KEYS_MAX = 16;

/** Keys by a hash of all that they are derived from. Plain bytes: all requests of an isolate share them. */
const keys = new LRUCache<string, Uint8Array>({ max: KEYS_MAX });

/** What postgres-js asks of `crypto` (patches.config.ts). It is Node's, but for the one call that takes a millisecond. */
export const crypto = {
  ...nodeCrypto,

  /**
   * The key that SCRAM proves a password with, derived once for each password, salt and number of iterations
   * (docs/decisions/0016-reads-as-functions.md). Another password is another key, also where salt and iterations are the same.
   */
  pbkdf2Sync(
    password: string,
    salt: Uint8Array,
    iterations: number,
    length: number,
    digest: string,
  ): Uint8Array {
    const origin = JSON.stringify([password, [...salt], iterations, length, digest]);
    const name = nodeCrypto.createHash("sha256").update(origin).digest("hex");
    const known = keys.get(name);
    if (known) return known;
    const key = nodeCrypto.pbkdf2Sync(password, salt, iterations, length, digest);
    keys.set(name, key);
    return key;
  },
};
