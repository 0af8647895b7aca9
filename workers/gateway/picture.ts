import { FORM_BYTES_MAX } from "#app/domain/limits.ts";
import { PICTURE_BYTES_MAX } from "#app/domain/picture.ts";
import type { Call, Env } from "../env.ts";
import { addPictureHeaders } from "../headers.ts";
import { askEdge } from "../snapshots/edge.ts";
import { forBrowser } from "./reader.ts";

/** What the addresses of all pictures begin with. */
export const PICTURES_AT = /^\/media\//;

/** The addresses to which pictures are sent: the script's own, and the forms of posts. */
const TAKING_PICTURES = /^\/(media|t\/new|t\/\d+\/replies\/(new|\d+\/edit))(\.data)?$/;

/** How many bytes a request may bring: a form, and a picture with it where one is taken. */
export function bytesMax({ url, headers }: Request, { PICTURES }: Env): number {
  const isMultipart = headers.get("Content-Type")?.startsWith("multipart/form-data") ?? false;
  const takesPicture = PICTURES && isMultipart && TAKING_PICTURES.test(new URL(url).pathname);
  return FORM_BYTES_MAX + (takesPicture ? PICTURE_BYTES_MAX : 0);
}

/** A picture, the same for everyone, signed in or not: kept where it is, and out of R2 where it is not. No statement. */
export async function answerPicture(request: Request, { pathname }: URL, call: Call): Promise<Response> {
  const { env, ctx, watched } = call;
  Object.assign(watched, { side: "reader", route: "/media/:picture" });
  const { requestId } = watched;
  // Whatever a query says, the picture is the same.
  const kept = await askEdge(env, ctx, { kind: "picture", address: pathname, requestId });
  watched.cache = kept.outcome;
  const cacheControl = kept.response.headers.get("Cache-Control") ?? "no-store";
  const answer = forBrowser(request, kept);
  // Browsers may keep it: nothing else will ever be at this address.
  answer.headers.set("Cache-Control", answer.status < 400 ? cacheControl : "no-store");
  answer.headers.delete("Vary");
  addPictureHeaders(answer, env.ORIGIN);
  return answer;
}
