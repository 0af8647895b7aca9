import { expect, test } from "vitest";
import { deleteReply } from "#app/db/replies.server.ts";
import { verify } from "#app/db/verify.server.ts";
import { messageOf, type Refusal } from "#app/domain/permissions.ts";
import { en } from "#app/messages/en.ts";
import { deleteMember, setStanding, type TestMember } from "#test/people.ts";
import { testSite } from "#test/site.ts";
import { sentence } from "#test/words.ts";
import { dataTwin, readAnswer } from "./answer.ts";
import { elementsOf, textOf } from "./page.ts";
import { threadRow } from "./rows.ts";
import { makeWorld, WRITES, type Write } from "./writes.ts";

const site = await testSite();
const { db } = site;

/** What may have become of somebody since their page was drawn, and why they are refused then. */
const STANDINGS: [name: string, refusal: Refusal, set: (person: TestMember) => Promise<void>][] = [
  ["suspended", "suspended", ({ id }) => setStanding(db, id, { suspendedUntil: new Date("2100-01-01") })],
  ["deleted", "account-deleted", (person) => deleteMember(db, person)],
];

const ON_THREADS = WRITES.filter(({ pattern }) => pattern.startsWith("t/"));

/** Sends the form and reads what stands on the page that comes back, or in React Router's answer. */
async function told(write: Write, path: string, person: TestMember, form: Record<string, string>) {
  const page = await readAnswer(await site.fetch(path, { as: person, form }));
  const data = await readAnswer(await site.fetch(dataTwin(path), { as: person, form }));
  const main = elementsOf(page.text).find(({ tagName }) => tagName === "main");
  if (!main) throw new Error(`${write.name} is answered without a page: ${page.status}`);
  return { statuses: [page.status, data.status], page: textOf(main), data: data.text };
}

/** Every sentence of a refusal. */
const SENTENCES = Object.entries(en).flatMap(([key, text]) =>
  key.startsWith("refusal.") ? [String(text)] : [],
);

for (const [name, refusal, set] of STANDINGS)
  test.for(ON_THREADS)(`who is ${name} is told so, and nothing else: $name`, async (write) => {
    const world = await makeWorld(site);
    const person = world[write.by];
    await set(person);
    const before = await threadRow(db, world.thread.number);
    const answer = await told(write, write.path(world), person, write.form(world));
    expect(answer.statuses).toEqual([403, 403]);
    expect(SENTENCES.filter((each) => answer.page.includes(each))).toEqual([sentence(messageOf(refusal))]);
    expect(answer.data).toContain(messageOf(refusal));
    expect(await threadRow(db, world.thread.number)).toEqual(before);
  });

test.for(WRITES.filter(({ by }) => by === "moderator"))(
  "a moderator who was demoted is told that only moderators can do that: $name",
  async (write) => {
    const world = await makeWorld(site);
    await setStanding(db, world.moderator.id, { role: "member" });
    const answer = await told(write, write.path(world), world.moderator, write.form(world));
    expect([answer.statuses, answer.page.includes(en["refusal.not-staff"])]).toEqual([[403, 403], true]);
  },
);

test.for(WRITES.filter(({ by }) => by === "moderator"))(
  "a moderator is told that a deleted thread is not there: $name",
  async (write) => {
    const world = await makeWorld(site);
    const { number } = world.thread;
    for (const reply of [2, 1])
      await deleteReply(db, { thread: number, number: reply, authorId: world.author.id, deleted: true });
    const answer = await told(write, write.path(world), world.moderator, write.form(world));
    expect([answer.statuses, answer.page.includes("There is no such thread.")]).toEqual([[404, 404], true]);
  },
);

test("after all of this every counter holds", async () => {
  expect(await verify(db)).toEqual([]);
});
