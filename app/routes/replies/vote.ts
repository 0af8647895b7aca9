import { castVote } from "#app/db/votes.server.ts";
import { parseForm } from "#app/domain/form.ts";
import { parseNumber } from "#app/domain/paging.ts";
import { VoteForm } from "#app/domain/vote-form.ts";
import { badRequest, notFound, requireDone, seeOther, wantsData } from "#app/http.ts";
import type { Message } from "#app/messages/catalogue.ts";
import { requireViewer } from "#app/middleware/viewer.server.ts";
import { replyPath } from "#app/paths.ts";
import { databaseContext, formContext } from "#app/request/context.server.ts";
import { answerOr } from "#app/ui/client-action.ts";
import type { Route } from "./+types/vote";

export { onlyPosted as loader } from "#app/http.ts";
export { NoPage as default } from "#app/ui/no-page.ts";

/** Sets the viewer's vote on a reply: up, down, or none. */
export async function action({ context, params, request, url }: Route.ActionArgs) {
  const viewer = requireViewer(context, url);
  const parsed = parseForm(VoteForm, context.get(formContext));
  const thread = parseNumber(params.number);
  const number = parseNumber(params.reply);
  if (!thread || !number) throw notFound();
  if (!parsed.ok) throw badRequest("request.vote");
  const { value } = parsed.data;
  const cast = await castVote(context.get(databaseContext), { thread, number, voterId: viewer.id, value });
  const { score, title } = requireDone(cast, { missing: "missing.reply" });
  if (wantsData(request)) return { score, value, problem: null };
  return seeOther(replyPath({ number: thread, title }, number));
}

/** With JavaScript, a vote that fails says so beside its button; the page, and what is typed on it, stays. */
export function clientAction({ serverAction }: Route.ClientActionArgs) {
  return answerOr(serverAction, "vote.lost", (problem: Message) => ({ problem }));
}
