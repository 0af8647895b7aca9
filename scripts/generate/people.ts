import { copyRow } from "./copy.ts";
import type { Dice } from "./dice.ts";
import { DRAW, momentOfJoining, type Plan } from "./plan.ts";

const FIRST_NAMES = [
  "Ada",
  "Bela",
  "Chidi",
  "Dora",
  "Emre",
  "Fatima",
  "Goran",
  "Hana",
  "Ines",
  "Jonas",
  "Kofi",
  "Leila",
  "Mina",
  "Noor",
  "Olga",
  "Pavel",
  "Rosa",
  "Sven",
  "Tariq",
  "Yuki",
];
const LAST_NAMES = [
  "Abara",
  "Berg",
  "Castro",
  "Dahl",
  "Egger",
  "Fuchs",
  "Garcia",
  "Haddad",
  "Ito",
  "Jansen",
  "Kaya",
  "Lind",
  "Moreau",
  "Novak",
  "Okafor",
  "Petrov",
  "Rossi",
  "Silva",
  "Tanaka",
  "Weiss",
];

/** The first member is an admin, the next ones are moderators. */
const MODERATORS = 3;

/** No id of Clerk's looks like this, so nobody can sign in as a generated member. As long as Clerk's, which is 32. */
export function memberId(seed: number, member: number): string {
  return `generated_${seed}_${String(member).padStart(15, "0")}`;
}

export const USER_COLUMNS = [
  "id",
  "email",
  "first_name",
  "last_name",
  "username",
  "updated_at",
  "created_at",
];
export const MEMBER_COLUMNS = ["user_id", "handle", "handle_source", "role", "role_set_at", "created_at"];

/** Everyone's row in `user` and in `members`, as COPY takes them. */
export function* peopleRows(
  plan: Plan,
  dice: Dice,
  seed: number,
): Generator<{ user: string; member: string }> {
  for (let member = 0; member < plan.members; member += 1) {
    const id = memberId(seed, member);
    const first = FIRST_NAMES[dice.bits(DRAW.memberName, member, 0) % FIRST_NAMES.length] ?? "";
    const last = LAST_NAMES[dice.bits(DRAW.memberName, member, 1) % LAST_NAMES.length] ?? "";
    // The number makes it this member's alone, and the seed this forum's.
    const handle = `${first}-${last}-${member.toString(36)}-${seed.toString(36)}`.toLowerCase();
    const joined = new Date(momentOfJoining(plan, member)).toISOString();
    const role = roleOf(member);
    yield {
      user: copyRow([id, `${handle}@example.org`, first, last, handle, joined, joined]),
      member: copyRow([id, handle, "clerk", role, role === "member" ? null : joined, joined]),
    };
  }
}

function roleOf(member: number): string {
  if (member === 0) return "admin";
  return member <= MODERATORS ? "moderator" : "member";
}

/** Somebody who may lock and pin. */
export function moderatorOf(plan: Plan, draw: number): number {
  return Math.min(plan.members - 1, Math.floor(draw * (MODERATORS + 1)));
}
