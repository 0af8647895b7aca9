import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { deleteReply } from "#app/db/replies.server.ts";
import { REPLIES_PER_PAGE } from "#app/domain/limits.ts";
import { en } from "#app/messages/en.ts";
import { newReplyPath, threadPath } from "#app/paths.ts";
import { makeCategory, makeReply, makeThread, makeVote } from "#test/forum.ts";
import { setStanding } from "#test/people.ts";
import { testSite } from "#test/site.ts";
import { dataTwin, readAnswer } from "./answer.ts";
import { attribute, elementsOf, fieldsOf, textOf } from "./page.ts";
import { allRows } from "./rows.ts";
import { newVisitor } from "./visitor.ts";

const site = await testSite();
const { db } = site;
const author = await site.makeMember();
const member = await site.makeMember();
const category = await makeCategory(db);

const TEXT = "\n  **Looked at** first, & <b>not</b> posted";
const submission = "00000000-0000-4000-8000-000000000000";
const PREVIEW = { body: TEXT, submission, preview: "true" };

/** A thread of the author's with a second page. */
async function makeLongThread() {
  const thread = await makeThread(db, { author, category });
  for (let number = 2; number <= REPLIES_PER_PAGE + 1; number += 1)
    await makeReply(db, { author, thread, body: `Reply ${number}.` });
  return thread;
}

const byId = (html: string, id: string) => elementsOf(html).find((each) => attribute(each, "id") === id);

test("a reply is previewed on the page of the thread under which it is written, with the form filled", async () => {
  const thread = await makeLongThread();
  const last = REPLIES_PER_PAGE + 1;
  await makeVote(db, { thread, number: last, voter: member });
  const path = threadPath(thread, 2);
  const drawn = await (await site.fetch(path, { as: member })).text();
  const button = elementsOf(drawn).find((each) => attribute(each, "name") === "preview");
  expect(button && attribute(button, "formaction")).toBe(`${path}#preview`);

  const before = await allRows(db);
  const answer = await readAnswer(await site.fetch(path, { as: member, form: PREVIEW }));
  expect(answer.status).toBe(200);
  const preview = byId(answer.text, "preview");
  expect(preview && textOf(preview)).toContain("Looked at first, & <b>not</b> posted");
  expect(fieldsOf(answer.text, newReplyPath(thread.number))).toMatchObject({ body: TEXT, submission });
  const reply = byId(answer.text, `reply-${last}`);
  expect(reply && textOf(reply)).toContain(`Reply ${last}.`);
  const pressed = elementsOf(answer.text).filter((each) => attribute(each, "aria-pressed") === "true");
  expect(pressed.map((each) => attribute(each, "aria-label"))).toEqual(["Upvote"]);
  expect(await allRows(db)).toEqual(before);

  const data = await readAnswer(await site.fetch(dataTwin(path), { as: member, form: PREVIEW }));
  expect([data.status, data.text.includes("<strong>Looked at</strong>")]).toEqual([200, true]);
});

test("a preview in a thread that was given another title is no redirect: the text stays", async () => {
  const thread = await makeThread(db, { author, category });
  const path = `/t/${thread.number}/as-it-was-called-before`;
  const answer = await readAnswer(await site.fetch(path, { as: member, form: PREVIEW }));
  expect([answer.status, fieldsOf(answer.text, newReplyPath(thread.number)).body]).toEqual([200, TEXT]);
});

test("a preview whose sender's session has ended is held, and then shown in the thread", async () => {
  const thread = await makeThread(db, { author, category });
  const visitor = newVisitor(site, await site.cookiesOf(member));
  const { __session } = await site.cookiesOf(member, { expired: true });
  const held = await readAnswer(
    await site.fetch(threadPath(thread), {
      form: PREVIEW,
      headers: { Cookie: `__session=${__session}; __client_uat=1` },
    }),
  );
  const [cookie = ""] = held.cookies[0]?.split(";") ?? [];
  visitor.jar.set(cookie.slice(0, cookie.indexOf("=")), cookie.slice(cookie.indexOf("=") + 1));
  const page = await visitor.open(held.location ?? "");
  const shown = await visitor.send(page, threadPath(thread));
  expect([shown.status, byId(shown.text, "preview") !== undefined]).toEqual([200, true]);
  expect(fieldsOf(shown.text, newReplyPath(thread.number)).body).toBe(TEXT);
});

/** What may have happened while somebody wrote, and what they sent then. */
const OVERTAKEN = [
  {
    name: "a preview in a thread that was deleted",
    status: 404,
    path: "",
    change: (number: number) =>
      deleteReply(db, { thread: number, number: 1, authorId: author.id, deleted: true }),
  },
  {
    name: "an edit in a thread that was locked",
    status: 403,
    path: "/replies/1/edit",
    as: author,
    change: (number: number) =>
      db.execute(sql`update threads set status = 'locked' where number = ${number}`),
  },
  {
    name: "a reply in a thread that was locked",
    status: 403,
    path: "/replies/new",
    change: (number: number) =>
      db.execute(sql`update threads set status = 'locked' where number = ${number}`),
  },
];

test.for(OVERTAKEN)("$name gives the text back", async ({ status, path, as = member, change }) => {
  const thread = await makeThread(db, { author, category });
  await change(thread.number);
  const form = { ...(path ? {} : PREVIEW), body: TEXT, title: "A title", revision: "0" };
  const address = path ? `/t/${thread.number}${path}` : threadPath(thread);
  const answer = await readAnswer(await site.fetch(address, { as, form }));
  expect(answer.status).toBe(status);
  const kept = elementsOf(answer.text).filter((each) => attribute(each, "class") === "kept");
  expect(kept.map(textOf)).toContainEqual(
    expect.stringContaining("**Looked at** first, & <b>not</b> posted"),
  );
  expect(answer.text).toContain(en["error.kept"]);
});

test("who was suspended while they wrote reads why, and gets their text back", async () => {
  const writer = await site.makeMember();
  await setStanding(db, writer.id, { suspendedUntil: new Date("2100-01-01") });
  const form = { title: "A title to keep", category, body: TEXT };
  const answer = await readAnswer(await site.fetch("/t/new", { as: writer, form }));
  expect(answer.status).toBe(403);
  const main = elementsOf(answer.text).find(({ tagName }) => tagName === "main");
  const text = main ? textOf(main) : "";
  for (const each of ["A test asked for it", en["refusal.suspended"], form.title, "**Looked at** first"])
    expect(text.split(each).length - 1, each).toBe(1);
  expect(elementsOf(answer.text).filter(({ tagName }) => tagName === "textarea")).toEqual([]);
});
