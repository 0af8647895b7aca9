import type { Command } from "commander";
import { z } from "zod";
import { type Suspension, setSuspension } from "#app/db/members.server.ts";
import { cleanLine } from "#app/domain/text.ts";
import { withForum } from "../database-url.ts";
import { requireMember, withoutAt } from "../handle.ts";
import { Problem } from "../problem.ts";

/** `suspend HANDLE` and `unsuspend HANDLE`: who may read, but not write, and until when. */
export function addSuspensionCommands(program: Command): void {
  program
    .command("suspend")
    .description("Keep someone from writing and voting until a date. They see the reason.")
    .argument("<handle>", "whom, as their page /u/HANDLE shows it", withoutAt)
    .requiredOption("--until <date>", "2027-01-31 (its first moment, UTC) or 2027-01-31T18:00:00Z")
    .requiredOption("--reason <text>", "what they are told")
    .addHelpText(
      "after",
      '\nExample:\n  npm run forum -- suspend ada --until 2027-01-31 --reason "Advertising"',
    )
    .action(async (handle: string, options: { until: string; reason: string }) => {
      const suspension = parseSuspension(options, new Date());
      const suspended = await withForum(({ db }) => setSuspension(db, handle, suspension));
      const member = requireMember(suspended, handle);
      console.log(`${member} is suspended until ${suspension.until}.`);
    });
  program
    .command("unsuspend")
    .description("Let someone write again.")
    .argument("<handle>", "whom", withoutAt)
    .addHelpText("after", "\nExample:\n  npm run forum -- unsuspend ada")
    .action(async (handle: string) => {
      const member = requireMember(await withForum(({ db }) => setSuspension(db, handle, null)), handle);
      console.log(`${member} is not suspended.`);
    });
}

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
