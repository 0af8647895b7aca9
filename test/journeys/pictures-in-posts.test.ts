import type { Page, Route } from "playwright-core";
import { expect } from "vitest";
import { createReply } from "#app/db/replies.server.ts";
import { picturesElsewhere } from "#app/elsewhere.server.ts";
import { journey } from "#test/browser.ts";
import { makeCategory, makeThread } from "#test/forum.ts";
import { makePicture } from "#test/pictures.ts";
import { type Site, WORKER_ENV } from "#test/site.ts";
import { layoutShift, overflow, violations } from "./inspect.ts";
import { NARROW, open, WIDE } from "./travel.ts";

const { show } = picturesElsewhere({ keys: [WORKER_ENV.PICTURES_KEY] });
const at = (name: string) => `https://pictures.example.com/${name}.png`;
const OWN = `/media/${"0".repeat(32)}-1200x800.webp`;

/** Pictures in every place that they can stand in, with sizes and without, and one whose size is not the one that was said. */
const BODY = [
  `Before it. ![Of a size](${at("a")})\n![](${at("b")} "A caption")`,
  `![A size that was said|690x388](${at("c")})`,
  `![A tall one|300x4000](${at("d")})`,
  `![A wrong size|400x100](${at("e")})`,
  `![](${OWN})`,
  `![One](${at("f")})\n![Two|690x388](${at("g")} "Two of them")\n![](${OWN})`,
  `- An item\n- ![In an item](${at("h")})`,
  `> ![In a quote](${at("i")})`,
  `| a | b |\n| - | - |\n| ![In a cell](${at("j")}) | c |`,
  `[![That leads somewhere](${at("k")})](/t/1)`,
  "The end.",
].join("\n\n");
/** One is there twice. */
const PICTURES = 12;

/** A thread with all of them, and its path. */
async function makePicturedThread(site: Site): Promise<string> {
  const author = await site.makeMember();
  const thread = await makeThread(site.db, {
    author,
    category: await makeCategory(site.db),
    title: "Pictures",
  });
  const reply = { thread: thread.number, authorId: author.id, body: BODY, replyTo: null };
  await createReply(site.db, { ...reply, submission: crypto.randomUUID() }, show);
  return `/t/${thread.number}/pictures`;
}

/** Keeps every picture of the page back until it is answered. */
async function holdPictures(page: Page): Promise<Route[]> {
  const held: Route[] = [];
  await page.route(/\/media\//, (route) => void held.push(route));
  return held;
}

/** Has the page ask for all its pictures, however far down they are. */
async function askForAll(page: Page, held: Route[]): Promise<void> {
  for (const picture of await page.locator(".body img").all()) await picture.scrollIntoViewIfNeeded();
  await expect.poll(() => held.length).toBe(PICTURES);
}

const places = (page: Page) =>
  page.locator(".body :is(img, p, figcaption, li, td)").evaluateAll((elements) =>
    elements.map((element) => {
      const { top, left, width, height } = element.getBoundingClientRect();
      return [element.localName, top + scrollY, left, width, height].join(" ");
    }),
  );

for (const [screen, size] of [
  ["a telephone", NARROW],
  ["a desk", WIDE],
] as const)
  journey(`Pictures that come late move nothing, on ${screen}`, async ({ site, visit }) => {
    const path = await makePicturedThread(site);
    const [wide, tall] = [
      await makePicture("png", { width: 690, height: 388 }),
      await makePicture("png", { width: 40, height: 200 }),
    ];
    const page = await visit(size);
    const held = await holdPictures(page);
    await page.goto(path, { waitUntil: "domcontentloaded" });
    await askForAll(page, held);
    const before = await places(page);
    // One of three comes in a shape that nobody told, and one not at all.
    for (const [number, route] of held.entries())
      await route.fulfill(
        number % 3 === 2
          ? { status: 404 }
          : { body: Buffer.from(number % 3 ? tall : wide), contentType: "image/png" },
      );
    await page.waitForFunction(() => [...document.images].every(({ complete }) => complete));
    expect(await places(page)).toEqual(before);
    expect(await layoutShift(page)).toBe(0);
    expect(await overflow(page)).toEqual([]);
    expect(await violations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await violations(page)).toEqual([]);
    if (process.env.SHOTS)
      await page.screenshot({ path: `${process.env.SHOTS}/pictures-${screen.slice(2)}.png`, fullPage: true });
  });

journey(
  "A picture leads to the whole one, and says what it shows where it is not there",
  async ({ site, visit }) => {
    const path = await makePicturedThread(site);
    const page = await visit();
    await open(page, path);
    const own = page.locator(`a[href="${OWN}"]`).first();
    expect(await own.getByRole("img").getAttribute("alt")).toBe("Picture");
    expect(await own.getAttribute("rel")).toBe("nofollow ugc");
    const elsewhere = page.getByRole("link", { name: "A size that was said" });
    expect(await elsewhere.getAttribute("href")).toBe(at("c"));
    expect(await elsewhere.getAttribute("rel")).toBe("nofollow ugc noopener noreferrer");
    expect(await page.getByRole("figure").filter({ hasText: "A caption" }).count()).toBe(1);
  },
);

journey("Whoever wants links has no picture loaded, wherever they go", async ({ site, visit }) => {
  const path = await makePicturedThread(site);
  const ada = await site.makeMember();
  const page = await visit({ as: ada });
  const held = await holdPictures(page);
  await open(page, "/settings");
  await page.getByLabel(/^Links in their place/).check();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("status").waitFor();
  expect(await page.getByLabel(/^Links in their place/).isChecked()).toBe(true);
  await open(page, path);
  expect(await page.locator(".body img").count()).toBe(0);
  expect(await page.getByRole("link", { name: "In a quote" }).getAttribute("href")).toBe(at("i"));
  await page.reload();
  expect(held).toEqual([]);
});
