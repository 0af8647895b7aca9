import { expect, test } from "vitest";
import { REPLIES_PER_PAGE } from "#app/domain/limits.ts";
import { en } from "#app/messages/en.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { testSite } from "#test/site.ts";
import { canonicalAnswer, dataTwin, pathsFor, readAnswer } from "./answer.ts";
import { everywhere, whereFound } from "./everywhere.ts";
import { fieldsOf } from "./page.ts";
import { countThreads } from "./rows.ts";
import { newVisitor } from "./visitor.ts";

const site = await testSite();
const { db } = site;
const author = await site.makeMember();
const member = await site.makeMember();
const moderator = await site.makeMember({ role: "moderator" });
const category = await makeCategory(db);
const thread = await makeThread(db, { author, category, title: "Слова & words" });
const name = `/t/${thread.number}/${encodeURIComponent("слова-words")}`;
for (let reply = 2; reply <= REPLIES_PER_PAGE + 1; reply += 1) await makeReply(db, { author, thread });

const answer = async (path: string, as: typeof member | null = null) =>
  readAnswer(await site.fetch(path, { as }));

const REDIRECTS = [
  [`/t/${thread.number}`, name],
  [`/t/${thread.number}/wrong`, name],
  [`/t/${thread.number}/wrong?page=1`, name],
  [`/t/${thread.number}/wrong?page=2`, `${name}?page=2`],
  [`/t/${thread.number}/%`, name],
  [`/t/${thread.number}/%E0%A4%A`, name],
  [`/t/${thread.number}/${encodeURIComponent(encodeURIComponent("слова-words"))}`, name],
  [`/t/${thread.number}/${encodeURIComponent("СЛОВА-words")}`, name],
  [`/t/${thread.number}/%2F%2Fevil.example`, name],
  [`/t/${thread.number}/${"a".repeat(2000)}`, name],
] as const;

test.for(REDIRECTS)("%s leads to the thread's one address", async ([path, expected]) => {
  for (const as of [null, member])
    for (const each of pathsFor(as, path)) {
      const { status, location } = await canonicalAnswer(site, each, as);
      expect([status, location]).toEqual([301, expected]);
    }
});

test("a thread's pages are those that its replies fill", async () => {
  expect((await answer(name)).status).toBe(200);
  expect((await answer(`${name}?page=1`)).status).toBe(200);
  expect((await answer(`${name}?page=2`)).text).toContain(`id="reply-${REPLIES_PER_PAGE + 1}"`);
  const wrong = [
    "3",
    "0",
    "-1",
    "01",
    "1.5",
    "1e0",
    "",
    "abc",
    "999999999",
    "9999999999",
    "NaN",
    "%00",
    "1%20",
  ];
  for (const page of wrong)
    for (const as of [null, member]) {
      expect((await answer(`${name}?page=${page}`, as)).status, page).toBe(404);
      if (as) expect((await answer(dataTwin(`${name}?page=${page}`), as)).status, page).toBe(404);
    }
});

test("a deleted thread is there for its author alone", async () => {
  const title = "A thread to be forgotten";
  const { number } = await makeThread(db, {
    author,
    category,
    title,
    body: "Its opening post, to be forgotten",
  });
  // As its author does it, so that no page that was kept before shows it after.
  const deletion = await site.fetch(`/t/${number}/replies/1/delete`, {
    as: author,
    form: { deleted: "true" },
  });
  expect(deletion.status).toBe(303);
  const own = await answer(`/t/${number}/a-thread-to-be-forgotten`, author);
  expect([own.status, own.text.includes("You deleted this thread")]).toEqual([200, true]);
  for (const path of [
    `/t/${number}`,
    `/t/${number}/a-thread-to-be-forgotten`,
    `/t/${number}/a-thread-to-be-forgotten?page=2`,
  ])
    for (const as of [null, member, moderator])
      for (const each of pathsFor(as, path)) {
        const { status, text } = await answer(each, as);
        expect(status).toBe(404);
        expect(text).not.toContain(title);
      }
  for (const path of [`/t/${number}/replies/new`, `/t/${number}/replies/1/edit`])
    for (const as of [member, moderator]) expect((await answer(path, as)).status).toBe(404);
  const slug = "a-thread-to-be-forgotten";
  const paths = everywhere({ author, category, thread: number, reply: 1, slug });
  const people = { nobody: null, moderator, author };
  const text = "Its opening post, to be forgotten";
  expect(await whereFound(site, { paths, text, people })).toEqual([]);
});

test("a form of a new thread that Back brought back with another text comes again, filled, and posts a second one", async () => {
  const poster = await site.makeMember();
  const visitor = newVisitor(site, await site.cookiesOf(poster));
  const drawn = await visitor.open(`/t/new?category=${category}`);
  const first = { title: "The first title", category, body: "The first text" };
  expect((await visitor.send(drawn, "/t/new", first)).url.pathname).toMatch(/the-first-title$/);
  const second = { title: "The second title", category, body: "The second text" };
  const again = await visitor.send(drawn, "/t/new", second);
  expect([
    again.status,
    again.text.includes("This form was sent before with another text, which was posted."),
  ]).toEqual([409, true]);
  expect(fieldsOf(again.text, "/t/new")).toMatchObject(second);
  expect(fieldsOf(again.text, "/t/new").submission).not.toBe(fieldsOf(drawn.text, "/t/new").submission);
  expect(await countThreads(db, poster.id)).toBe(1);
  expect((await visitor.send(again, "/t/new")).url.pathname).toMatch(/the-second-title$/);
  expect(await countThreads(db, poster.id)).toBe(2);
  // The first form with its own text leads to what it made, as ever.
  expect((await visitor.send(drawn, "/t/new", first)).url.pathname).toMatch(/the-first-title$/);
  expect(await countThreads(db, poster.id)).toBe(2);
});

test("a new thread for a category that went away comes back filled, and says so beside the category", async () => {
  const form = { title: "A title to keep", category: "gone", body: "A text to keep" };
  const answer = await readAnswer(await site.fetch("/t/new", { as: member, form }));
  expect(answer.status).toBe(400);
  for (const text of [en["refusal.no-category"], form.title, form.body]) expect(answer.text).toContain(text);
});
