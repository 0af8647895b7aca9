import { createWorkersKVSessionStorage } from "@react-router/cloudflare";
import { createCookie, type RouterContextProvider } from "react-router";
import type { HeldForm } from "#app/domain/held-form.ts";
import { HELD_FORM_SECONDS, HELD_FORMS_MAX } from "#app/domain/limits.ts";
import { continuePath } from "#app/paths.ts";
import { type HeldForms, heldFormsContext, siteContext } from "./context.server.ts";
import { cookieAttributes, cookieName, ownCookie, readCookies } from "./cookies.server.ts";

type Store = {
  kv: Parameters<typeof createWorkersKVSessionStorage>[0]["kv"];
  secret: string;
  origin: string;
};

/** Held forms in Workers KV: for each a key of its own, and a signed cookie of its own that names it. */
export function heldFormsIn({ kv, secret, origin }: Store): HeldForms {
  return (id) => {
    const attributes = cookieAttributes(origin, HELD_FORM_SECONDS);
    const cookie = createCookie(cookieName(`held-${id}`, origin), { ...attributes, secrets: [secret] });
    return createWorkersKVSessionStorage<{ form: HeldForm }>({ kv, cookie });
  };
}

type Context = Readonly<RouterContextProvider>;

/**
 * Keeps a form for an hour for this browser, under a cookie and a key of its own: however many are held at once, none
 * overwrites another. Beyond `HELD_FORMS_MAX` the oldest give way.
 * Answers the page where the person goes on, and the `Set-Cookie` lines.
 */
export async function holdForm(
  context: Context,
  request: Request,
  form: HeldForm,
): Promise<{ path: string; cookies: string[] }> {
  const storage = context.get(heldFormsContext)(form.id);
  const session = await storage.getSession();
  session.set("form", form);
  const expires = new Date(Date.now() + HELD_FORM_SECONDS * 1000);
  const cookie = await storage.commitSession(session, { expires });
  const surplus = heldIds(context, request).slice(0, -(HELD_FORMS_MAX - 1));
  await destroyForms(context, request, surplus);
  return { path: continuePath(form.id), cookies: [cookie, ...clearingCookies(context, surplus)] };
}

/** The form that is held under `id` for this browser, or null. */
export async function getHeldForm(context: Context, request: Request, id: string): Promise<HeldForm | null> {
  if (!FORM_ID.test(id)) return null;
  const session = await context.get(heldFormsContext)(id).getSession(request.headers.get("Cookie"));
  const form = session.get("form");
  return form?.id === id ? form : null;
}

/** Deletes every form that is held for this browser: whoever comes to it next must not find it. */
export async function destroyHeldForms(context: Context, request: Request): Promise<void> {
  await destroyForms(context, request, heldIds(context, request));
}

/** The `Set-Cookie` lines after which this browser leads to no held form. */
export function clearHeldForms(context: Context, request: Request): string[] {
  return clearingCookies(context, heldIds(context, request));
}

const FORM_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The ids of the forms that this browser says are held for it, the oldest first: they are UUIDs of version 7. */
function heldIds(context: Context, request: Request): string[] {
  const prefix = cookieName("held-", context.get(siteContext).origin);
  const names = Object.keys(readCookies(request)).filter((name) => name.startsWith(prefix));
  return names
    .map((name) => name.slice(prefix.length))
    .filter((id) => FORM_ID.test(id))
    .sort();
}

async function destroyForms(context: Context, request: Request, ids: string[]): Promise<void> {
  await Promise.all(
    ids.map(async (id) => {
      const storage = context.get(heldFormsContext)(id);
      const session = await storage.getSession(request.headers.get("Cookie"));
      // Without one, the cookie was not signed by us.
      if (session.id) await storage.destroySession(session);
    }),
  );
}

function clearingCookies(context: Context, ids: string[]): string[] {
  return ids.map((id) => ownCookie(`held-${id}`, "", context.get(siteContext).origin, 0));
}
