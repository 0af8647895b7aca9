import { randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import type { Database } from "#app/db/client.server.ts";
import { recordClerkEvent } from "#app/db/identity.server.ts";
import { getViewer } from "#app/db/members.server.ts";
import { personFromUser } from "#app/domain/clerk-event.ts";
import type { Role } from "#app/domain/viewer.ts";

export type TestMember = { id: string; handle: string };

export type MemberDetails = {
  /** Letters, digits and hyphens. Default: one that nobody else has. */
  handle?: string;
  /** Clerk's id; a new one by default. */
  id?: string;
  firstName?: string | null;
  lastName?: string | null;
  email?: string | null;
  role?: Role;
  suspendedUntil?: Date | null;
};

/** Someone whom Clerk has told the forum about. */
export async function makeMember(db: Database, details: MemberDetails = {}): Promise<TestMember> {
  const { id = newUserId(), handle = newHandle() } = details;
  const person = await personFromUser({
    id,
    username: handle,
    first_name: details.firstName ?? null,
    last_name: details.lastName ?? null,
    image_url: null,
    primary_email_address_id: "idn_1",
    email_addresses: details.email
      ? [{ id: "idn_1", email_address: details.email, verification: { status: "verified" } }]
      : [],
    created_at: 1,
    updated_at: 1,
  });
  if (person.kind !== "saved") throw new Error(`${id} is no id of Clerk's`);
  await recordClerkEvent(db, person);
  await setStanding(db, id, details);
  const viewer = await getViewer(db, id);
  return { id, handle: viewer?.handle ?? handle };
}

/** What only an operator or a moderator decides about someone. */
export async function setStanding(
  db: Database,
  id: string,
  { role, suspendedUntil }: Pick<MemberDetails, "role" | "suspendedUntil">,
): Promise<void> {
  if (role !== undefined)
    await db.execute(sql`update members set role = ${role}, role_set_at = now() where user_id = ${id}`);
  if (suspendedUntil !== undefined)
    await db.execute(sql`
      update members set suspended_until = ${suspendedUntil?.toISOString() ?? null}::timestamptz,
        suspended_at = now(), suspension_reason = 'A test asked for it'
      where user_id = ${id}`);
}

/** Clerk says that this person's account is gone. */
export async function deleteMember(db: Database, { id }: Pick<TestMember, "id">): Promise<void> {
  await recordClerkEvent(db, { kind: "deleted", id, deletedAt: new Date() });
}

/** An id in the form of Clerk's. */
export function newUserId(): string {
  return `user_${randomBytes(14).toString("hex").slice(0, 27)}`;
}

/** A handle that nobody else has. */
export function newHandle(): string {
  return `m-${randomBytes(6).toString("hex")}`;
}
