import type { Page } from "playwright-core";
import { expect } from "vitest";
import { journey } from "#test/browser.ts";
import { makeCategory, makeThread } from "#test/forum.ts";
import { makePicture } from "#test/pictures.ts";
import { bothWays, button, eventually, open, type Tools } from "./travel.ts";

const ADDRESS = /!\[([^\]]*)\]\(\/media\/[0-9a-f]{32}-64x48\.(png|jpg)\)/;
const fileOf = (bytes: Uint8Array, name = "cat.png") => ({
  name,
  mimeType: "image/png",
  buffer: Buffer.from(bytes),
});

/** The form of a reply as a member sees it, once the script that sends pictures is there, if scripts run. */
async function openReplyForm({ site, visit, hasScript }: Tools): Promise<Page> {
  const ada = await site.makeMember();
  const category = await makeCategory(site.db);
  const thread = await makeThread(site.db, { author: ada, category });
  const page = await visit({ as: ada });
  const loaded = hasScript ? page.waitForResponse(/picture-uploads/) : null;
  await open(page, `/t/${thread.number}/replies/new`);
  await (await loaded)?.finished();
  return page;
}

bothWays(
  "A picture is chosen, described and put into the text, which is then posted",
  async ({ site, visit, hasScript }) => {
    const page = await openReplyForm({ site, visit, hasScript });
    const body = page.getByLabel("Your reply");
    await body.fill("Look at this.");
    await page.getByText("Add a picture").click();
    await page.getByLabel("What it shows").fill("A striped thing");
    await page.locator("#picture").setInputFiles(fileOf(await makePicture("png", { seed: 70 })));
    if (!hasScript) await button(page, "Add picture").click();
    await eventually(() => body.inputValue()).toMatch(ADDRESS);
    expect(await body.inputValue()).toMatch(/^Look at this\.\n\n!\[A striped thing\]/);
    await eventually(() => page.getByRole("status").allTextContents()).toContain(
      "The picture is in your text. Nothing has been posted yet.",
    );
    await button(page, "Post reply").click();
    await page.waitForURL(/#reply-2$/);
  },
);

/** What a paste or a drop of files is, as the page sees it. */
async function give(page: Page, kind: "paste" | "drop", bytes: Uint8Array, name: string) {
  await page.getByLabel("Your reply").evaluate(
    (area, { kind, bytes, name }) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
      const options = { bubbles: true, cancelable: true };
      area.dispatchEvent(
        kind === "paste"
          ? new ClipboardEvent("paste", { ...options, clipboardData: data })
          : new DragEvent("drop", { ...options, dataTransfer: data }),
      );
    },
    { kind, bytes: [...bytes], name },
  );
}

journey(
  "What is pasted or dropped stands at the caret, and its description is marked to be typed over",
  async ({ site, visit }) => {
    const page = await openReplyForm({ site, visit, hasScript: true });
    const body = page.getByLabel("Your reply");
    await body.fill("Before.\nAfter.");
    await body.evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(8, 8));
    for (const [kind, alt] of [
      ["paste", "A pasted thing"],
      ["drop", "A dropped thing"],
    ] as const) {
      await give(page, kind, await makePicture("png", { seed: kind.length * 11 }), `${kind}.png`);
      await eventually(() => body.inputValue()).toMatch(/!\[What this picture shows\]\(\/media\//);
      await page.keyboard.type(alt);
      expect(await body.inputValue()).toContain(`![${alt}](/media/`);
      expect(await body.inputValue()).not.toContain("What this picture shows");
    }
    expect(await body.inputValue()).toMatch(/^Before\.\n/);
    expect(await body.inputValue()).toMatch(/After\.$/);
  },
);

journey("What is no picture is said beside the field, and the text stays", async ({ site, visit }) => {
  const page = await openReplyForm({ site, visit, hasScript: true });
  await page.getByLabel("Your reply").fill("My text.");
  await page.getByText("Add a picture").click();
  await page.locator("#picture").setInputFiles(fileOf(Buffer.from("<svg/>"), "cat.svg"));
  await eventually(() => page.getByRole("status").allTextContents()).toContainEqual(
    expect.stringMatching(/SVG drawings are not taken/),
  );
  expect(await page.getByLabel("Your reply").inputValue()).toBe("My text.");
});
