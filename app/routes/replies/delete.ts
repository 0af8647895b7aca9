import { deleteReply } from "#app/db/replies.server.ts";
import { parseForm } from "#app/domain/form.ts";
import { parseNumber } from "#app/domain/paging.ts";
import { DeleteForm } from "#app/domain/reply.ts";
import { badRequest, notFound, requireDone, seeOther } from "#app/http.ts";
import { requireViewer } from "#app/middleware/viewer.server.ts";
import { replyPath } from "#app/paths.ts";
import { databaseContext, formContext } from "#app/request/context.server.ts";
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
  if (!parsed.ok) throw badRequest("request.deleted");
  const deletion = { thread, number, authorId: viewer.id, deleted: parsed.data.deleted };
  const done = await deleteReply(context.get(databaseContext), deletion);
  return seeOther(replyPath(requireDone(done, { missing: "missing.reply" }), number));
}
