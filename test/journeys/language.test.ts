import { sql } from "drizzle-orm";
import { expect } from "vitest";
import { wordsIn } from "#app/messages/words.server.ts";
import { journey } from "#test/browser.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { type Site, startSite } from "#test/site.ts";
import {
  button,
  eventually,
  heading,
  open,
  openMenu,
  openTools,
  replyOn,
  signInAs,
  voteOf,
} from "./travel.ts";

const { t, say } = wordsIn("de");

const germanJourney = journey
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures a fixture needs
  .extend("site", { scope: "file" }, async ({}, { onCleanup }) => {
    const site = await startSite({ cache: false, env: { FORUM_LANGUAGE: "de" } });
    onCleanup(() => site.stop());
    return site;
  });

async function makeScene(site: Site) {
  const author = await site.makeMember();
  const category = await makeCategory(site.db);
  const thread = await makeThread(site.db, { author, category });
  return { thread, category, path: `/t/${thread.number}/a-thread-for-a-test` };
}

for (const javaScriptEnabled of [false, true]) {
  const how = `with JavaScript ${javaScriptEnabled ? "on" : "off"}`;

  germanJourney(`Whoever speaks German signs in, posts, errs and votes, ${how}`, async ({ site, visit }) => {
    const { thread, category, path } = await makeScene(site);
    const ada = await site.makeMember();
    const page = await visit({ javaScriptEnabled });
    await open(page, path);
    expect(await page.locator("html").getAttribute("lang")).toBe("de");
    await page.getByRole("link", { name: "Anmelden", exact: true }).click();
    await signInAs(page, ada);
    await heading(page, thread.title).waitFor();
    await button(page, `Konto von ${ada.handle}`).waitFor();

    await open(page, `/t/new?category=${category}`);
    await heading(page, "Neues Thema").waitFor();
    await page.getByLabel("Titel").fill("Äh");
    await page.getByLabel("Dein Beitrag").fill("Ein Anfang.");
    await button(page, "Thema eröffnen").click();
    await page.getByRole("alert").waitFor();
    expect(await page.locator("#title-error").textContent()).toBe("Ein Titel braucht mindestens 3 Zeichen.");
    expect(await page.getByLabel("Dein Beitrag").inputValue()).toBe("Ein Anfang.");
    await page.getByLabel("Titel").fill("Ein neues Thema");
    await button(page, "Thema eröffnen").click();
    await heading(page, "Ein neues Thema").waitFor();
    expect(await page.title()).toBe("Ein neues Thema · Edgewise");
    expect(await page.locator(".page-head").textContent()).toContain("0 Antworten");

    await open(page, path);
    const opening = page.locator("#reply-1");
    await opening.getByRole("button", { name: "Dafür stimmen" }).click();
    await eventually(() => voteOf(site, ada, thread)).toBe(1);
    await opening.locator('[data-score="1"]').waitFor();
    const up = opening.getByRole("button", { name: "Dafür stimmen" });
    expect(await up.getAttribute("title")).toBe("Stimme zurücknehmen");
  });

  germanJourney(`A member chooses another language, and takes it back, ${how}`, async ({ site, visit }) => {
    const ada = await site.makeMember();
    const page = await visit({ as: ada, javaScriptEnabled });
    await open(page, "/settings");
    await page.getByLabel("English", { exact: true }).check();
    await button(page, "Speichern").click();
    await page.getByRole("status").waitFor();
    expect(await page.getByRole("status").textContent()).toBe("Saved.");
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
    expect(await site.db.execute(sql`select language from members where user_id = ${ada.id}`)).toEqual([
      { language: "en" },
    ]);

    await page.getByLabel("Handle").fill("x");
    await button(page, "Save").click();
    await page.getByRole("alert").waitFor();
    expect(await page.locator("#handle-error").textContent()).toBe("A handle has 3 to 30 characters.");
    expect(await page.getByLabel("English", { exact: true }).isChecked()).toBe(true);

    await page.getByLabel("Handle").fill(ada.handle);
    await page.getByLabel("As the forum has it (Deutsch)").check();
    await button(page, "Save").click();
    await heading(page, "Einstellungen").waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("de");
  });
}

germanJourney("What a script shows of an error is in German too", async ({ site, visit }) => {
  const { thread, path } = await makeScene(site);
  const ada = await site.makeMember();
  const page = await visit({ as: ada });
  await open(page, path);
  await site.db.execute(sql`update threads set status = 'locked' where number = ${thread.number}`);
  const { whole } = replyOn(page, 1);
  await whole.getByRole("button", { name: "Dafür stimmen" }).click();
  await eventually(() => whole.getByRole("alert").textContent()).toBe(say("refusal.locked"));

  // By a link, in the browser alone: no page is loaded.
  await site.db.execute(sql`update threads set status = 'open' where number = ${thread.number}`);
  await makeReply(site.db, { author: ada, thread });
  await open(page, path);
  await site.db.execute(sql`
    update thread_replies set deleted_at = now(), deleted_by = author_id where author_id = ${ada.id}`);
  let documents = 0;
  page.on("request", (request) => {
    if (request.isNavigationRequest()) documents += 1;
  });
  await openTools(page.locator("#reply-2"));
  await page.locator("#reply-2").getByRole("link", { name: "Bearbeiten" }).click();
  await heading(page, t("error.403")).waitFor();
  expect(await page.locator("main").textContent()).toContain(say("refusal.deleted"));
  expect(await page.title()).toBe(`${t("error.403")} (403)`);
  expect(documents).toBe(0);
});

germanJourney("A tab that is open while another changes the language follows", async ({ site, visit }) => {
  const { path, thread } = await makeScene(site);
  const ada = await site.makeMember();
  const page = await visit({ as: ada });
  await open(page, path);
  await site.db.execute(sql`update members set language = 'en' where user_id = ${ada.id}`);
  await openMenu(page);
  await page.getByRole("link", { name: "Einstellungen" }).click();
  await heading(page, "Settings").waitFor();
  await open(page, path);
  await heading(page, thread.title).waitFor();
  await openMenu(page);
  await page.getByRole("button", { name: "Sign out" }).waitFor();
});

journey("A browser downloads the texts of one language, once", async ({ site, visit }) => {
  const ada = await site.makeMember();
  const page = await visit({ as: ada });
  const texts: string[] = [];
  page.on("response", async (response) => {
    const name = /\/assets\/((?:en|de|pseudo)-[\w-]+)\.js$/.exec(response.url())?.[1];
    if (name) texts.push(name.slice(0, 2));
  });
  await open(page, "/");
  await openMenu(page);
  await page.getByRole("link", { name: "Settings" }).click();
  await heading(page, "Settings").waitFor();
  expect(texts).toEqual(["en"]);
});
