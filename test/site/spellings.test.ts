import { expect, test } from "vitest";
import { saveSettings } from "#app/db/members.server.ts";
import { encodeCursor } from "#app/domain/cursor.ts";
import { threadPath } from "#app/paths.ts";
import { makeCategory, makeThread } from "#test/forum.ts";
import { type SiteRequest, testSite } from "#test/site.ts";
import { dataTwin, readAnswer } from "./answer.ts";
import { expectReaderPage } from "./security-headers.ts";

const site = await testSite({ counted: true });
const { db } = site;
const ada = await site.makeMember();
await saveSettings(db, ada.id, { handle: "Ada-of-Spelling", colorScheme: "system", dateStyle: "relative" });
const category = await makeCategory(db, { slug: "edge" });
const thread = await makeThread(db, { author: ada, category, title: "A title" });
const address = threadPath(thread);

/** The statements that an answer cost, and the answer. */
async function ask(path: string, request: SiteRequest = {}) {
  const answers: Awaited<ReturnType<typeof readAnswer>>[] = [];
  const { statements } = await site.proxy.count(async () => {
    answers.push(await readAnswer(await site.fetch(`${site.origin}${path}`, request)));
  });
  const [answer] = answers;
  if (!answer) throw new Error(`${path} has no answer.`);
  return { statements, answer, cache: answer.headers.get("Cache-Status") };
}

/** Addresses that are written otherwise, with the one at which the page is read. */
const SPELLINGS: [path: string, canonical: string][] = [
  ["/c/edge/", "/c/edge"],
  ["//", "/"],
  ["//c//edge", "/c/edge"],
  ["/C/edge", "/c/edge"],
  ["/%63/edge", "/c/edge"],
  ["/c/%65dge?sort=new", "/c/edge?sort=new"],
  [`${address}/`, address],
  [address.toUpperCase().replace(/A-TITLE/, "a-title"), address],
  ["/U/Ada-of-Spelling", "/u/Ada-of-Spelling"],
  ["/%E0%A4%A", "/%25E0%25A4%25A"],
  [`/t/${thread.number}/${"a".repeat(2000)}`, `/t/${thread.number}`],
];

test.for(SPELLINGS)("%s leads to %s by rule, and costs the database nothing", async ([path, canonical]) => {
  for (const as of [null, ada]) {
    const { statements, answer } = await ask(path, { as });
    expect([answer.status, answer.location, statements]).toEqual([308, `${site.origin}${canonical}`, 0]);
  }
  expect((await ask(canonical)).answer.status).not.toBe(308);
});

test("a reader has no script that could draw data, so whoever asks for it is led to the page, at no cost", async () => {
  for (const path of ["/", "/c/edge", address, "/u/Ada-of-Spelling", "/settings", "/nowhere"]) {
    const { statements, answer } = await ask(dataTwin(path));
    expect([answer.status, answer.location, statements]).toEqual([302, path, 0]);
    expectReaderPage(answer);
  }
});

test.each(["/SIGN-IN", "/Sign-Up.data", "/Continue/1"])(
  "what leads to Clerk is not kept at %s either",
  async (path) => {
    expect((await ask(path)).cache).toBeNull();
  },
);

const cursor = encodeCursor({ isPinned: false, key: "2020-01-01T00:00:00Z", number: 1 });

/** Everything that somebody who is signed out can ask for, each of which may be asked for again and again. */
const ADDRESSES: [path: string, status: number][] = [
  ["/", 200],
  ["/?sort=top", 200],
  [`/?after=${cursor}`, 200],
  ["/?sort=worst", 400],
  ["/?after=garbage", 400],
  ["/c/edge", 200],
  [`/c/edge?sort=new&after=${cursor}`, 200],
  ["/c/no-such-category", 404],
  ["/c/no such name", 404],
  [address, 200],
  [`${address}?page=2`, 404],
  [`${address}?page=x`, 404],
  [`/t/${thread.number}`, 301],
  [`/t/${thread.number}/wrong`, 301],
  ["/t/999999/never-there", 404],
  ["/t/0/none", 404],
  ["/u/Ada-of-Spelling", 200],
  ["/u/Ada-of-Spelling?show=replies", 200],
  ["/u/ada-of-spelling", 301],
  ["/u/nobody-at-all", 404],
  ["/t/new", 303],
  ["/t/new?category=edge", 303],
  [`/t/${thread.number}/replies/new`, 303],
  [`/t/${thread.number}/moderation/lock`, 405],
  ["/settings", 303],
  ["/nowhere", 404],
  ["/wp-login.php?redirect=x", 404],
];

test.for(ADDRESSES)(
  "%s (%i) costs the database nothing once somebody has asked for it",
  async ([path, status]) => {
    const first = await ask(path);
    expect([first.answer.status, first.statements <= 1]).toEqual([status, true]);
    const second = await ask(path);
    expect([second.answer.status, second.statements, second.cache]).toEqual([status, 0, "edgewise; hit"]);
    expect(second.answer.headers.get("Cache-Control")).toBe("public, max-age=0, must-revalidate");
  },
);
