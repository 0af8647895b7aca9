import { LRUCache } from "lru-cache";
import { sha256 } from "#app/domain/clerk-event.ts";

/** Parts of pages as they were when the database last answered, for the time when it does not. */
export interface LastGood {
  /** Keeps a part for seven days, unless the same was kept lately. Never throws: readers come first. */
  keep(key: string, copy: Copy): Promise<void>;
  /** The copy of a part, or null. What was withdrawn since it was made is not shown again. */
  get(key: string): Promise<Copy | null>;
  /** From now on no copy that was made before shows any of these (app/domain/tags.ts). */
  withdraw(tags: string[]): Promise<void>;
}

export type Copy = { data: unknown; tags: string[] /** Milliseconds since 1970. */; madeAt: number };

const KEPT_SECONDS = 7 * 24 * 3600;

/** A busy page changes all the time; a copy as old as this is good enough, and KV takes one write a second for a key. */
const RENEW_MS = 60_000;
/** A page that does not change keeps its copy by being seen. */
const REFRESH_MS = 24 * 3600 * 1000;

/** What this isolate has kept lately: a hash of the part, and when. */
const kept = new LRUCache<string, { hash: string; at: number }>({ max: 5_000 });

/** Copies in Workers KV, which every place of the network reads. */
export function lastGood(kv: KVNamespace): LastGood {
  return {
    async keep(key, copy) {
      try {
        const hash = await sha256(JSON.stringify(copy.data));
        const earlier = kept.get(key);
        const age = copy.madeAt - (earlier?.at ?? 0);
        if (age < RENEW_MS || (age < REFRESH_MS && earlier?.hash === hash)) return;
        kept.set(key, { hash, at: copy.madeAt });
        await kv.put(`part/${await sha256(key)}`, JSON.stringify(copy), { expirationTtl: KEPT_SECONDS });
      } catch (error) {
        console.warn(
          JSON.stringify({ level: "warning", message: "A copy was not kept", reason: String(error) }),
        );
      }
    },
    async get(key) {
      const copy = await kv.get<Copy>(`part/${await sha256(key)}`, "json");
      if (!copy) return null;
      const withdrawn = await Promise.all(copy.tags.map((tag) => kv.get(withdrawnKey(tag))));
      return withdrawn.some((at) => at !== null && Number(at) >= copy.madeAt) ? null : copy;
    },
    async withdraw(tags) {
      // As long as the copies that it is about.
      const until = { expirationTtl: KEPT_SECONDS };
      const now = String(Date.now());
      await Promise.all(tags.map((tag) => kv.put(withdrawnKey(tag), now, until)));
      // What is made from now on may be kept at once.
      kept.clear();
    },
  };
}

function withdrawnKey(tag: string): string {
  return `withdrawn/${tag}`;
}
