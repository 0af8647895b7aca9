import { deleteReply } from "#app/db/replies.server.ts";
import { parseForm } from "#app/domain/form.ts";
import { parseNumber } from "#app/domain/paging.ts";
import { REFUSALS, writeRefusal } from "#app/domain/permissions.ts";
import { DeleteForm } from "#app/domain/reply.ts";
import { activityTags, replyTag, threadTag } from "#app/domain/tags.ts";
import { badRequest, forbidden, notFound, seeOther } from "#app/http.ts";
import { refuse, requireViewer } from "#app/middleware/viewer.server.ts";
import { replyPath } from "#app/paths.ts";
import { databaseContext, formContext } from "#app/request/context.server.ts";
import { noteChange } from "#app/request/parts.server.ts";
import type { Route } from "./+types/delete";

export { onlyPosted as loader } from "#app/http.ts";
export { NoPage as default } from "#app/ui/no-page.ts";

/** Deletes what the viewer wrote, or brings it back. */
export async function action({ context, params, url }: Route.ActionArgs) {
  const viewer = requireViewer(context, url);
  const parsed = parseForm(DeleteForm, context.get(formContext));
  const thread = parseNumber(params.number);
  const number = parseNumber(params.reply);
  if (!thread || !number) throw notFound();
  refuse(writeRefusal(viewer, new Date()));
  if (!parsed.ok) throw badRequest("A reply is either deleted or not.");
  const { deleted } = parsed.data;
  const result = await deleteReply(context.get(databaseContext), {
    thread,
    number,
    authorId: viewer.id,
    deleted,
  });
  if (!result) throw notFound("There is no such reply.");
  if (result.refusal) throw forbidden(REFUSALS[result.refusal]);
  const { category } = result;
  const changed = activityTags({ thread, category, authorId: viewer.id });
  // An opening post that nobody has answered takes its thread along, and so its title.
  const withdrawn = number === 1 ? threadTag(thread) : replyTag(thread, number);
  noteChange(context, changed, deleted ? [withdrawn] : []);
  return seeOther(replyPath(result, number));
}
