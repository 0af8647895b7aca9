import type { MiddlewareFunction } from "react-router";
import { v7 as uuidv7 } from "uuid";
import { knownFields } from "#app/domain/held-form.ts";
import { formContext, recordContext } from "#app/request/context.server.ts";
import { readForm } from "#app/request/form.server.ts";

/**
 * Reads what an unsafe request carries, once: the action works on it, and whatever fails after this, the error page
 * gives it back. A form that was drawn without a submission id (a reader's page is one page for everyone) gets
 * one here, so that a repeat of it is known for what it is.
 */
export const keepForm: MiddlewareFunction<Response> = async ({ request, url, context }) => {
  if (request.method === "GET" || request.method === "HEAD") return;
  const form = await readForm(request);
  if (!form.get("submission")) form.set("submission", crypto.randomUUID());
  context.set(formContext, form);
  const action = `${url.pathname}${url.search}`;
  context.get(recordContext).keptForm = { id: uuidv7(), action, fields: knownFields(form) };
};
