import { parseElsewherePath, publicAddress } from "#app/domain/elsewhere.ts";
import { elsewhereOf } from "../elsewhere/signed.ts";
import type { Call } from "../env.ts";
import { addPictureHeaders } from "../headers.ts";
import { outcomeOf } from "../snapshots/edge.ts";

/** A picture of another host, at a path that this forum has signed; 404 for any other path, at no cost. */
export async function answerElsewhere(request: Request, path: string, call: Call): Promise<Response> {
  const { env, watched } = call;
  watched.route = "/media/elsewhere/:signature/:address";
  const asked = parseElsewherePath(path);
  // What was public once, by older rules, need not be so by today's.
  const isOurs = asked && elsewhereOf(env).isSigned(asked) && publicAddress(asked.address) !== null;
  const response = isOurs ? await askForPicture(asked.address, call) : new Response(null, { status: 404 });
  const { status } = response;
  const body = request.method === "HEAD" ? null : response.body;
  const picture = new Response(body, { status, headers: response.headers });
  addPictureHeaders(picture, env.ORIGIN);
  picture.headers.delete("Cf-Cache-Status");
  return picture;
}

/** The address alone decides, so that a new key finds what is kept. */
async function askForPicture(address: string, { env, ctx, watched }: Call): Promise<Response> {
  const elsewhere = env.ELSEWHERE ?? ctx.exports.Elsewhere;
  const response = await elsewhere.fetch(`${env.ORIGIN}/?${new URLSearchParams({ address })}`);
  watched.cache = outcomeOf(response) ?? "none";
  return response;
}
