import { Argument, type Command } from "commander";
import { setRole } from "#app/db/members.server.ts";
import type { Role } from "#app/domain/viewer.ts";
import { withForum } from "../database-url.ts";
import { requireMember, withoutAt } from "../handle.ts";

const ROLES = ["member", "moderator", "admin"] as const satisfies Role[];

/** `role HANDLE ROLE`: makes someone a moderator or an admin, or a plain member again. */
export function addRoleCommand(program: Command): void {
  program
    .command("role")
    .description("Make someone a moderator or an admin, or a plain member again.")
    .argument("<handle>", "whom, as their page /u/HANDLE shows it", withoutAt)
    .addArgument(new Argument("<role>", "what they are from now on").choices(ROLES))
    .addHelpText("after", "\nExample:\n  npm run forum -- role ada moderator")
    .action(async (handle: string, role: Role) => {
      const member = requireMember(await withForum(({ db }) => setRole(db, handle, role)), handle);
      console.log(`${member} is ${role === "admin" ? "an" : "a"} ${role} now.`);
    });
}
