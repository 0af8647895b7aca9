import type { Command } from "commander";
import type { Database } from "#app/db/client.server.ts";
import { type Discrepancy, verify } from "#app/db/verify.server.ts";
import { withForum } from "../database-url.ts";

/** `verify`: proves every counter and number, and exits with 1 if any is wrong. */
export function addVerifyCommand(program: Command): void {
  program
    .command("verify")
    .description("Prove every counter and number against the rows they count. Exits with 1 if any is wrong.")
    .addHelpText("after", "\nExample:\n  npm run forum -- verify")
    .action(() => withForum(({ db }) => reportVerification(db)));
}

/** Verifies, says what differs, and sets the exit code. */
export async function reportVerification(db: Database): Promise<void> {
  const found = await verify(db);
  for (const discrepancy of found) console.log(describeDiscrepancy(discrepancy));
  if (found.length === 0) return console.log("Verified: every counter and number is right.");
  console.log(`${found.length} ${found.length === 1 ? "value is" : "values are"} wrong.`);
  process.exitCode = 1;
}

/** One line: what, where, what stands there, and what should. */
export function describeDiscrepancy({ subject, column, stored, expected }: Discrepancy): string {
  return `${subject}: ${column} is ${stored ?? "missing"}, should be ${expected}`;
}
