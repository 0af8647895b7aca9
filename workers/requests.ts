/** Names a request: on the answer for whoever asked, and inside from the gateway to the pages. */
export const REQUEST_ID = "X-Request-Id";

/**
 * Whether an unsafe request comes from a page of this forum. A browser that says where a request was made
 * must say "here"; one that does not must name our origin. Neither header: refused (OWASP, Cross-Site Request
 * Forgery Prevention, "Fetch Metadata headers").
 */
export function isSameOrigin(request: Request, ownOrigin: string): boolean {
  const origin = request.headers.get("Origin");
  if (origin !== null && origin !== ownOrigin) return false;
  const site = request.headers.get("Sec-Fetch-Site");
  return site === null ? origin === ownOrigin : site === "same-origin" || site === "none";
}

/** The request with its whole body in memory, or null where that is more than `limit` bytes. */
export async function withBody(request: Request, limit: number): Promise<Request | null> {
  const body = await readBytes(request, limit);
  // A browser that is still sending when the answer comes shows a lost connection in its place.
  if (!body) await request.body?.pipeTo(new WritableStream()).catch(() => {});
  return body && new Request(request.url, { method: request.method, headers: request.headers, body });
}

/** The bytes of a body, or null where there are more than `limit` of them, whatever `Content-Length` says. */
export async function readBytes(
  { headers, body }: Pick<Request | Response, "headers" | "body">,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (Number(headers.get("Content-Length") ?? 0) > limit) return null;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.byteLength;
    if (length > limit) return null;
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** What a request may claim and we must not believe. */
const FOREIGN = [
  "X-Forwarded-Host",
  "X-Forwarded-Proto",
  "CloudFront-Forwarded-Proto",
  "Forwarded",
  "Authorization",
  // React Router answers these with other documents than the one at the address (CVE-2025-43864).
  "X-React-Router-SPA-Mode",
  "X-React-Router-Prerender-Data",
];

/**
 * Drops what a request may claim and we must not believe: forwarded hosts (Clerk would build its return
 * address from them) and `Authorization` (sessions are cookies here; a machine token in it would cost a
 * call to Clerk).
 */
export function withoutForeignHeaders(request: Request): Request {
  const headers = new Headers(request.headers);
  for (const name of FOREIGN) headers.delete(name);
  return new Request(request, { headers });
}
