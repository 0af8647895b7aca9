import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { verify } from "#app/db/verify.server.ts";
import { testSite } from "#test/site.ts";
import { type Answer, dataTwin, readAnswer } from "./answer.ts";
import { decoded, type Encoded, HOSTILE_NAMES, HOSTILE_TEXTS } from "./hostile-values.ts";
import { attribute, elementsOf, foreignParts, formsOf, textOf } from "./page.ts";
import { nonceOf } from "./security-headers.ts";
import { type Fields, makeWorld, WRITES, type Write } from "./writes.ts";

const site = await testSite();
const { db } = site;

/** The fields that people write text into, by form. Those forms come back on a page when they are refused. */
const WRITTEN: Record<string, string[]> = {
  "new thread": ["title", "body"],
  reply: ["body"],
  "edit of the opening post": ["title", "body"],
  edit: ["body"],
  settings: ["handle"],
};

/** The fields that a form carries along, or offers a choice for. */
const CHOSEN: Record<string, string[]> = {
  "new thread": ["category", "submission"],
  reply: ["replyTo", "submission"],
  edit: ["revision"],
  "edit of the opening post": ["revision"],
  vote: ["value"],
  delete: ["deleted"],
  pin: ["pinned"],
  lock: ["locked"],
  settings: ["colorScheme", "dateStyle"],
  picture: ["hash"],
  "picture taken down": ["hash"],
};

const casesOf = (fields: Record<string, string[]>) =>
  WRITES.flatMap((write) => (fields[write.name] ?? []).map((field) => ({ name: write.name, field, write })));

test("every field of every form is tried", () => {
  for (const { name, form } of WRITES) {
    const tried = new Set([...(WRITTEN[name] ?? []), ...(CHOSEN[name] ?? [])]);
    const fields = Object.keys(form({ member: {}, pictures: [] } as never));
    expect([...tried], name).toEqual(expect.arrayContaining(fields));
  }
});

test.for(casesOf(WRITTEN))(
  "$field of $name takes or refuses any text, and shows it as text",
  async ({ write, field }) => {
    const world = await makeWorld(site);
    for (const value of HOSTILE_TEXTS) {
      const form = { ...write.form(world), revision: await revisionOf(write.path(world)) };
      const answer = await send(write, world, form, field, value);
      const sent = { ...form, [field]: decoded(value) };
      if (answer.status === 400) expectFormBack(answer, write, world, field, sent);
      else await expectInert(answer.location ?? `${answer.status} for ${value}`, world[write.by]);
    }
    const lists = ["/", `/c/${world.category}`, `/u/${world.author.handle}?show=replies`];
    for (const list of lists) for (const as of [null, world.author]) await expectInert(list, as);
    await expectSoundRows();
  },
);

async function expectInert(place: string, as: World["author"] | null): Promise<void> {
  const { status, text, headers } = await readAnswer(await site.fetch(place.split("#")[0] ?? "", { as }));
  expect(status, place).toBe(200);
  expect(foreignParts(text, nonceOf(headers)), place).toEqual([]);
}

test.for(casesOf(CHOSEN))(
  "$field of $name takes one of a few words, or says what is wrong",
  async ({ write, field }) => {
    const world = await makeWorld(site);
    for (const [at, value] of HOSTILE_NAMES.entries()) {
      const form = { ...write.form(world), revision: await revisionOf(write.path(world)) };
      const path = at % 3 ? write.path(world) : dataTwin(write.path(world));
      const answer = await send(write, world, form, field, value, path);
      expect([200, 303, 400, 409], value).toContain(answer.status);
      if (isPage(answer) && answer.status === 400 && WRITTEN[write.name])
        expectFormBack(answer, write, world, field, form);
    }
    await expectSoundRows();
  },
);

type World = Awaited<ReturnType<typeof makeWorld>>;

async function send(
  write: Write,
  world: World,
  form: Fields,
  field: string,
  value: Encoded,
  path = write.path(world),
) {
  const answer = await readAnswer(
    await site.fetch(path, { as: world[write.by], ...encodeForm(form, field, value) }),
  );
  if (isPage(answer)) expect(foreignParts(answer.text, nonceOf(answer.headers)), value).toEqual([]);
  return answer;
}

function isPage({ headers }: Answer): boolean {
  return headers.get("Content-Type")?.startsWith("text/html") ?? false;
}

function encodeForm(form: Fields, field: string, value: Encoded) {
  const others = Object.entries(form).filter(([name]) => name !== field);
  const body = [new URLSearchParams(others).toString(), `${field}=${value}`].filter(Boolean).join("&");
  return { body, headers: { "Content-Type": "application/x-www-form-urlencoded" } };
}

/** Edits follow one another; each names the revision that it was drawn from. */
async function revisionOf(path: string): Promise<string> {
  const [, thread, reply] = /^\/t\/(\d+)\/replies\/(\d+)\/edit$/.exec(path) ?? [];
  if (!thread || !reply) return "0";
  const [row] = await db.execute<{ revision: number }>(sql`
    select r.revision from thread_replies r join threads t on t.id = r.thread_id
    where t.number = ${thread} and r.number = ${reply}::integer`);
  return String(row?.revision);
}

/** The form is there again with everything that was typed, and says what is wrong with it, at the field where it can. */
function expectFormBack(answer: Answer, write: Write, world: World, field: string, sent: Fields): void {
  const elements = elementsOf(answer.text);
  const fields = formsOf(answer.text).find(({ action }) => action === write.path(world))?.fields ?? [];
  const written = WRITTEN[write.name] ?? [];
  const shown = written.map((name) => plain(fields.find(([each]) => each === name)?.[1] ?? ""));
  expect(shown).toEqual(written.map((name) => plain(sent[name] ?? "")));
  const alerts = elements.filter((each) => attribute(each, "role") === "alert");
  expect(alerts.map(textOf)).toEqual([expect.stringMatching(/\w/)]);
  const input = elements.find((each) => attribute(each, "name") === field && attribute(each, "id") === field);
  if (!input) return;
  const error = elements.find((each) => attribute(each, "id") === `${field}-error`);
  expect([error && attribute(error, "class"), error && textOf(error)]).toEqual([
    "field-error",
    expect.stringMatching(/\w/),
  ]);
  expect(attribute(input, "aria-describedby")?.split(" ")).toContain(`${field}-error`);
  expect(attribute(input, "aria-invalid")).toBe("true");
}

/** As a browser hands a field's text on: line breaks are one thing, and no page can carry a NUL. */
function plain(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/[\0\uFFFD]/g, "");
}

/** What is stored keeps the limits and holds nothing invisible, whatever came in. */
async function expectSoundRows(): Promise<void> {
  const wrong = await db.execute(sql`
    select 'title' as what, title as text from threads
      where char_length(title) not between 3 and 200 or title ~ ${"[\\u0001-\\u001f\\u007f\\u200b\\u202e]"} or title <> btrim(title)
    union all select 'body', left(body, 80) from thread_replies
      where char_length(body) not between 1 and 30000 or body ~ ${"[\\u0001-\\u0008\\u202e\\u2066]"}
    union all select 'handle', handle from members where handle !~ '^[A-Za-z0-9-]{3,30}$'`);
  expect(wrong).toEqual([]);
  expect(await verify(db)).toEqual([]);
}

test("none of this was an error of the forum's", () => {
  expect(site.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});
