import type { MiddlewareFunction } from "react-router";
import { formFields } from "#app/domain/held-form.ts";
import { readForm } from "#app/http.ts";
import { formContext, keptFormContext } from "#app/request/context.server.ts";

/**
 * Reads what an unsafe request carries, once: the action works on it, and whatever fails after this, the error page
 * gives it back. A form that was drawn without a submission id (a reader's page is one page for everyone) gets
 * one here, so that a repeat of it is known for what it is.
 */
export const keepForm: MiddlewareFunction<Response> = async ({ request, url, context }) => {
  if (request.method === "GET" || request.method === "HEAD") return;
  // A copy, since Clerk's middleware makes its own request out of this one.
  const form = await readForm(request.clone());
  if (!form.get("submission")) form.set("submission", crypto.randomUUID());
  context.set(formContext, form);
  const action = `${url.pathname}${url.search}`;
  context.get(keptFormContext).current = { id: crypto.randomUUID(), action, fields: formFields(form) };
};
