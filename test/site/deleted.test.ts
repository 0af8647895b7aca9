import { expect, test } from "vitest";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { testSite } from "#test/site.ts";
import { dataTwin, readAnswer } from "./answer.ts";

const site = await testSite();
const { db } = site;
const author = await site.makeMember();
const member = await site.makeMember();
const moderator = await site.makeMember({ role: "moderator" });
const category = await makeCategory(db);

const answer = async (path: string, as: typeof member | null = null) =>
  readAnswer(await site.fetch(path, { as }));

/** As its author does it, so that no page that was kept before shows it after. */
async function deleteAt(thread: number, reply: number): Promise<void> {
  const path = `/t/${thread}/replies/${reply}/delete`;
  expect((await site.fetch(path, { as: author, form: { deleted: "true" } })).status).toBe(303);
}

/** Everywhere that what somebody wrote could be shown. */
const EVERYWHERE = (number: number, reply: number) => [
  "/",
  "/?sort=new",
  `/c/${category}`,
  `/c/${category}/feed.xml`,
  "/feed.xml",
  "/sitemap.xml",
  `/t/${number}/feed.xml`,
  `/u/${author.handle}`,
  `/u/${author.handle}?show=replies`,
  `/t/${number}/a-thread-to-be-forgotten`,
  `/t/${number}/replies/new`,
  `/t/${number}/replies/new?to=${reply}&quote=true`,
  `/t/${number}/replies/${reply}/edit`,
  `/search?q=forgotten`,
];

async function whereFound(paths: string[], text: string): Promise<string[]> {
  const found = [];
  for (const path of paths)
    for (const each of [path, dataTwin(path)])
      for (const [who, as] of Object.entries({ nobody: null, moderator, author }))
        if ((await answer(each, as)).text.includes(text)) found.push(`${who} at ${each}`);
  return found;
}

test("the text of a deleted reply is on no page, for nobody", async () => {
  const { number } = await makeThread(db, { author, category, title: "A thread to be forgotten" });
  const text = "What this reply said is to be forgotten";
  const reply = await makeReply(db, { author, thread: { number, title: "" }, body: text });
  await makeReply(db, { author, thread: { number, title: "" }, body: "An answer", replyTo: reply });
  expect(await whereFound(EVERYWHERE(number, reply), text)).not.toEqual([]);
  await deleteAt(number, reply);
  expect(await whereFound(EVERYWHERE(number, reply), text)).toEqual([]);
  const page = (await answer(`/t/${number}/a-thread-to-be-forgotten`)).text;
  expect(page).toContain(`id="reply-${reply}"`);
});

test("a deleted thread is there for its author alone", async () => {
  const title = "A thread to be forgotten";
  const { number } = await makeThread(db, {
    author,
    category,
    title,
    body: "Its opening post, to be forgotten",
  });
  await deleteAt(number, 1);
  const own = await answer(`/t/${number}/a-thread-to-be-forgotten`, author);
  expect([own.status, own.text.includes("You deleted this thread")]).toEqual([200, true]);
  for (const path of [
    `/t/${number}`,
    `/t/${number}/a-thread-to-be-forgotten`,
    `/t/${number}/a-thread-to-be-forgotten?page=2`,
  ])
    for (const each of [path, dataTwin(path)])
      for (const as of [null, member, moderator]) {
        const { status, text } = await answer(each, as);
        expect(status).toBe(404);
        expect(text).not.toContain(title);
      }
  for (const path of [`/t/${number}/replies/new`, `/t/${number}/replies/1/edit`])
    for (const as of [member, moderator]) expect((await answer(path, as)).status).toBe(404);
  expect(await whereFound(EVERYWHERE(number, 1), "Its opening post, to be forgotten")).toEqual([]);
});
