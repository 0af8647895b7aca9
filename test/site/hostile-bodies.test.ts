import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { testSite } from "#test/site.ts";
import { dataTwin, readAnswer } from "./answer.ts";
import { foreignParts, formsOf } from "./page.ts";
import { allRows } from "./rows.ts";
import { nonceOf } from "./security-headers.ts";
import { type Fields, makeWorld, WRITES, type Write } from "./writes.ts";

const site = await testSite();
const { db } = site;
const URLENCODED = "application/x-www-form-urlencoded";

const pairs = (form: Fields, write: (name: string, value: string) => string) =>
  Object.entries(form)
    .map(([name, value]) => write(name, value))
    .join("&");

type Mangled = { name: string; type?: string; body: (form: Fields) => BodyInit };

/** Bodies that are no form of this forum, or not quite one. */
const MANGLED: Mangled[] = [
  { name: "JSON", type: "application/json", body: (form) => JSON.stringify(form) },
  {
    name: "XML",
    type: "text/xml",
    body: () => `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`,
  },
  { name: "no type", body: (form) => new Blob([pairs(form, (name, value) => `${name}=${value}`)]) },
  { name: "multipart without a boundary", type: "multipart/form-data", body: () => "--x\r\n\r\na\r\n--x--" },
  {
    name: "multipart that ends early",
    type: "multipart/form-data; boundary=x",
    body: () => `--x\r\nContent-Disposition: form-data; name="body"\r\n\r\na`,
  },
  {
    name: "multipart in multipart",
    type: "multipart/form-data; boundary=x",
    body: () =>
      `--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n${"--y\r\n\r\n".repeat(500)}\r\n--x--`,
  },
  {
    name: "a boundary without end",
    type: `multipart/form-data; boundary=${"x".repeat(2000)}`,
    body: () => "--x",
  },
  { name: "a thousand boundaries", type: "multipart/form-data; boundary=-", body: () => "-".repeat(10_000) },
  { name: "nothing", type: URLENCODED, body: () => "" },
  { name: "an empty multipart", body: () => new FormData() },
  { name: "ampersands", type: URLENCODED, body: () => "&=&".repeat(10_000) },
  {
    name: "names of objects",
    type: URLENCODED,
    body: () => "__proto__[x]=1&constructor[prototype][x]=1&toString=1",
  },
  { name: "lists", type: URLENCODED, body: (form) => pairs(form, (name, value) => `${name}[]=${value}`) },
  {
    name: "queries",
    type: URLENCODED,
    body: (form) => pairs(form, (name, value) => `${name}[$ne]=${value}`),
  },
  {
    name: "fields twice",
    type: URLENCODED,
    body: (form) => pairs(form, (name, value) => `${name}=${value}&${name}=${value}`),
  },
  { name: "files for text", body: filesForText },
  {
    name: "other fields",
    type: URLENCODED,
    body: () => Array.from({ length: 20_000 }, (_, at) => `f${at}=1`).join("&"),
  },
];

function filesForText(form: Fields): FormData {
  const files = new FormData();
  for (const name of Object.keys(form))
    files.append(name, new Blob(["<script>"], { type: "text/html" }), "../x.html");
  return files;
}

test.for(WRITES)("$name takes no body that is not its form", async (write) => {
  const world = await makeWorld(site);
  const before = await allRows(db);
  for (const { name, body, type } of MANGLED)
    for (const path of [write.path(world), dataTwin(write.path(world))]) {
      const headers: Record<string, string> = type ? { "Content-Type": type } : {};
      const request = { as: world[write.by], body: body(write.form(world)), headers };
      const answer = await readAnswer(await site.fetch(path, request));
      expect(answer.status, name).toBe(400);
      expect(foreignParts(answer.text, nonceOf(answer.headers)), name).toEqual([]);
    }
  expect(await allRows(db)).toEqual(before);
});

test("a form without its submission id is posted, and so is one with fields of another page", async () => {
  const { member, category, thread } = await makeWorld(site);
  const form = { title: "A title", category, body: "A body" };
  expect((await site.fetch("/t/new", { as: member, form })).status).toBe(303);
  const reply = { body: "A body", title: "A title", replyTo: "" };
  expect((await site.fetch(`/t/${thread.number}/replies/new`, { as: member, form: reply })).status).toBe(303);
});

