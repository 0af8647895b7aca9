import { LRUCache } from "lru-cache";
import { PARTS_FORMAT } from "#app/db/parts.server.ts";
import { sha256 } from "#app/domain/hash.ts";

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

/** That a part was kept: a hash of it, what it shows, and when. */
type Note = { hash: string; tags: string[]; at: number };

/** What this isolate has kept lately. */
const kept = new LRUCache<string, Note>({ max: 2_000 });

/** Copies in Workers KV, which every place of the network reads. */
export function lastGood(kv: KVNamespace, origin: string): LastGood {
  // Isolates come and go, and a write to KV is dear: what one of a place has kept, the others need not keep again.
  const notes = () => caches.open("last-good");
  const noteAddress = async (key: string) => `${origin}/.last-good/${await copyKey(key)}`;
  const noteOfOthers = async (key: string) => {
    const found = await (await notes()).match(await noteAddress(key));
    return found && ((await found.json()) as Note);
  };
  return {
    async keep(key, copy) {
      try {
        if (isRecent(copy, kept.get(key))) return;
        const note: Note = {
          hash: await sha256(JSON.stringify(copy.data)),
          tags: copy.tags,
          at: copy.madeAt,
        };
        if (isKept(note, kept.get(key)) || isKept(note, await noteOfOthers(key))) return;
        kept.set(key, note);
        await kv.put(await copyKey(key), JSON.stringify(copy), { expirationTtl: KEPT_SECONDS });
        const headers = { "Cache-Control": `max-age=${REFRESH_MS / 1000}` };
        await (await notes()).put(await noteAddress(key), Response.json(note, { headers }));
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
      for (const [key, copy] of kept.entries()) {
        if (!copy.tags.some((tag) => tags.includes(tag))) continue;
        kept.delete(key);
        await (await notes()).delete(await noteAddress(key));
      }
    },
  };
}

/** Whether a part needs no new copy: the same is kept, or another one was kept just now. */
function isKept({ hash, at }: Note, earlier: Note | undefined): boolean {
  if (!earlier) return false;
  return isRecent({ madeAt: at }, earlier) || (at - earlier.at < REFRESH_MS && earlier.hash === hash);
}

function isRecent({ madeAt }: Pick<Copy, "madeAt">, earlier: Note | undefined): boolean {
  return earlier !== undefined && madeAt - earlier.at < RENEW_MS;
}

async function copyKey(key: string): Promise<string> {
  return `part/${PARTS_FORMAT}/${await sha256(key)}`;
}

function withdrawnKey(tag: string): string {
  return `withdrawn/${tag}`;
}
