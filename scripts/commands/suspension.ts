import type { Command } from "commander";
import type postgres from "postgres";
import { z } from "zod";
import { cleanLine } from "#app/domain/text.ts";
import { withForum } from "../database-url.ts";
import { Problem } from "../problem.ts";
import { noSuchMember, withoutAt } from "./role.ts";

/** `suspend HANDLE` and `unsuspend HANDLE`: who may read, but not write, and until when. */
export function addSuspensionCommands(program: Command): void {
  program
    .command("suspend")
    .description("Keep someone from writing and voting until a date. They see the reason.")
    .argument("<handle>", "whom, as their page /u/HANDLE shows it")
    .requiredOption("--until <date>", "2027-01-31 (its first moment, UTC) or 2027-01-31T18:00:00Z")
    .requiredOption("--reason <text>", "what they are told")
    .addHelpText(
      "after",
      '\nExample:\n  npm run forum -- suspend ada --until 2027-01-31 --reason "Advertising"',
    )
    .action(async (handle: string, options: { until: string; reason: string }) => {
      const suspension = parseSuspension(options, new Date());
      const member = await withForum(({ sql }) => suspend(sql, handle, suspension));
      console.log(`${member} is suspended until ${suspension.until}.`);
    });
  program
    .command("unsuspend")
    .description("Let someone write again.")
    .argument("<handle>", "whom")
    .addHelpText("after", "\nExample:\n  npm run forum -- unsuspend ada")
    .action(async (handle: string) => {
      const member = await withForum(({ sql }) => unsuspend(sql, handle));
      console.log(`${member} is not suspended.`);
    });
}

type Suspension = { until: string; reason: string };

const Until = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

/**
 * The suspension that the options ask for; `until` becomes an ISO time.
 * @throws Problem when the date is none or is over, or the reason is empty
 */
export function parseSuspension(options: Suspension, now: Date): Suspension {
  const until = Until.safeParse(options.until);
  if (!until.success)
    throw new Problem(`"${options.until}" is no date: write 2027-01-31, or 2027-01-31T18:00:00Z.`);
  const end = new Date(until.data);
  if (end <= now) throw new Problem(`${end.toISOString()} is over already.`);
  const reason = cleanLine(options.reason);
  if (reason === "") throw new Problem("Say why: --reason is what they are told.");
  return { until: end.toISOString(), reason };
}

/** Suspends a member and answers their handle. An operator is no member, so nobody is named as having done it. */
export async function suspend(sql: postgres.Sql, handle: string, { until, reason }: Suspension) {
  const [member] = await sql<{ handle: string }[]>`
    update members m
    set suspended_until = ${until}, suspended_at = now(), suspended_by = null, suspension_reason = ${reason}
    from "user" u
    where u.id = m.user_id and u.deleted_at is null and lower(m.handle) = lower(${withoutAt(handle)})
    returning m.handle`;
  if (!member) throw noSuchMember(handle);
  return member.handle;
}

/** Ends a member's suspension, if there is one, and answers their handle. */
export async function unsuspend(sql: postgres.Sql, handle: string) {
  const [member] = await sql<{ handle: string }[]>`
    update members
    set suspended_until = null, suspended_at = null, suspended_by = null, suspension_reason = null
    where lower(handle) = lower(${withoutAt(handle)})
    returning handle`;
  if (!member) throw noSuchMember(handle);
  return member.handle;
}
