import type { DatabaseConnection } from "#app/db/client.server.ts";
import { type Part, partOf } from "#app/db/parts.server.ts";
import { isServiceUnavailable, serviceUnavailable } from "#app/http.ts";
import type { PartReader, ReadPart } from "#app/request/context.server.ts";
import type { LastGood } from "./last-good.ts";
import { notePage, type Usage, usageOf } from "./observe.ts";
import type { PageCache } from "./page-cache.ts";

type Sources = {
  database: DatabaseConnection;
  lastGood: LastGood;
  waitUntil(promise: Promise<unknown>): void;
};

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
        if (part.isThere(data)) waitUntil(lastGood.keep(part.key, { data, tags: part.tags(data), madeAt }));
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
  /** The part that the page will most likely ask for: it is fetched while the viewer is still being looked up. */
  expected: Part<unknown> | null;
};

/** Reads parts out of the page cache, so that a member's page asks the database for little more than who they are. */
export function cachedParts({ pages, origin, wroteAt, expected, ...sources }: CachedSources): PartReader {
  const fresh = freshParts(sources);
  const fetchPart = ({ key }: Part<unknown>) => pages.fetch(partAddress(origin, key));
  const early = expected && fetchPart(expected);
  // Whoever asks for it hears of the failure; nobody may.
  early?.catch(() => {});
  return {
    copyOf: fresh.copyOf,
    async read<Data>(part: Part<Data>): Promise<ReadPart<Data>> {
      const { response, outcome } = await (early && part.key === expected?.key ? early : fetchPart(part));
      if (outcome === "miss" || outcome === "none") addUsage(sources.database, usageOf(response.headers));
      if (response.status === 503) throw serviceUnavailable();
      if (!response.ok) return fresh.read(part);
      const kept = (await response.json()) as ReadPart<Data>;
      return kept.madeAt > wroteAt || kept.isCopy ? kept : fresh.read(part);
    },
  };
}

/** What the Reader spent on a part counts for the request that asked for it. */
function addUsage({ usage }: DatabaseConnection, { statements, milliseconds }: Usage): void {
  usage.statements += statements;
  usage.milliseconds += milliseconds;
}

/** Answers a part to the page cache, to be kept like a page. What fails is for whoever asked to try, and to log. */
export async function answerPart(
  part: Part<unknown>,
  sources: Sources,
  freshSeconds: number,
): Promise<Response> {
  const response = await packPart(part, sources, freshSeconds).catch((error: unknown) =>
    notKept(new Response(null, { status: isServiceUnavailable(error) ? 503 : 500 })),
  );
  notePage(response.headers, { route: PARTS_PATH, usage: sources.database.usage, isStaff: false });
  return response;
}

async function packPart(part: Part<unknown>, sources: Sources, freshSeconds: number): Promise<Response> {
  const read = await freshParts(sources).read(part);
  const tags = part.tags(read.data);
  if (read.isCopy || tags.length === 0) return notKept(Response.json(read));
  const headers = { "Cache-Control": `public, max-age=${freshSeconds}`, "Cache-Tag": tags.join(",") };
  return Response.json(read, { headers });
}

function notKept(response: Response): Response {
  response.headers.set("Cache-Control", "no-store");
  return response;
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
