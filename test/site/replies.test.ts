import { expect, test } from "vitest";
import { threadPath } from "#app/paths.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { testSite } from "#test/site.ts";
import { dataTwin, readAnswer } from "./answer.ts";
import { everywhere, whereFound } from "./everywhere.ts";
import { fieldsOf } from "./page.ts";
import { threadRow } from "./rows.ts";
import { newVisitor } from "./visitor.ts";

const site = await testSite();
const { db } = site;
const author = await site.makeMember();
const member = await site.makeMember();
const moderator = await site.makeMember({ role: "moderator" });
const category = await makeCategory(db);
const SENT_BEFORE = "This form was sent before with another text, which was posted.";

test("the text of a deleted reply is on no page, for nobody", async () => {
  const { number } = await makeThread(db, { author, category, title: "A thread to be forgotten" });
  const text = "What this reply said is to be forgotten";
  const reply = await makeReply(db, { author, thread: { number, title: "" }, body: text });
  await makeReply(db, { author, thread: { number, title: "" }, body: "An answer", replyTo: reply });
  const slug = "a-thread-to-be-forgotten";
  const paths = everywhere({ author, category, thread: number, reply, slug });
  const people = { nobody: null, moderator, author };
  expect(await whereFound(site, { paths, text, people })).not.toEqual([]);
  // As its author does it, so that no page that was kept before shows it after.
  const path = `/t/${number}/replies/${reply}/delete`;
  expect((await site.fetch(path, { as: author, form: { deleted: "true" } })).status).toBe(303);
  expect(await whereFound(site, { paths, text, people })).toEqual([]);
  const page = (await readAnswer(await site.fetch(`/t/${number}/${slug}`))).text;
  expect(page).toContain(`id="reply-${reply}"`);
});

test("a reply's form that Back brought back with another text comes again, filled, and posts a second one", async () => {
  const thread = await makeThread(db, { author: await site.makeMember(), category });
  const action = `/t/${thread.number}/replies/new`;
  const visitor = newVisitor(site, await site.cookiesOf(member));
  const drawn = await visitor.open(threadPath(thread));
  await visitor.send(drawn, action, { body: "The first text" });
  const again = await visitor.send(drawn, action, { body: "The second text" });
  expect([again.status, again.text.includes(SENT_BEFORE)]).toEqual([409, true]);
  expect(fieldsOf(again.text, action).body).toBe("The second text");
  expect((await visitor.send(again, action)).status).toBe(200);
  const { replies } = await threadRow(db, thread.number);
  expect(replies.slice(1).map(({ body }) => body)).toEqual(["The first text", "The second text"]);
});

test("React Router's client gets the text back as well", async () => {
  const thread = await makeThread(db, { author: await site.makeMember(), category });
  const path = dataTwin(`/t/${thread.number}/replies/new`);
  const submission = crypto.randomUUID();
  const send = async (body: string) =>
    readAnswer(await site.fetch(path, { as: member, form: { body, submission } }));
  await send("The first text");
  const { status, text } = await send("The second text");
  expect([status, text.includes("The second text"), text.includes("conflict.sentBefore")]).toEqual([
    409,
    true,
    true,
  ]);
});
