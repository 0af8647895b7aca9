import { sql } from "drizzle-orm";
import { expect, onTestFinished, test } from "vitest";
import { wordsIn } from "#app/messages/words.server.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { type Site, startSite, testSite } from "#test/site.ts";
import { dataTwin, readAnswer } from "./answer.ts";
import { attribute, elementsOf, textOf } from "./page.ts";

const german = wordsIn("de");
const site = await testSite({ env: { FORUM_LANGUAGE: "de" } });
const { db } = site;
const category = await makeCategory(db);
const member = await site.makeMember();
const reader = await site.makeMember();
await db.execute(sql`update members set language = 'en' where user_id = ${reader.id}`);
const thread = await makeThread(db, { author: member, category });
await makeReply(db, { author: reader, thread, body: "- [x] this\n- [ ] that" });
const path = `/t/${thread.number}/a-thread-for-a-test`;

/** The language that a page says it is in, and all its text. */
async function read(on: Site, address: string, request: Parameters<Site["fetch"]>[1] = {}) {
  const answer = await readAnswer(await on.fetch(address, request));
  const html = elementsOf(answer.text).find(({ tagName }) => tagName === "html");
  const text = html ? textOf(html) : answer.text;
  const [lang, dir] = html ? [attribute(html, "lang"), attribute(html, "dir")] : [];
  return { ...answer, html: answer.text, text, lang, dir };
}

test("everybody reads in the forum's language, and whoever chose another in that", async () => {
  const [signedOut, ofMember, ofReader] = [
    await read(site, path),
    await read(site, path, { as: member }),
    await read(site, path, { as: reader }),
  ];
  expect([signedOut, ofMember, ofReader].map(({ lang, dir }) => [lang, dir])).toEqual([
    ["de", "ltr"],
    ["de", "ltr"],
    ["en", "ltr"],
  ]);
  expect(signedOut.text).toContain("1 Antwort");
  expect(ofMember.text).toContain("Abmelden");
  expect(ofReader.text).toContain("1 reply");
  expect(ofReader.text).not.toMatch(/Antwort|Abmelden/);
});

test("what is kept for readers does not depend on the languages that their browsers like", async () => {
  const pages = [];
  for (const language of ["en-GB,en;q=0.9", "fr", null])
    pages.push(await read(site, path, { headers: { "Accept-Language": language } }));
  expect(new Set(pages.map(({ html }) => html)).size).toBe(1);
  expect(pages.map(({ headers }) => headers.get("Cache-Status"))).toEqual(Array(3).fill("edgewise; hit"));
  for (const { headers } of pages) expect(headers.get("Vary")).not.toMatch(/language/i);
});

test("a language that this code does not know is the forum's", async () => {
  const other = await site.makeMember();
  await db.execute(sql`update members set language = 'tlh' where user_id = ${other.id}`);
  expect((await read(site, "/settings", { as: other })).lang).toBe("de");
});

test("errors are in the language of whoever meets them: pages, fields, and what a script gets is a message", async () => {
  const missing = german.t("missing.thread");
  const nowhere = await read(site, "/t/999999/nowhere");
  expect([nowhere.status, nowhere.lang]).toEqual([404, "de"]);
  expect(nowhere.text).toContain(missing);
  expect(nowhere.text).toContain(german.t("error.404"));
  expect((await read(site, "/t/999999/nowhere", { as: reader })).text).toContain("There is no such thread.");
  expect((await read(site, dataTwin("/t/999999/nowhere"), { as: reader })).text).toContain("missing.thread");

  const form = { title: "x", category, body: "Text." };
  const refused = await read(site, "/t/new", { as: member, form });
  expect(refused.status).toBe(400);
  expect(refused.text).toContain(german.t("problem.shortTitle", { min: 3 }));
});

test("what the Worker itself refuses is in the forum's language", async () => {
  const forged = await read(site, "/t/new", {
    form: { title: "x" },
    headers: { Origin: "https://evil.example" },
  });
  expect([forged.status, forged.lang]).toEqual([403, "de"]);
  expect(forged.text).toContain(german.t("request.forged"));
});

test("the boxes of a post are named in the page's language, whatever language stored it", async () => {
  const names = async (as?: typeof reader) =>
    elementsOf((await read(site, path, { as })).html)
      .filter((element) => attribute(element, "type") === "checkbox")
      .map((element) => attribute(element, "aria-label"));
  expect(await names()).toEqual(["Erledigt", "Offen"]);
  await db.execute(sql`
    update thread_replies set body_html = replace(body_html, 'disabled', 'disabled aria-label="Done"')
    where number = 2`);
  expect(await names(reader)).toEqual(["Done", "To do"]);
});

test("a quote is introduced in the forum's language, for it is posted for everyone", async () => {
  const quoted = await read(site, `/t/${thread.number}/replies/new?to=2&quote=true`, { as: reader });
  expect(quoted.lang).toBe("en");
  expect(quoted.text).toContain(`**${reader.handle}** schrieb in [#2](/t/`);
});

test("titles and descriptions are in the page's language", async () => {
  const { html } = await read(site, `/u/${member.handle}`);
  const elements = elementsOf(html);
  const described = elements.find((element) => attribute(element, "name") === "description");
  expect(described && attribute(described, "content")).toBe(
    `Was ${member.handle} auf Edgewise geschrieben hat.`,
  );
  const titles = elementsOf((await read(site, "/settings", { as: member })).html).filter(
    ({ tagName }) => tagName === "title",
  );
  expect(titles.map(textOf)).toEqual(["Einstellungen · Edgewise"]);
});

test("a hundred pages in two languages at once are each in one", async () => {
  const answers = await Promise.all(
    Array.from({ length: 100 }, async (_, at) => {
      const as = at % 2 === 0 ? member : reader;
      return { as, ...(await read(site, "/settings", { as })) };
    }),
  );
  const wrong = answers.filter(({ as, text, lang }) => {
    const [own, other] = as === member ? ["Einstellungen", "Settings"] : ["Settings", "Einstellungen"];
    return lang !== (as === member ? "de" : "en") || !text.includes(own) || text.includes(other);
  });
  expect(wrong.map(({ lang }) => lang)).toEqual([]);
});

test.for([
  ["Deutsch", "FORUM_LANGUAGE: must be one of en, de"],
  ["", "FORUM_LANGUAGE: must be one of en, de"],
])("a forum cannot be in %j", async ([language, complaint]) => {
  const wrong = await startSite({ env: { FORUM_LANGUAGE: String(language) } });
  onTestFinished(wrong.stop);
  const response = await wrong.fetch("/");
  expect([response.status, await response.text()]).toEqual([
    500,
    "The forum is not configured. Its log says what is missing.",
  ]);
  expect(wrong.log.join("\n")).toContain(complaint);
});

test("the languages for trying out pages are there on this machine alone", async () => {
  const deployed = await startSite({
    env: { FORUM_LANGUAGE: "en-XB", ORIGIN: "https://forum.example.com" },
  });
  onTestFinished(deployed.stop);
  expect((await deployed.fetch("/")).status).toBe(500);
  expect(deployed.log.join("\n")).toContain("FORUM_LANGUAGE: is a language for trying out pages");
  const here = await startSite({ env: { FORUM_LANGUAGE: "en-XB" } });
  onTestFinished(here.stop);
  const { lang, dir, text } = await read(here, "/");
  expect([lang, dir]).toEqual(["en-XB", "rtl"]);
  expect(text).not.toContain("Sign in");
});
