import { FORM_FIELDS_MAX } from "#app/domain/limits.ts";
import { badRequest } from "#app/http.ts";

/**
 * The submitted form. Throws 400 where the body is no form, and, before anything is made of it, where it has more fields
 * than any form of ours. The body stays to be read by others.
 */
export async function readForm(request: Request): Promise<FormData> {
  const unreadable = badRequest("request.unreadable");
  const type = request.headers.get("Content-Type") ?? "";
  // A copy, since Clerk's middleware makes its own request out of this one.
  const body = new Uint8Array(await request.clone().arrayBuffer());
  const fields = countFields(body, type);
  if (fields === null) throw unreadable;
  if (fields > FORM_FIELDS_MAX) throw badRequest("request.tooManyFields");
  try {
    return await new Response(body, { headers: { "Content-Type": type } }).formData();
  } catch {
    throw unreadable;
  }
}

/** RFC 2046, 5.1.1. */
const BOUNDARY_MAX = 70;

/**
 * How many fields a form's body has at most, from its separators alone; counts no further than one above
 * `FORM_FIELDS_MAX`. Null for what is no form, and for a multipart form that does not say what separates it, or says
 * it twice.
 */
export function countFields(body: Uint8Array, contentType: string): number | null {
  if (/^application\/x-www-form-urlencoded\b/i.test(contentType)) return countText(body, "&") + 1;
  if (!/^multipart\/form-data\b/i.test(contentType) || /[^ -~]/.test(contentType)) return null;
  const [boundary, ...others] = contentType.matchAll(/boundary\s*=\s*(?:"([^"\\]+)"|([^\s;"]+))/gi);
  const text = boundary?.[1] ?? boundary?.[2] ?? "";
  if (text === "" || text.length > BOUNDARY_MAX || others.length > 0) return null;
  return countText(body, `--${text}`);
}

function countText(bytes: Uint8Array, text: string): number {
  return new TextDecoder("latin1").decode(bytes).split(text, FORM_FIELDS_MAX + 2).length - 1;
}