/** A megabyte of fields, which took seconds to read and made a page of 31 MB. */
const BOMBS: { name: string; type: string; body: string }[] = [
  { name: "names", type: URLENCODED, body: "a&".repeat(500_000) },
  { name: "separators", type: URLENCODED, body: "&".repeat(1_000_000) },
  { name: "pairs of one field", type: URLENCODED, body: "body=&".repeat(170_000) },
  {
    name: "parts",
    type: "multipart/form-data; boundary=x",
    body: `${'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'.repeat(20_000)}--x--\r\n`,
  },
];

test.for(BOMBS)("a form of nothing but $name is refused, and kept for nobody", async ({ body, type }) => {
  const { member } = await makeWorld(site);
  for (const as of [null, member])
    for (const path of ["/t/new", "/settings", "/nowhere", "/sign-out", dataTwin("/t/new")]) {
      const sent = { as, body, headers: { "Content-Type": type } };
      const answer = await readAnswer(await site.fetch(path, sent));
      expect([answer.status, answer.location, answer.cookies], path).toEqual([400, null, []]);
      expect(answer.text.length, path).toBeLessThan(20_000);
    }
});

test("of what is sent signed out, only the fields of our forms are kept", async () => {
  const others = Array.from({ length: 30 }, (_, at) => `f${at}=${"x".repeat(1_000)}`).join("&");
  const sent = { body: `body=Typed&${others}`, headers: { "Content-Type": URLENCODED } };
  const held = await readAnswer(await site.fetch("/t/new", sent));
  const headers = { Cookie: held.cookies[0]?.split(";")[0] ?? "" };
  const { member } = await makeWorld(site);
  const Cookie = `${headers.Cookie}; ${await site.signIn(member)}`;
  const page = await (await site.fetch(held.location ?? "", { headers: { Cookie } })).text();
  const form = formsOf(page).find(({ action }) => action === "/t/new");
  expect(form?.fields.map(([name]) => name).sort()).toEqual(["body", "submission"]);
});

/** What nobody is asked for, and only the forum decides. */
const UNASKED: Fields = {
  role: "admin",
  author_id: "user_x",
  authorId: "user_x",
  user_id: "user_x",
  number: "7",
  score: "99",
  is_pinned: "true",
  isPinned: "true",
  status: "locked",
  created_at: "1999-01-01",
  deleted_at: "now",
  body_html: "<script>",
  suspended_until: "",
  handle_source: "clerk",
};

test.for(WRITES)("fields that $name does not have change nothing", async (write: Write) => {
  const [usual, hostile] = [await makeWorld(site), await makeWorld(site)];
  const asked = await readAnswer(
    await site.fetch(write.path(usual), { as: usual[write.by], form: write.form(usual) }),
  );
  const form = { ...UNASKED, ...write.form(hostile) };
  const unasked = await readAnswer(await site.fetch(write.path(hostile), { as: hostile[write.by], form }));
  expect(unasked.status).toBe(asked.status);
  expect(await whatStandsIn(hostile)).toEqual(await whatStandsIn(usual));
});

type World = Awaited<ReturnType<typeof makeWorld>>;

/** Everything that was decided in a world, with nothing in it that tells one world from another. */
async function whatStandsIn({ category, member, author }: World) {
  return db.execute(sql`
    select t.title, t.status, t.is_pinned, t.score, t.last_number, t.deleted_at is null as stands,
      t.created_at > now() - interval '1 hour' as is_new,
      case t.author_id when ${member.id} then 'member' when ${author.id} then 'author' end as author,
      (select json_agg(json_build_array(r.number, r.body, r.body_html, r.score, r.deleted_at is null) order by r.number)
        from thread_replies r where r.thread_id = t.id) as replies,
      (select json_agg(json_build_array(m.role, m.handle_source, m.suspended_until, m.color_scheme) order by m.role)
        from members m where m.user_id in (${member.id}, ${author.id})) as people
    from threads t join categories c on c.id = t.category_id where c.slug = ${category} order by t.number`);
}
