import { z } from "zod";
import { sha256 } from "./hash.ts";
import { cleanLine } from "./text.ts";

/** What the forum stores of a person, as Clerk knew them at `updatedAt`. */
export type SavedPerson = {
  kind: "saved";
  /** Clerk's user id. */
  id: string;
  /** The primary address, and only if Clerk has verified it. */
  email: string | null;
  firstName: string | null;
  lastName: string | null;
  username: string | null;
  imageUrl: string | null;
  updatedAt: Date;
  /** Decides between two states with one `updatedAt`; of the two, the one with the greater text stands. */
  tie: string;
};

/** A person whose account at Clerk is gone. */
export type DeletedPerson = { kind: "deleted"; id: string; deletedAt: Date };

/** What one event changes. app/db/identity.server.ts stores it. */
export type PersonEvent = SavedPerson | DeletedPerson;

/** `ignored`: an event about something else. `unusable`: an event about a person that names nobody. */
export type ClerkEvent = PersonEvent | { kind: "ignored" } | { kind: "unusable" };

/** Clerk's ids are `user_` and 27 letters and digits; this leaves room for longer ones. */
const USER_ID = /^user_[A-Za-z0-9]{1,59}$/;
/** The shape of Clerk's session ids: `sess_` and as much. */
const SESSION_ID = /^sess_[A-Za-z0-9]{1,59}$/;
/** Clerk allows 64 characters in a username, and limits names less strictly. */
const NAME_MAX = 100;
/** RFC 5321, 4.5.3.1: the longest address that mail can be sent to. */
const EMAIL_MAX = 254;
/** What browsers and proxies take without complaint. */
const URL_MAX = 2048;
/** The last millisecond of the year 9999; later years have another notation. */
const LATEST = 253_402_300_799_999;

/** Milliseconds since 1970, whose fractions `Date` drops. A value that is no such number counts as missing. */
const Milliseconds = z.number().min(0).max(LATEST).optional().catch(undefined);
const Name = z.string().transform(cleanName).nullable().catch(null);

const EmailAddress = z.object({
  id: z.string(),
  email_address: z.string(),
  verification: z.object({ status: z.string() }),
});

/**
 * What the forum reads of Clerk's user. Every field but the id may be missing or malformed, and then counts as empty:
 * a strange picture address must not keep a person out.
 */
const ClerkUser = z.object({
  id: z.string().regex(USER_ID),
  username: Name,
  first_name: Name,
  last_name: Name,
  image_url: z.string().transform(safeImageUrl).nullable().catch(null),
  primary_email_address_id: z.string().nullable().catch(null),
  email_addresses: z.array(EmailAddress.nullable().catch(null)).catch([]),
  created_at: Milliseconds,
  updated_at: Milliseconds,
});

/** Whether a text has the shape of Clerk's user ids. A token may be signed, and its subject something else. */
export function isUserId(text: string): boolean {
  return USER_ID.test(text);
}

/** Whether a text has the shape of Clerk's session ids. */
export function isSessionId(text: string): boolean {
  return SESSION_ID.test(text);
}

const Envelope = z.object({ type: z.string(), data: z.unknown(), timestamp: Milliseconds });

/** Of two states with one `updated_at`, an updated one is the later: nothing comes before a creation. */
const RANKS = { "user.created": "0", "user.updated": "1" } as const;

/**
 * Reads the JSON of a webhook from Clerk, or null where it is no event.
 * The same event always gives the same answer, whenever and however often it arrives.
 */
export async function readClerkEvent(json: unknown): Promise<ClerkEvent | null> {
  const event = Envelope.safeParse(json);
  if (!event.success) return null;
  const { type, data, timestamp } = event.data;
  if (type === "user.created" || type === "user.updated") return readPerson(data, RANKS[type], timestamp);
  if (type === "user.deleted") return readDeletion(data, timestamp);
  return { kind: "ignored" };
}

/**
 * Reads one user of Clerk's user list (Backend API, `GET /v1/users`).
 * It ranks as low as a creation, so that reading a state that a webhook has brought already changes nothing.
 */
export async function personFromUser(user: unknown): Promise<SavedPerson | { kind: "unusable" }> {
  return readPerson(user, RANKS["user.created"], undefined);
}

/** A person without `updated_at` is as new as their event: dated 0, they would lose against every stored row. */
async function readPerson(data: unknown, rank: "0" | "1", sentAt: number | undefined) {
  const parsed = ClerkUser.safeParse(data);
  if (!parsed.success) return { kind: "unusable" } as const;
  const person = parsed.data;
  const stored = {
    email: primaryEmail(person),
    firstName: person.first_name,
    lastName: person.last_name,
    username: person.username,
    imageUrl: person.image_url,
  };
  const updatedAt = new Date(person.updated_at ?? sentAt ?? person.created_at ?? 0);
  const tie = rank + (await sha256(JSON.stringify(stored)));
  return { kind: "saved", id: person.id, ...stored, updatedAt, tie } as const;
}

/** A deletion carries no time of its own but the event's. */
function readDeletion(data: unknown, sentAt: number | undefined): ClerkEvent {
  const parsed = ClerkUser.pick({ id: true }).safeParse(data);
  if (!parsed.success) return { kind: "unusable" };
  return { kind: "deleted", id: parsed.data.id, deletedAt: new Date(sentAt ?? 0) };
}

function primaryEmail(person: z.output<typeof ClerkUser>): string | null {
  const primary = person.email_addresses.find((each) => each?.id === person.primary_email_address_id);
  if (primary?.verification.status !== "verified") return null;
  const address = primary.email_address.trim();
  // A shortened or cleaned address would be somebody else's, so an address that does not fit is not stored at all.
  const isAddress = address.isWellFormed() && /^[^\s\p{Cc}@]+@[^\s\p{Cc}@]+$/u.test(address);
  return isAddress && address.length <= EMAIL_MAX ? address : null;
}

/** One line, without the NUL that Postgres refuses and what a page cannot show; or null where nothing is left. */
function cleanName(name: string): string | null {
  // A name that is far too long is cut before it is cleaned: composing 100,000 accents on one letter takes seconds.
  return [...cleanLine(name.slice(0, 10 * NAME_MAX))].slice(0, NAME_MAX).join("").trim() || null;
}

/** The address, if a browser may fetch a picture from it: https, or http from this machine while developing. */
function safeImageUrl(address: string): string | null {
  const url = URL.parse(address);
  if (!url || url.href.length > URL_MAX) return null;
  return url.protocol === "https:" || (url.protocol === "http:" && url.hostname === "localhost")
    ? url.href
    : null;
}
