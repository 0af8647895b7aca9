import { expect, test } from "vitest";
import { verify } from "#app/db/verify.server.ts";
import { testSite } from "#test/site.ts";
import { entryOf, hold } from "./held.ts";
import { threadRow } from "./rows.ts";
import { newVisitor } from "./visitor.ts";
import { makeWorld, sendAtOnce } from "./writes.ts";

const site = await testSite();
const { db } = site;

test("50 votes of one person at once count once, whichever way they go", async () => {
  const { member, thread } = await makeWorld(site);
  const path = `/t/${thread.number}/replies/1/vote`;
  for (const [value, score] of [
    ["1", 1],
    ["-1", -1],
    ["0", 0],
    ["1", 1],
  ] as const) {
    const answers = await sendAtOnce(site, { as: member, path, form: { value } });
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 303]));
    const row = await threadRow(db, thread.number);
    expect([row.score, row.replies[0]?.score, Object.values(row.replies[0]?.votes ?? {})]).toEqual([
      score,
      score,
      score === 0 ? [] : [score],
    ]);
  }
  const mixed = ["1", "-1", "0"].map((value) =>
    sendAtOnce(site, { as: member, path, form: { value }, times: 17 }),
  );
  expect((await Promise.all(mixed)).flat().filter(({ status }) => status >= 400)).toEqual([]);
  expect(await verify(db)).toEqual([]);
});

test("a vote pressed signed out is cast after signing in", async () => {
  const { thread, member } = await makeWorld(site);
  const visitor = newVisitor(site);
  const path = `/t/${thread.number}/replies/2/vote`;
  const held = await hold(site, { path, form: { value: "1" } });
  visitor.jar.set(...entryOf(held.cookie));
  const back = await visitor.signIn(await visitor.open(`/sign-in?return_to=${held.path}`), member);
  await visitor.send(back, path);
  expect((await threadRow(site.db, thread.number)).replies[1]).toMatchObject({
    score: 1,
    votes: { [member.id]: 1 },
  });
});
