import { Argument, type Command } from "commander";
import type postgres from "postgres";
import type { Role } from "#app/domain/viewer.ts";
import { withForum } from "../database-url.ts";
import { Problem } from "../problem.ts";

const ROLES = ["member", "moderator", "admin"] as const satisfies Role[];

/** `role HANDLE ROLE`: makes someone a moderator or an admin, or a plain member again. */
export function addRoleCommand(program: Command): void {
  program
    .command("role")
    .description("Make someone a moderator or an admin, or a plain member again.")
    .argument("<handle>", "whom, as their page /u/HANDLE shows it")
    .addArgument(new Argument("<role>", "what they are from now on").choices(ROLES))
    .addHelpText("after", "\nExample:\n  npm run forum -- role ada moderator")
    .action(async (handle: string, role: Role) => {
      const member = await withForum(({ sql }) => setRole(sql, handle, role));
      console.log(`${member} is ${role === "admin" ? "an" : "a"} ${role} now.`);
    });
}

/**
 * Gives a member this role.
 * @returns their handle as they write it
 * @throws Problem when nobody has the handle, or their account is deleted
 */
export async function setRole(sql: postgres.Sql, handle: string, role: Role): Promise<string> {
  const [member] = await sql<{ handle: string }[]>`
    update members m
    set role = ${role}, role_set_at = case when m.role = ${role} then m.role_set_at else now() end
    from "user" u
    where u.id = m.user_id and u.deleted_at is null and lower(m.handle) = lower(${withoutAt(handle)})
    returning m.handle`;
  if (!member) throw noSuchMember(handle);
  return member.handle;
}

/** Handles are often written with an @. */
export function withoutAt(handle: string): string {
  return handle.replace(/^@/, "");
}

/** What to say where a handle leads to nobody. */
export function noSuchMember(handle: string): Problem {
  return new Problem(`Nobody here has the handle "${withoutAt(handle)}".`);
}
