import { picturePath } from "#app/domain/picture.ts";
import type { Message } from "#app/messages/catalogue.ts";
import { wordsIn } from "#app/messages/words.server.ts";
import { formContext, recordContext, viewerContext } from "#app/request/context.server.ts";
import { languageOf } from "#app/request/language.server.ts";
import { addPicture } from "#app/request/picture.server.ts";
import type { Route } from "./+types/upload";

export { onlyPosted as loader } from "#app/http.ts";

/** What the script of the composer is told: the picture's address, or why there is none. */
export type Uploaded = { path: string } | { error: string };

/** Takes a picture from the script of the composer, which puts it into the text. */
export async function action({ context }: Route.ActionArgs) {
  const answer = (body: Uploaded, status: number) => Response.json(body, { status });
  const say = (message: Message) => ({ error: wordsIn(languageOf(context)).say(message) });
  const viewer = context.get(viewerContext);
  if (!viewer && context.get(recordContext).outage) return answer(say("outage.away"), 503);
  if (!viewer) return answer(say("picture.signedOut"), 401);
  const file = context.get(formContext).get("picture");
  if (!(file instanceof File)) return answer(say("problem.noPicture"), 400);
  const added = await addPicture(context, viewer, file);
  return added.ok
    ? answer({ path: picturePath(added.picture) }, 201)
    : answer(say(added.message), added.status);
}
