import { Webhook } from "svix";
import { type Database, isUnavailable } from "#app/db/client.server.ts";
import { recordClerkEvent } from "#app/db/identity.server.ts";
import { rootCause } from "#app/domain/causes.ts";
import { type ClerkEvent, readClerkEvent } from "#app/domain/clerk-event.ts";
import { WEBHOOK_BYTES_MAX } from "#app/domain/limits.ts";
import { log, reasonOf } from "#app/log.ts";
import { readBytes } from "../requests.ts";

type Options = {
  /** Clerk's signing secret for this endpoint, `whsec_…`. */
  secret: string | undefined;
  /** Used only after the signature has been checked. Its errors must come as they are (openDatabase without `unavailable`). */
  database: Database;
};

/** A database that is restarting is mostly back by then. */
const RETRY_AFTER_SECONDS = 30;

/** A unique value that somebody else held at that moment may be free at the next try. */
const UNIQUE_VIOLATION = "23505";

/**
 * Answers `POST /webhooks/clerk`. Clerk sends an event again until it gets a 2xx, eight times in about 28 hours
 * (docs.svix.com/retries). So 2xx means "nothing would change by sending this again", also where that is because it
 * can never be stored; anything that may pass (no database, no secret yet) gets an error. Never throws.
 */
export async function handleClerkWebhook(request: Request, options: Options): Promise<Response> {
  if (request.method !== "POST") return refuse(405, "Events arrive by POST.", { Allow: "POST" });
  const webhook = openWebhook(options.secret);
  if (!webhook) return refuse(500, "The forum is not configured to receive events.");
  const bytes = await readBytes(request, WEBHOOK_BYTES_MAX).catch(() => undefined);
  if (bytes === undefined) return refuse(400, "The body broke off.");
  if (bytes === null) return refuse(413, "No event is that large.");
  // Exactly what was signed: a byte order mark belongs to it.
  const body = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(bytes);
  if (!isSigned(webhook, body, request.headers)) return refuse(403, "The signature does not hold.");
  const event = await readClerkEvent(parseJson(body));
  if (!event) return refuse(400, "The body is no event.");
  return record(event, { ...options, svixId: request.headers.get("svix-id") });
}

function openWebhook(secret: string | undefined): Webhook | null {
  if (!secret) {
    alert("CLERK_WEBHOOK_SECRET is missing, so no event from Clerk is accepted.");
    return null;
  }
  try {
    return new Webhook(secret);
  } catch {
    alert("CLERK_WEBHOOK_SECRET is malformed (it begins with whsec_), so no event from Clerk is accepted.");
    return null;
  }
}

/** Whether the body was signed with our secret within the last five minutes. */
function isSigned(webhook: Webhook, body: string, headers: Headers): boolean {
  try {
    webhook.verify(body, Object.fromEntries(headers));
    return true;
  } catch (error) {
    // For the operator whose secret is the wrong one. What was sent is anybody's word, and stays out of the log.
    log({ level: "warning", message: "An event for /webhooks/clerk was refused", reason: reasonOf(error) });
    return false;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Delivery = Omit<Options, "secret"> & { svixId: string | null };

async function record(event: ClerkEvent, { database, svixId }: Delivery): Promise<Response> {
  if (event.kind === "ignored") return accept();
  if (event.kind === "unusable") {
    alert("An event about a person has no usable user id. It was not stored.", { svixId });
    return accept();
  }
  try {
    await recordClerkEvent(database, event);
    return accept();
  } catch (error) {
    return answerFailure(error, svixId);
  }
}

function answerFailure(error: unknown, svixId: string | null): Response {
  if (isUnavailable(error)) {
    alert("The database cannot be reached. Clerk will send this event again.", { svixId });
    return refuse(503, "The forum cannot reach its database just now.", {
      "Retry-After": String(RETRY_AFTER_SECONDS),
    });
  }
  const { code, reason } = innermost(error);
  if (/^2[23]/.test(code) && code !== UNIQUE_VIOLATION) {
    alert("An event can never be stored. It was dropped.", { svixId, code });
    return accept();
  }
  alert("An event could not be stored. Clerk will send it again.", { svixId, code, reason });
  return refuse(500, "The event could not be stored.");
}

/**
 * The SQLSTATE of what went wrong, or else its message. Never both: what Postgres says of a failed statement,
 * and what drizzle says around it, may repeat personal data.
 */
function innermost(error: unknown): { code: string; reason?: string } {
  const cause = rootCause(error);
  return "code" in cause ? { code: String(cause.code) } : { code: "", reason: cause.message };
}

/** One line for whoever watches the log; no personal data goes in. */
function alert(message: string, details: Record<string, string | null | undefined> = {}): void {
  log({ level: "error", message, ...details });
}

function accept(): Response {
  return Response.json({ ok: true }, { headers: { "Cache-Control": "no-store" } });
}

function refuse(status: number, error: string, headers: Record<string, string> = {}): Response {
  return Response.json(
    { ok: false, error },
    { status, headers: { "Cache-Control": "no-store", ...headers } },
  );
}
