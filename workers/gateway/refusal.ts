import type { PageRefusal } from "#app/request/context.server.ts";
import type { Call } from "../env.ts";
import { answerPage } from "../page.ts";

export const FORGED: PageRefusal = { status: 403, message: "request.forged" };
export const NOT_POSTED: PageRefusal = { status: 405, message: "request.notPosted" };
export const TOO_LARGE: PageRefusal = { status: 413, message: "request.tooLarge" };

/** A refused request is answered as if its address had been read, so that the refusal looks like this site. */
export async function answerRefusal(request: Request, call: Call, refusal: PageRefusal): Promise<Response> {
  const { env, ctx, watched } = call;
  watched.side = "member";
  const asked = new Request(request.url, { headers: { Accept: request.headers.get("Accept") ?? "*/*" } });
  const { requestId } = watched;
  return (await answerPage(asked, env, ctx, { isReader: true, refusal, requestId })).response;
}
