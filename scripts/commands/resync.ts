import type { Command } from "commander";
import { withForum } from "../database-url.ts";
import { Problem } from "../problem.ts";
import { resyncMembers } from "../resync.ts";

/** `resync`: brings everyone up to date with Clerk. */
export function addResyncCommand(program: Command): void {
  program
    .command("resync")
    .description("Read all people from Clerk again, for the day that webhooks were lost.")
    .option("--delete-missing", "record people as deleted even if Clerk knows suspiciously few of them")
    .addHelpText(
      "after",
      `
Reads CLERK_SECRET_KEY, and CLERK_API_URL where it is set. Safe at any time, and as often as you like. People whom
Clerk no longer knows are recorded as deleted; imported people stay.

Example:
  CLERK_SECRET_KEY=sk_live_… npm run forum -- resync`,
    )
    .action(async ({ deleteMissing }: { deleteMissing?: boolean }) => {
      const clerk = await clerkFromEnvironment();
      const report = await withForum(({ db }) =>
        resyncMembers(db, clerk, {
          deleteMissing,
          onPage: (people) => console.error(`${people} people read`),
        }),
      );
      console.log(
        `${report.people} people at Clerk, ${report.saved} of them new or changed; ${report.deleted} recorded as deleted.`,
      );
      if (report.unusable > 0) console.log(`${report.unusable} users could not be read and were left out.`);
    });
}

async function clerkFromEnvironment() {
  const { CLERK_SECRET_KEY: secretKey, CLERK_API_URL: apiUrl } = process.env;
  if (!secretKey) throw new Problem("Set CLERK_SECRET_KEY: Clerk's dashboard shows it under API keys.");
  // Loaded when it is wanted, so that the other commands start without it.
  const { createClerkClient } = await import("@clerk/backend");
  return createClerkClient({ secretKey, ...(apiUrl ? { apiUrl } : {}), telemetry: { disabled: true } });
}
