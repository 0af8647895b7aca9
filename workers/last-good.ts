import { LRUCache } from "lru-cache";
import { PARTS_FORMAT } from "#app/db/parts.server.ts";
import { sha256 } from "#app/domain/clerk-event.ts";

/** Parts of pages as they were when the database last answered, for the time when it does not. */
export interface LastGood {
  /** Keeps a part until nobody has seen it for seven days, unless the same was kept lately. Never throws: readers come first. */
  keep(key: string, copy: Copy): Promise<void>;
  /** The copy of a part, or null. What was withdrawn since it was made is not shown again. */
  get(key: string): Promise<Copy | null>;
  /** From now on no copy that was made before shows any of these (app/domain/tags.ts). */
  withdraw(tags: string[]): Promise<void>;
}

export type Copy = {
  data: unknown;
  tags: string[];
  /** Milliseconds since 1970. */
  madeAt: number;
};

/** A busy page changes all the time; a copy as old as this is good enough, and KV takes one write a second for a key. */
const RENEW_MS = 60_000;
/** A page that does not change keeps its copy by being seen. */
const REFRESH_MS = 24 * 3600 * 1000;

/** Seven days from when a page was last seen, which may be a day after its copy was made. */
const KEPT_SECONDS = 7 * 24 * 3600 + REFRESH_MS / 1000;

/** So many keys does KV read at once. */
const READ_AT_ONCE = 100;

/** What this isolate has kept lately: a hash of the part, what it shows, and when. */
const kept = new LRUCache<string, { hash: string; tags: string[]; at: number }>({ max: 2_000 });

/** Copies in Workers KV, which every place of the network reads. */
export function lastGood(kv: KVNamespace): LastGood {
  return {
    async keep(key, copy) {
      try {
        const hash = await sha256(JSON.stringify(copy.data));
        const earlier = kept.get(key);
        const age = copy.madeAt - (earlier?.at ?? 0);
        if (age < RENEW_MS || (age < REFRESH_MS && earlier?.hash === hash)) return;
        kept.set(key, { hash, tags: copy.tags, at: copy.madeAt });
        await kv.put(await copyKey(key), JSON.stringify(copy), { expirationTtl: KEPT_SECONDS });
      } catch (error) {
        kept.delete(key);
        console.warn(
          JSON.stringify({ level: "warning", message: "A copy was not kept", reason: String(error) }),
        );
      }
    },
    async get(key) {
      const copy = await kv.get<Copy>(await copyKey(key), "json");
      if (!copy) return null;
      const markers = [...new Set(copy.tags)].map(withdrawnKey);
      for (let at = 0; at < markers.length; at += READ_AT_ONCE) {
        const times = await kv.get(markers.slice(at, at + READ_AT_ONCE));
        for (const time of times.values()) if (time !== null && Number(time) >= copy.madeAt) return null;
      }
      return copy;
    },
    async withdraw(tags) {
      // As long as the copies that it is about.
      const until = { expirationTtl: KEPT_SECONDS };
      const now = String(Date.now());
      await Promise.all(tags.map((tag) => kv.put(withdrawnKey(tag), now, until)));
      // What is made from now on may be kept at once.
      for (const [key, copy] of kept.entries())
        if (copy.tags.some((tag) => tags.includes(tag))) kept.delete(key);
    },
  };
}

async function copyKey(key: string): Promise<string> {
  return `part/${PARTS_FORMAT}/${await sha256(key)}`;
}

function withdrawnKey(tag: string): string {
  return `withdrawn/${tag}`;
}
