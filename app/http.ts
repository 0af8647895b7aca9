import { data, redirect } from "react-router";

/** Throw it where what the URL names does not exist, or may not be known to exist. */
export function notFound(message?: string) {
  return data({ message }, { status: 404 });
}

/** Throw it where the viewer may not do what they ask. `message` is shown to them. */
export function forbidden(message: string) {
  return data({ message }, { status: 403 });
}

/** Throw it where the request makes no sense. `message` is shown to whoever sent it. */
export function badRequest(message: string) {
  return data({ message }, { status: 400 });
}

/** The loader of a route that only takes forms. */
export function onlyPosted(): never {
  throw data({ message: "This address takes forms; there is no page to read here." }, { status: 405 });
}

/** Throw it where the database cannot be reached. The Worker adds `Retry-After`. */
export function serviceUnavailable() {
  return data({ message: "The forum cannot reach its database just now." }, { status: 503 });
}

/** Throw it where the database refuses a value that got past every check. */
export function unacceptable() {
  return badRequest("Something in this request cannot be stored or looked up.");
}

/** After a write: go and look at it, with GET. */
export function seeOther(path: string) {
  return redirect(path, 303);
}

/** The submitted form. Throws 400 where the body is no form. */
export async function readForm(request: Request): Promise<FormData> {
  try {
    return await request.formData();
  } catch {
    throw badRequest("The form could not be read. Go back, and send it again.");
  }
}

/** Whether React Router's client sent this, and wants data rather than a page. */
export function wantsData(request: Request): boolean {
  return new URL(request.url).pathname.endsWith(".data");
}

/** Whether what was thrown is `serviceUnavailable()`: only then a copy of what was there before will do. */
export function isServiceUnavailable(error: unknown): boolean {
  if (typeof error !== "object" || error === null || !("init" in error)) return false;
  return (error.init as ResponseInit | null)?.status === 503;
}
