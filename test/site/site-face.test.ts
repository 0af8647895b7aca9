import { expect, onTestFinished, test } from "vitest";
import { threadPath } from "#app/paths.ts";
import { makeCategory, makeThread } from "#test/forum.ts";
import { startSite, testSite } from "#test/site.ts";
import { readAnswer } from "./answer.ts";
import { attribute, elementsOf, textOf } from "./page.ts";
import { expectReaderPage } from "./security-headers.ts";

const FACE = {
  FORUM_NAME: "Werkbank & Co",
  FORUM_DESCRIPTION: "On <tools> and benches.",
  FORUM_ACCENT: "teal",
  FORUM_MARK: "WB",
  FORUM_FOOTER_LINKS: "Imprint=https://example.com/imprint?of=us Terms of use=/t/1/terms",
};
const site = await testSite({ env: FACE });
const member = await site.makeMember();
const category = await makeCategory(site.db);
const thread = await makeThread(site.db, { author: member, category });

const ADDRESSES = ["/", `/c/${category}`, threadPath(thread), `/u/${member.handle}`, "/nowhere"];

test("every page has the operator's name, mark, accent and links, errors too", async () => {
  for (const as of [null, member])
    for (const path of ADDRESSES) {
      const answer = await readAnswer(await site.fetch(path, { as }));
      // The accent is an attribute: the stylesheet that a page carries is the one that its policy allows.
      if (!as) expectReaderPage(answer);
      const elements = elementsOf(answer.text);
      const html = elements.find(({ tagName }) => tagName === "html");
      const name = elements.find((each) => attribute(each, "class") === "site-name");
      const footer = elements.find((each) => attribute(each, "aria-label") === "About this forum");
      expect([html && attribute(html, "data-accent"), name && textOf(name)], path).toEqual([
        "teal",
        "WBWerkbank & Co",
      ]);
      const links = footer ? [...(footer.childNodes as typeof elements)] : [];
      expect(links.map(textOf).join()).toContain("ImprintTerms of use");
      expect(answer.text).toContain('href="https://example.com/imprint?of=us"');
    }
});

test("the manifest has them too, for whoever asks, and costs nothing", async () => {
  const response = await site.fetch("/manifest.webmanifest");
  expect(response.headers.get("Content-Type")).toBe("application/manifest+json");
  expect(response.headers.get("Cache-Control")).toBe("public, max-age=86400");
  const manifest = (await response.json()) as { icons: { src: string; type: string }[] };
  expect(manifest).toMatchObject({
    name: FACE.FORUM_NAME,
    description: FACE.FORUM_DESCRIPTION,
    theme_color: "#0b6668",
    lang: "en",
    start_url: "/",
  });
  for (const { src, type } of manifest.icons) {
    const icon = await site.fetch(src);
    expect([src, icon.status, icon.headers.get("Content-Type")]).toEqual([src, 200, type]);
  }
});

test("members' pages name the manifest, and readers' pages make no request for it", async () => {
  const named = async (as: typeof member | null) =>
    elementsOf(await (await site.fetch("/", { as })).text())
      .filter(({ tagName }) => tagName === "link")
      .map((link) => attribute(link, "rel"));
  expect(await named(member)).toContain("manifest");
  expect(await named(null)).toEqual(["icon", "canonical"]);
});

/** The width and height that a PNG says of itself (RFC 2083, 11.2.2). */
function sizeOfPng(bytes: Uint8Array): [number, number] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  expect(view.getUint32(0)).toBe(0x89504e47);
  return [view.getUint32(16), view.getUint32(20)];
}

test.for([
  ["/apple-touch-icon.png", 180],
  ["/icon-192.png", 192],
  ["/icon-512.png", 512],
] as const)("%s is there, %i pixels wide and high, and kept for a day", async ([path, size]) => {
  const response = await site.fetch(path);
  expect([response.status, response.headers.get("Cache-Control")]).toEqual([200, "public, max-age=86400"]);
  expect(sizeOfPng(new Uint8Array(await response.arrayBuffer()))).toEqual([size, size]);
});

test("favicon.ico holds a picture in each of its sizes", async () => {
  const response = await site.fetch("/favicon.ico");
  expect([response.status, response.headers.get("Cache-Control")]).toEqual([200, "public, max-age=86400"]);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const view = new DataView(bytes.buffer);
  const sizes = Array.from({ length: view.getUint16(4, true) }, (_, at) => {
    const offset = view.getUint32(6 + 16 * at + 12, true);
    const [width] = sizeOfPng(bytes.subarray(offset));
    expect(view.getUint8(6 + 16 * at)).toBe(width);
    return width;
  });
  expect(sizes).toEqual([16, 32, 48]);
});

test.for([
  ["FORUM_ACCENT", "mauve", "FORUM_ACCENT: must be one of blue, teal"],
  [
    "FORUM_FOOTER_LINKS",
    "Rules=javascript:alert(1)",
    'FORUM_FOOTER_LINKS: "Rules=javascript:alert(1)" is no link',
  ],
] as const)(
  "a forum with %s=%s says so in its log, and nothing else to readers",
  async ([name, value, complaint]) => {
    const wrong = await startSite({ env: { [name]: value } });
    onTestFinished(wrong.stop);
    expect((await wrong.fetch("/")).status).toBe(500);
    expect(wrong.log.map((line) => JSON.parse(line).message).join("\n")).toContain(complaint);
  },
);
