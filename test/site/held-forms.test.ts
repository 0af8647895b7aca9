import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { knownFields } from "#app/domain/held-form.ts";
import { testSite } from "#test/site.ts";
import { dataTwin, readAnswer } from "./answer.ts";
import { entryOf, hold as holdAt } from "./held.ts";
import { formsOf } from "./page.ts";
import { allRows, countThreads, threadRow } from "./rows.ts";
import { newVisitor } from "./visitor.ts";
import { type Fields, makeWorld, WRITES } from "./writes.ts";

const site = await testSite();
const TEXT = 'Typed while nobody was signed in: <b>5 < 6 & "7"</b>\n\nand a second paragraph';

const hold = (path: string, form: Fields, headers: Record<string, string> = {}) =>
  holdAt(site, { path, form, headers });

test("what is sent signed out is kept for the browser that sent it, and for no other", async () => {
  const world = await makeWorld(site);
  for (const write of WRITES)
    for (const path of [write.path(world), dataTwin(write.path(world))]) {
      const before = await allRows(site.db);
      const held = await hold(path, { ...write.form(world), body: TEXT });
      expect(await allRows(site.db)).toEqual(before);
      const own = await site.fetch(held.path, { headers: { Cookie: held.cookie } });
      expect(own.status).toBe(200);
      expect(own.headers.get("Cache-Control")).toBe("private, no-store");
      expect(await own.text()).toContain("and a second paragraph");
      for (const Cookie of [
        "",
        held.cookie.replace(/=.*/, "=x"),
        held.cookie.replace(/=../, "=xx"),
        (await hold(path, { body: "b" })).cookie,
      ]) {
        const other = await site.fetch(held.path, { headers: { Cookie } });
        expect(other.status).toBe(404);
        expect(await other.text()).not.toContain("second paragraph");
      }
    }
});

