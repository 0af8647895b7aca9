import { LRUCache } from "lru-cache";
import { sha256 } from "#app/domain/hash.ts";
import { COPY_REFRESH_MS } from "#app/domain/keeping.ts";
import { log, reasonOf } from "#app/log.ts";
import { type PublicQuery, SNAPSHOT_FORMAT, type Snapshot } from "#app/public-pages.ts";
import type { Env } from "../env.ts";
import type { Shown } from "./edge.ts";
import { purgerOf } from "./purger.ts";

const KEPT_SECONDS = (2 * COPY_REFRESH_MS) / 1000;

/** What is known of the copy of a page: a hash of its rows, the facts that it shows, and when they were read. */
type Note = Shown & { hash: string };

/** What this isolate knows of copies, so that KV is asked once. */
const notes = new LRUCache<string, Note>({ max: 5_000 });

/** The rows of pages as they were when the database last answered, in Workers KV, for the time when it does not. */
export function copiesIn(env: Env, ctx: { exports: Cloudflare.Exports }) {
  const kv = env.LAST_GOOD;
  const keyOf = async ({ address }: PublicQuery) => `copy/${SNAPSHOT_FORMAT}/${await sha256(address)}`;
  const isWithdrawn = ({ shows, madeAt }: Shown) => purgerOf(ctx).isWithdrawn(shows, madeAt);

  return {
    /** Keeps a copy where the one that is there will not do any more. Never throws: readers come first. */
    async keep<Rows>(query: PublicQuery<Rows>, snapshot: Snapshot<Rows>): Promise<void> {
      if (!query.isCopied(snapshot.value)) return;
      try {
        const key = await keyOf(query as PublicQuery);
        const note = await noteOf(snapshot);
        const known = notes.get(key) ?? (await keptNote(kv, key));
        if (known) notes.set(key, known);
        const isRecent =
          known &&
          note.madeAt - known.madeAt < (known.hash === note.hash ? COPY_REFRESH_MS : query.renewCopyAfter);
        if (isRecent && !(await isWithdrawn(known))) return;
        notes.set(key, note);
        await kv.put(key, JSON.stringify(snapshot), { expirationTtl: KEPT_SECONDS });
      } catch (error) {
        log({ level: "warning", message: "A copy was not kept", reason: reasonOf(error) });
      }
    },

    /** The copy of a page, or null: also where it shows what was taken back since, or nobody can say whether it does. */
    async get<Rows>(query: PublicQuery<Rows>): Promise<Snapshot<Rows> | null> {
      const copy = await kv.get<Snapshot<Rows>>(await keyOf(query as PublicQuery), "json");
      return copy && !(await isWithdrawn(copy)) ? copy : null;
    },
  };
}

async function noteOf({ value, shows, madeAt }: Snapshot): Promise<Note> {
  return { hash: await sha256(JSON.stringify(value)), shows, madeAt };
}

async function keptNote(kv: KVNamespace, key: string): Promise<Note | undefined> {
  const copy = await kv.get<Snapshot>(key, "json");
  return copy ? noteOf(copy) : undefined;
}
