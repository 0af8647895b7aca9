import { WorkerEntrypoint } from "cloudflare:workers";
import type { Database } from "#app/db/client.server.ts";
import type { Fact } from "#app/domain/facts.ts";
import { sha256 } from "#app/domain/hash.ts";
import { keptAs, type Lifetime } from "#app/domain/keeping.ts";
import { isServiceUnavailable, isTooBusy } from "#app/http.ts";
import { type PublicQuery, publicQueryAt, type Snapshot, takeSnapshot } from "#app/public-pages.ts";
import { pageDatabase } from "../database.ts";
import { type Env, parseEnv } from "../env.ts";
import { notePage } from "../observe.ts";
import { answerPage, type Page } from "../page.ts";
import { readPictureAt } from "../pictures/serve.ts";
import { REQUEST_ID } from "../requests.ts";
import { copiesIn } from "./copies.ts";
import { type Kind, SHOWN, type Shown } from "./edge.ts";
import { type Places, read } from "./read.ts";

/**
 * Answers for the signed-out: the same for everyone, with no cookie in or out, no Clerk and no script. A cache stands before
 * it and keeps what it says may be kept, until one of the facts changes that `Cache-Tag` names.
 */
export class Reader extends WorkerEntrypoint {
  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const [, kind = "", ...rest] = url.pathname.split("/");
    url.pathname = `/${rest.join("/")}`;
    return this.#answer(kind as Kind, url, request.headers.get(REQUEST_ID) ?? "");
  }

  /** The answer at an address (a path with its query), made anew: a call by name goes past the cache. */
  async renew(kind: Kind, address: string, requestId: string): Promise<Response> {
    return this.#answer(kind, new URL(address, parseEnv(this.env as object).ORIGIN), requestId);
  }

  /** Drops what is kept of this entrypoint: Cloudflare lets each drop its own alone. */
  async purge(names: { tags: Fact[] }): Promise<{ success: boolean }> {
    // Where no cache is, nothing is kept.
    return (await this.ctx.cache?.purge(names)) ?? { success: true };
  }

  async #answer(kind: Kind, url: URL, requestId: string): Promise<Response> {
    const env = parseEnv(this.env as object);
    if (kind === "rows") return answerRows(url, env, this.ctx);
    if (kind === "picture") return readPictureAt(url.pathname, env);
    const request = new Request(url, { headers: { Accept: "text/html" } });
    // Whoever asks for the copy has been told that the database is away.
    const places = (database: Database): Places =>
      kind === "copy"
        ? { copy: copiesIn(env, this.ctx).get }
        : { fresh: freshPlace(database, env, this.ctx) };
    const page = await answerPage(request, env, this.ctx, {
      isReader: true,
      requestId,
      snapshots: (database) => (query) => read(query, places(database)),
    });
    return keepable(page, url, kind);
  }
}

/** Looks in the database, and keeps a copy of what it finds there. */
export function freshPlace(database: Database, env: Env, ctx: ExecutionContext) {
  return async <Rows>(query: PublicQuery<Rows>): Promise<Snapshot<Rows>> => {
    const snapshot = await takeSnapshot(query, database);
    ctx.waitUntil(copiesIn(env, ctx).keep(query, snapshot));
    return snapshot;
  };
}

/** The rows of a page, for the page of a member. What fails is for whoever asked to try, and to log. */
async function answerRows(url: URL, env: Env, ctx: ExecutionContext): Promise<Response> {
  const query = publicQueryAt(url);
  if (!query) return notKept(404);
  const database = pageDatabase(env, ctx, "rows");
  try {
    const { value, ...shown } = await read(query, { fresh: freshPlace(database, env, ctx) });
    const response = Response.json(value);
    notePage(response.headers, { route: "/.rows", usage: database.usage, isStaff: false });
    keep(response.headers, shown, query);
    return response;
  } catch (error) {
    return notKept(isServiceUnavailable(error) || isTooBusy(error) ? 503 : 500);
  } finally {
    ctx.waitUntil(database.close());
  }
}

function notKept(status: number): Response {
  return new Response(null, { status, headers: { "Cache-Control": "no-store" } });
}

/**
 * The page as the cache may keep it: whole, named by the facts that it shows, the same for everyone. An error says that it
 * may not be kept. What shows no fact ends by its age, so that no address costs the database twice a minute.
 */
async function keepable({ response, record }: Page, url: URL, kind: Kind): Promise<Response> {
  const { status } = response;
  if (status >= 500 || response.headers.has("Set-Cookie")) return response;
  const body = await response.arrayBuffer();
  const kept = new Response(body, response);
  const { headers } = kept;
  const shown = { shows: [...record.shows], madeAt: record.madeAt ?? Date.now() };
  keep(headers, shown, kind === "copy" ? COPY_LIFETIME : publicQueryAt(url));
  // Weak, since Cloudflare compresses on the way. A copy is never said to be what a browser has.
  if (status === 200 && kind === "page") headers.set("ETag", `W/"${(await sha256(body)).slice(0, 16)}"`);
  // One address, one page: it is the gateway that tells readers and members apart.
  headers.delete("Vary");
  return kept;
}

/** An outage is over for readers as soon as it is over. */
const COPY_LIFETIME: Lifetime = { freshFor: 1, staleFor: 0 };

/** Says what an answer shows, how long it may be kept, and which changes end it earlier. */
function keep(headers: Headers, { shows, madeAt }: Shown, lifetime: Lifetime | null): void {
  const { freshFor, staleFor, tags } = keptAs(shows, lifetime);
  // Without the last of them Cloudflare would serve an old answer for as long as the Reader fails.
  const ages = `max-age=${freshFor}, stale-while-revalidate=${staleFor}, stale-if-error=${staleFor}`;
  headers.set("Cache-Control", `public, ${ages}`);
  if (tags.length > 0) headers.set("Cache-Tag", tags.join(","));
  headers.set(SHOWN, JSON.stringify({ shows, madeAt }));
}
