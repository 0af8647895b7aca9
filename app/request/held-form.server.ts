import type { SessionStorage } from "react-router";
import type { HeldForm } from "#app/domain/held-form.ts";
import { HELD_FORM_SECONDS, HELD_FORMS_MAX } from "#app/domain/limits.ts";
import { continuePath } from "#app/paths.ts";

type HeldForms = SessionStorage<{ forms: HeldForm[] }>;

/**
 * Keeps a form for an hour in the browser's session. Every hold makes a new session that carries the earlier
 * forms along: Workers KV may answer a key that was read before with a minute-old value.
 * Answers the page where the person goes on, and the session's cookie.
 */
export async function holdForm(
  storage: HeldForms,
  request: Request,
  form: HeldForm,
): Promise<{ path: string; cookie: string }> {
  const earlier = await listForms(storage, request);
  const session = await storage.getSession();
  session.set("forms", [...earlier, form].slice(-HELD_FORMS_MAX));
  const expires = new Date(Date.now() + HELD_FORM_SECONDS * 1000);
  return { path: continuePath(form.id), cookie: await storage.commitSession(session, { expires }) };
}

/** The form that this browser's session holds under `id`, or null. */
export async function getHeldForm(
  storage: HeldForms,
  request: Request,
  id: string,
): Promise<HeldForm | null> {
  return (await listForms(storage, request)).find((form) => form.id === id) ?? null;
}

async function listForms(storage: HeldForms, request: Request): Promise<HeldForm[]> {
  const session = await storage.getSession(request.headers.get("Cookie"));
  return session.get("forms") ?? [];
}
