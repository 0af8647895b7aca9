import { lockThread } from "#app/db/threads.server.ts";
import { parseForm } from "#app/domain/form.ts";
import { parseNumber } from "#app/domain/paging.ts";
import { LockForm } from "#app/domain/thread.ts";
import { badRequest, notFound, requireDone, seeOther } from "#app/http.ts";
import { requireViewer } from "#app/middleware/viewer.server.ts";
import { threadPath } from "#app/paths.ts";
import { databaseContext, formContext } from "#app/request/context.server.ts";
import type { Route } from "./+types/lock";

export { onlyPosted as loader } from "#app/http.ts";
export { NoPage as default } from "#app/ui/no-page.ts";

/** Locks a thread, or opens it again. */
export async function action({ context, params, url }: Route.ActionArgs) {
  const viewer = requireViewer(context, url);
  const parsed = parseForm(LockForm, context.get(formContext));
  const number = parseNumber(params.number);
  if (!number) throw notFound();
  if (!parsed.ok) throw badRequest(parsed.errors.reason ?? "request.locked");
  const lock = { number, ...parsed.data, by: viewer.id };
  const done = await lockThread(context.get(databaseContext), lock);
  return seeOther(threadPath(requireDone(done, { missing: "missing.thread" })));
}
