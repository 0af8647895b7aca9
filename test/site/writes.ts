import { readFileSync } from "node:fs";
import type { RouteConfigEntry } from "@react-router/dev/routes";
import { expect } from "vitest";
import routes from "#app/routes.ts";
import { makeCategory, makePictureRow, makeReply, makeThread, type TestThread } from "#test/forum.ts";
import type { TestMember } from "#test/people.ts";
import type { Site } from "#test/site.ts";
import { type Answer, dataTwin, readAnswer } from "./answer.ts";

/** A small forum with someone of every kind, and a thread to act on. */
export type World = {
  author: TestMember;
  member: TestMember;
  moderator: TestMember;
  admin: TestMember;
  category: string;
  /** Its opening post and its reply 2 are the author's. */
  thread: TestThread;
  /** The hashes of two pictures that the author has uploaded. */
  pictures: [own: string, takenDown: string];
};

export async function makeWorld(site: Site): Promise<World> {
  const [author, member, moderator, admin] = await Promise.all([
    site.makeMember(),
    site.makeMember(),
    site.makeMember({ role: "moderator" }),
    site.makeMember({ role: "admin" }),
  ]);
  const category = await makeCategory(site.db);
  const thread = await makeThread(site.db, { author, category });
  await makeReply(site.db, { author, thread });
  const pictures: World["pictures"] = [
    await makePictureRow(site.db, author),
    await makePictureRow(site.db, author),
  ];
  return { author, member, moderator, admin, category, thread, pictures };
}

export type Fields = Record<string, string>;
export type Write = {
  name: string;
  /** The route's path in app/routes.ts. */
  pattern: string;
  /** Who may do this. */
  by: "author" | "member" | "moderator" | "admin";
  path: (world: World) => string;
  form: (world: World) => Fields;
};

const ofThread = (rest: string) => (world: World) => `/t/${world.thread.number}/${rest}`;

/** Everything that can be sent to this forum, in a form that it takes. */
export const WRITES: Write[] = [
  {
    name: "new thread",
    pattern: "t/new",
    by: "member",
    path: () => "/t/new",
    form: ({ category }) => ({ title: "A written title", category, body: "A written body." }),
  },
  {
    name: "reply",
    pattern: "t/:number/replies/new",
    by: "member",
    path: ofThread("replies/new"),
    form: () => ({ body: "A written reply.", replyTo: "2" }),
  },
  {
    name: "edit of the opening post",
    pattern: "t/:number/replies/:reply/edit",
    by: "author",
    path: ofThread("replies/1/edit"),
    form: () => ({ title: "A changed title", body: "A changed opening post.", revision: "0" }),
  },
  {
    name: "edit",
    pattern: "t/:number/replies/:reply/edit",
    by: "author",
    path: ofThread("replies/2/edit"),
    form: () => ({ body: "A changed reply.", revision: "0" }),
  },
  {
    name: "vote",
    pattern: "t/:number/replies/:reply/vote",
    by: "member",
    path: ofThread("replies/2/vote"),
    form: () => ({ value: "1" }),
  },
  {
    name: "delete",
    pattern: "t/:number/replies/:reply/delete",
    by: "author",
    path: ofThread("replies/2/delete"),
    form: () => ({ deleted: "true" }),
  },
  {
    name: "pin",
    pattern: "t/:number/moderation/pin",
    by: "moderator",
    path: ofThread("moderation/pin"),
    form: () => ({ pinned: "true" }),
  },
  {
    name: "lock",
    pattern: "t/:number/moderation/lock",
    by: "moderator",
    path: ofThread("moderation/lock"),
    form: () => ({ locked: "true" }),
  },
  {
    name: "settings",
    pattern: "settings",
    by: "member",
    path: () => "/settings",
    form: ({ member }) => ({ handle: `${member.handle}-2`, colorScheme: "dark", dateStyle: "absolute" }),
  },
  {
    name: "picture",
    pattern: "settings/pictures",
    by: "author",
    path: () => "/settings/pictures",
    form: ({ pictures }) => ({ hash: pictures[0] }),
  },
  {
    name: "picture taken down",
    pattern: "u/:handle/pictures",
    by: "admin",
    path: ({ author }) => `/u/${author.handle}/pictures`,
    form: ({ pictures }) => ({ hash: pictures[1] }),
  },
];

/** Not among the others, for it writes nothing here: it ends a session at Clerk. */
export const SIGN_OUT = { pattern: "sign-out", path: "/sign-out" };

/** Not among the others either: it writes nothing, and shows what would be written on the page of the thread. */
export const PREVIEW = {
  pattern: "t/:number/:slug?",
  path: ofThread("a-thread-for-a-test"),
  form: { body: "A reply to look at **first**.", preview: "true" },
};

/** Takes a picture from a script, and answers it alone: pictures.test.ts. */
export const UPLOAD = { pattern: "media", path: "/media" };

/** The paths of all routes, as app/routes.ts has them; the front page's is "". */
export function routePatterns(): string[] {
  return routes.map(({ path = "" }) => path);
}

/** The paths of the routes that take more than GET. The splat takes them to say that there is nothing. */
export function writablePatterns(): string[] {
  const hasAction = ({ file }: RouteConfigEntry) =>
    /^export (const|(async )?function) action\b/m.test(readFileSync(`app/${file}`, "utf8"));
  return [...new Set(routes.filter(hasAction).map(({ path = "" }) => path))].filter((path) => path !== "*");
}

/** As many as somebody who is impatient, or a program that has gone mad, sends at once. */
export const AT_ONCE = 50;

/** The same form, from the same person, many times at once: by page and by `.data` in turn. */
export async function sendAtOnce(
  site: Site,
  { as, path, form, times = AT_ONCE }: { as: TestMember; path: string; form: Fields; times?: number },
): Promise<Answer[]> {
  const sent = Array.from({ length: times }, (_, at) =>
    site.fetch(at % 2 ? dataTwin(path) : path, { as, form }),
  );
  return Promise.all((await Promise.all(sent)).map(readAnswer));
}

/** Sends a form that must be taken. */
export async function write(site: Site, path: string, as: TestMember, form: Fields): Promise<void> {
  const response = await site.fetch(path, { as, form });
  expect(response.status, await response.text()).toBe(303);
}
