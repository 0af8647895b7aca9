import type { Database } from "#app/db/client.server.ts";
import { type Part, partOf } from "#app/db/parts.server.ts";
import { isServiceUnavailable, serviceUnavailable } from "#app/http.ts";
import type { PartReader, ReadPart } from "#app/middleware/context.server.ts";
import type { LastGood } from "./last-good.ts";
import type { PageCache } from "./page-cache.ts";

type Sources = { database: Database; lastGood: LastGood; waitUntil(promise: Promise<unknown>): void };

/** Reads parts from the database, and where that is away, from the copies of what it last answered. */
export function freshParts({ database, lastGood, waitUntil }: Sources): PartReader {
  const copyOf = async <Data>(part: Part<Data>): Promise<ReadPart<Data> | null> => {
    const copy = await lastGood.get(part.key).catch(() => null);
    return copy && { data: copy.data as Data, madeAt: copy.madeAt, isCopy: true };
  };
  return {
    copyOf,
    async read<Data>(part: Part<Data>): Promise<ReadPart<Data>> {
      const madeAt = Date.now();
      try {
        const data = await part.load(database);
        if (data !== null) waitUntil(lastGood.keep(part.key, { data, tags: part.tags(data), madeAt }));
        return { data, madeAt, isCopy: false };
      } catch (error) {
        if (!isServiceUnavailable(error)) throw error;
        const copy = await copyOf(part);
        if (!copy) throw error;
        return copy;
      }
    },
  };
}

type CachedSources = Sources & {
  pages: PageCache;
  origin: string;
  /** When the viewer last wrote something: what was read before that is too old for them. */
  wroteAt: number;
};

/** Reads parts out of the page cache, so that a member's page asks the database for little more than who they are. */
export function cachedParts({ pages, origin, wroteAt, ...sources }: CachedSources): PartReader {
  const fresh = freshParts(sources);
  return {
    copyOf: fresh.copyOf,
    async read<Data>(part: Part<Data>): Promise<ReadPart<Data>> {
      const { response } = await pages.fetch(partAddress(origin, part.key));
      if (response.status === 503) throw serviceUnavailable();
      if (!response.ok) return fresh.read(part);
      const kept = (await response.json()) as ReadPart<Data>;
      return kept.madeAt > wroteAt || kept.isCopy ? kept : fresh.read(part);
    },
  };
}

/** Answers a part to the page cache, to be kept like a page. */
export async function answerPart(
  part: Part<unknown>,
  sources: Sources,
  freshSeconds: number,
): Promise<Response> {
  try {
    const read = await freshParts(sources).read(part);
    const tags = part.tags(read.data);
    if (read.isCopy || tags.length === 0)
      return Response.json(read, { headers: { "Cache-Control": "no-store" } });
    return Response.json(read, {
      headers: { "Cache-Control": `public, max-age=${freshSeconds}`, "Cache-Tag": tags.join(",") },
    });
  } catch (error) {
    if (!isServiceUnavailable(error)) throw error;
    return new Response(null, { status: 503, headers: { "Cache-Control": "no-store" } });
  }
}

const PARTS_PATH = "/.parts";

/** Where the Reader answers a part. Nothing from outside gets there: the gateway asks only for what the page cache asks for. */
function partAddress(origin: string, key: string): string {
  return `${origin}${PARTS_PATH}?key=${encodeURIComponent(key)}`;
}

/** The part that a request of the page cache asks for, or null where it asks for a page. */
export function requestedPart({ pathname, searchParams }: URL): Part<unknown> | null {
  return pathname === PARTS_PATH ? partOf(searchParams.get("key") ?? "") : null;
}
