import type { DatabaseConnection } from "#app/db/client.server.ts";
import { serviceUnavailable } from "#app/http.ts";
import { type PublicQuery, publicQueryAt, type Snapshot } from "#app/public-pages.ts";
import type { Snapshots } from "#app/request/context.server.ts";
import type { Call } from "../env.ts";
import { followNow } from "../jobs/follow.ts";
import { usageOf } from "../observe.ts";
import { answerPage } from "../page.ts";
import { withoutForeignHeaders } from "../requests.ts";
import { copiesIn } from "../snapshots/copies.ts";
import { askEdge, shownBy } from "../snapshots/edge.ts";
import { read } from "../snapshots/read.ts";
import { freshPlace } from "../snapshots/reader.ts";
import { ageOf } from "./reader.ts";
import { wroteAt, wroteCookie } from "./wrote.ts";

/** Pages of members and what they send. What a write has changed is seen to before the writer is answered. */
export async function answerMember(asked: Request, call: Call): Promise<Response> {
  const { env, ctx, watched } = call;
  watched.side = "member";
  const request = withoutForeignHeaders(asked);
  const snapshots = memberSnapshots(request, call);
  const options = { isReader: false, requestId: watched.requestId, snapshots };
  const { response, record, happened } = await answerPage(request, env, ctx, options);
  const copyMadeAt = record.outage?.madeAt;
  if (copyMadeAt) {
    watched.cache = "last-good";
    response.headers.set("Age", ageOf(copyMadeAt));
  }
  if (happened.length === 0) return response;
  await followNow(happened, ctx);
  response.headers.append("Set-Cookie", wroteCookie(Date.now(), env.ORIGIN));
  return response;
}

/**
 * A member's page takes what it shares with everybody's out of the cache, unless they wrote something since that was read.
 * The rows that the page will most likely ask for are fetched while the viewer is still being looked up.
 */
function memberSnapshots(request: Request, { env, ctx, watched: { requestId } }: Call) {
  const notBefore = wroteAt(request, env.ORIGIN);
  return (database: DatabaseConnection): Snapshots => {
    const ask = ({ address }: PublicQuery) => askEdge(env, ctx, { kind: "rows", address, requestId });
    const expected = request.method === "GET" ? publicQueryAt(pageUrl(request)) : null;
    const early = expected && ask(expected);
    // Whether it failed is the page's to find out; a page that asks for something else does not wait for it.
    early?.catch(() => {});

    async function kept<Rows>(query: PublicQuery<Rows>): Promise<Snapshot<Rows> | null> {
      const { response, outcome } = await (early && query.address === expected?.address
        ? early
        : ask(query as PublicQuery));
      if (outcome === "miss" || outcome === "none") addUsage(database, usageOf(response.headers));
      if (response.status === 503) throw serviceUnavailable();
      const shown = shownBy(response);
      return response.ok && shown ? { value: await response.json(), ...shown } : null;
    }
    const places = { kept, fresh: freshPlace(database, env, ctx), copy: copiesIn(env, ctx).get };
    return (query) => read(query, places, { notBefore });
  };
}

/** The address of the page of which React Router's client asks for the data. */
function pageUrl({ url }: Request): URL {
  const page = new URL(url);
  page.pathname = page.pathname.replace(/(^\/_)?\.data$/, "");
  return page;
}

/** What the Reader spent on rows counts for the request that asked for them. */
function addUsage({ usage }: DatabaseConnection, spent: DatabaseConnection["usage"]): void {
  usage.statements += spent.statements;
  usage.milliseconds += spent.milliseconds;
}