test("someone who was never signed in posts a reply after signing in, once, however often they send it", async () => {
  const { thread, member } = await makeWorld(site);
  const visitor = newVisitor(site);
  const page = await visitor.open(`/t/${thread.number}/a-thread-for-a-test`);
  const held = await visitor.send(page, `/t/${thread.number}/replies/new`, { body: TEXT });
  expect([held.status, held.url.pathname]).toEqual([200, expect.stringMatching(/^\/continue\//)]);
  const link = /href="(\/sign-in\?[^"]+)"/.exec(held.text.slice(held.text.indexOf("<main")))?.[1] ?? "";
  const back = await visitor.signIn(await visitor.open(link.replaceAll("&amp;", "&")), member);
  expect(back.url.href).toBe(held.url.href);
  for (let times = 0; times < 3; times += 1) {
    const posted = await visitor.send(back, `/t/${thread.number}/replies/new`);
    expect([posted.status, posted.url.hash]).toEqual([200, "#reply-3"]);
  }
  const { replies, lastNumber } = await threadRow(site.db, thread.number);
  expect(lastNumber).toBe(3);
  expect(replies.at(-1)).toMatchObject({ number: 3, authorId: member.id, body: TEXT });
});

test("someone who was never signed in starts a thread, changing it on the way", async () => {
  const { category, member } = await makeWorld(site);
  const form = { title: "Begun signed out", category, body: TEXT };
  const held = await hold("/t/new", form);
  const visitor = newVisitor(site, Object.fromEntries([entryOf(held.cookie)]));
  const signIn = await visitor.open(`/sign-in?return_to=${held.path}`);
  const back = await visitor.signIn(signIn, member);
  expect(formsOf(back.text).find(({ action }) => action === "/t/new")?.fields).toEqual(
    expect.arrayContaining([
      ...Object.entries(form),
      ["submission", expect.stringMatching(/^[0-9a-f-]{36}$/)],
    ]),
  );
  const posted = await visitor.send(back, "/t/new", { title: "Changed on the way" });
  expect(posted.url.pathname).toMatch(/^\/t\/\d+\/changed-on-the-way$/);
  expect(await countThreads(site.db, member.id)).toBe(1);
});

/** The ends of a token while its owner writes; Clerk still knows the session, and the browser. */
const ENDED = [
  { name: "has run out", flaws: { expired: true } },
  { name: "was signed by somebody else", flaws: { foreign: true } },
  { name: "was made for another origin", flaws: { azp: "https://evil.example" } },
];

test.for(ENDED)("a text sent with a token that $name is not lost", async ({ flaws }) => {
  const { thread, member } = await makeWorld(site);
  const { __session, __client_uat } = await site.cookiesOf(member, flaws);
  const Cookie = `__session=${__session}; __client_uat=${__client_uat}`;
  const path = `/t/${thread.number}/replies/new`;
  for (const each of [path, dataTwin(path)]) {
    const held = await hold(each, { body: TEXT }, { Cookie });
    const page = await site.fetch(held.path, { headers: { Cookie: held.cookie } });
    expect(await page.text()).toContain("and a second paragraph");
  }
  expect((await threadRow(site.db, thread.number)).lastNumber).toBe(2);
});

test("after a token ran out, one button posts the text, without signing in again", async () => {
  const { thread, member } = await makeWorld(site);
  const visitor = newVisitor(site, await site.cookiesOf(member));
  const page = await visitor.open(`/t/${thread.number}/replies/new?to=2`);
  const { __session } = await site.cookiesOf(member, { expired: true });
  for (const name of [...visitor.jar.keys()])
    if (name.startsWith("__session")) visitor.jar.set(name, __session);
  const held = await visitor.send(page, `/t/${thread.number}/replies/new`, { body: TEXT });
  expect(held.url.pathname).toMatch(/^\/continue\//);
  const posted = await visitor.send(held, `/t/${thread.number}/replies/new`);
  const again = await visitor.send(held, `/t/${thread.number}/replies/new`);
  expect([posted.url.hash, again.url.hash]).toEqual(["#reply-3", "#reply-3"]);
  const { replies } = await threadRow(site.db, thread.number);
  expect(replies.map(({ body }) => body)).toEqual([expect.anything(), expect.anything(), TEXT]);
});

test("several texts are kept side by side", async () => {
  const { thread } = await makeWorld(site);
  const cookies: string[] = [];
  const paths: string[] = [];
  for (const body of ["The first text", "The second text", "The third text"]) {
    const held = await hold(`/t/${thread.number}/replies/new`, { body }, { Cookie: cookies.join("; ") });
    cookies.push(held.cookie);
    paths.push(held.path);
  }
  expect(await textsOn(paths, cookies)).toEqual(["The first text", "The second text", "The third text"]);
});

/** The text that each page gives back to a browser with these cookies, or null. */
async function textsOn(paths: string[], cookies: string[]): Promise<(string | null)[]> {
  const headers = { Cookie: cookies.join("; ") };
  const pages = await Promise.all(paths.map(async (path) => (await site.fetch(path, { headers })).text()));
  return pages.map((text) => /The \w+ text/.exec(text)?.[0] ?? null);
}

test("five texts that one browser sends at once are all kept", async () => {
  const { thread } = await makeWorld(site);
  const earlier = await hold(`/t/${thread.number}/replies/new`, { body: "Something before" });
  const texts = ["first", "second", "third", "fourth", "fifth"].map((word) => `The ${word} text`);
  // A jar with four forms would have one give way to each of these.
  const held = await Promise.all(
    texts.map((body) => hold(`/t/${thread.number}/replies/new`, { body }, { Cookie: earlier.cookie })),
  );
  const cookies = held.map(({ cookie }) => cookie);
  expect(new Set(cookies.map((cookie) => entryOf(cookie)[0])).size).toBe(5);
  expect(
    await textsOn(
      held.map(({ path }) => path),
      [earlier.cookie, ...cookies],
    ),
  ).toEqual(texts);
});

test("of more than five texts the oldest give way, and nothing is left of them", async () => {
  const { thread } = await makeWorld(site);
  const path = `/t/${thread.number}/replies/new`;
  const held: Awaited<ReturnType<typeof hold>>[] = [];
  for (const word of ["first", "second", "third", "fourth", "fifth"])
    held.push(await hold(path, { body: `The ${word} text` }));
  const cookies = held.map(({ cookie }) => cookie);
  const Cookie = cookies.join("; ");
  const sixth = await readAnswer(
    await site.fetch(path, { form: { body: "The sixth text" }, headers: { Cookie } }),
  );
  const [name] = entryOf(cookies[0] ?? "");
  expect(sixth.cookies).toEqual([
    expect.stringMatching(/^held-[^;]+; Max-Age=3600;/),
    `${name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax`,
  ]);
  const paths = held.map((each) => each.path);
  expect(await textsOn(paths, cookies)).toEqual([
    null,
    "The second text",
    "The third text",
    "The fourth text",
    "The fifth text",
  ]);
});

test("signing out takes what was held along: whoever uses the browser next does not find it", async () => {
  const { thread, member } = await makeWorld(site);
  const held = await hold(`/t/${thread.number}/replies/new`, { body: "The only text" });
  const other = await hold(`/t/${thread.number}/replies/new`, { body: "The other text" });
  const visitor = newVisitor(site, {
    ...(await site.cookiesOf(member)),
    ...Object.fromEntries([entryOf(held.cookie)]),
  });
  await visitor.send(await visitor.open("/"), "/sign-out");
  expect([...visitor.jar.keys()].filter((name) => name.startsWith("held"))).toEqual([]);
  // A copy of the cookie opens nothing either; what another browser holds stays.
  expect(await textsOn([held.path, other.path], [held.cookie, other.cookie])).toEqual([
    null,
    "The other text",
  ]);
});

test("every field of every form is kept, and nothing else that was sent", async () => {
  const world = await makeWorld(site);
  for (const write of WRITES) {
    const form = { ...write.form(world), submission: "00000000-0000-4000-8000-000000000000" };
    const sent = new FormData();
    for (const [name, value] of Object.entries({ ...form, role: "admin", a: "b" })) sent.set(name, value);
    sent.set("file", new Blob(["x"]));
    expect(knownFields(sent), write.name).toEqual(Object.entries(form));
  }
});

test("nothing is kept of a form that goes nowhere", async () => {
  for (const path of ["/nowhere", `${site.origin}//evil.example/t/new`]) {
    const { status, cookies, location } = await readAnswer(await site.fetch(path, { form: { body: TEXT } }));
    expect([status, location, cookies], path).toEqual([404, null, []]);
  }
});

test("a member of whom no event has come yet can post what was held", async () => {
  const { thread } = await makeWorld(site);
  const person = await site.makeMember();
  await site.db.execute(sql`delete from members where user_id = ${person.id}`);
  await site.db.execute(sql`delete from "user" where id = ${person.id}`);
  const posted = await site.fetch(`/t/${thread.number}/replies/new`, { as: person, form: { body: TEXT } });
  expect(posted.headers.get("Location")).toMatch(/#reply-3$/);
});
