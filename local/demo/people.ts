import type { DemoPerson } from "../clerk/stand-in.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

interface DemoMember {
  id: string;
  firstName: string;
  lastName: string;
  username: string | null;
  role: "admin" | "moderator" | "member";
  /** Days before now on which they came. */
  daysAgo: number;
}

/** Who writes in the demo forum, by the word that its threads use for them. */
export const DEMO_MEMBERS = {
  maren: member("MarenVoss", "Maren", "Voss", "maren", "admin", 120),
  tomas: member("TomasLindqvist", "Tomás", "Lindqvist", "tomas-l", "moderator", 119),
  priya: member("PriyaRaman", "Priya", "Raman", "priyar", "member", 119),
  jonas: member("JonasAdeyemi", "Jonas", "Adeyemi", "jonas-a", "member", 118.8),
  wen: member("WenZhao", "Wen", "Zhao", null, "member", 110),
  ilse: member("IlsedeGroot", "Ilse", "de Groot", "ilsedg", "member", 108),
  sam: member("SamOkafor", "Sam", "Okafor", null, "member", 105),
  noor: member("NoorHaddad", "Noor", "Haddad", "noorh", "member", 75),
} satisfies Record<string, DemoMember>;

export type DemoAuthor = keyof typeof DEMO_MEMBERS;

function member(
  name: string,
  firstName: string,
  lastName: string,
  username: string | null,
  role: DemoMember["role"],
  daysAgo: number,
): DemoMember {
  return { id: `user_demo${name}`.padEnd(32, "0"), firstName, lastName, username, role, daysAgo };
}

/** The same people as the stand-in for Clerk knows them at `now`, in milliseconds since 1970. */
export function demoPeople(now: number): DemoPerson[] {
  return Object.entries(DEMO_MEMBERS).map(([word, { id, firstName, lastName, username, role, daysAgo }]) => ({
    id,
    firstName,
    lastName,
    username,
    email: `${word}@edgewise.example`,
    createdAt: Math.round(now - daysAgo * DAY_MS),
    note: role,
  }));
}
