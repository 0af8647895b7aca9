import type { MiddlewareFunction } from "react-router";
import { formFields } from "#app/domain/held-form.ts";
import { readForm } from "#app/http.ts";
import { keptFormContext } from "./context.server.ts";

/** Remembers what an unsafe request carries: whatever fails after this, the error page gives it back. */
export const keepForm: MiddlewareFunction<Response> = async ({ request, url, context }) => {
  if (request.method === "GET" || request.method === "HEAD") return;
  const fields = formFields(await readForm(request.clone()));
  context.get(keptFormContext).current = {
    id: crypto.randomUUID(),
    action: `${url.pathname}${url.search}`,
    fields,
  };
};
