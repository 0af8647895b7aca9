import { expect, test } from "vitest";
import { createReply } from "#app/db/replies.server.ts";
import { picturesElsewhere } from "#app/elsewhere.server.ts";
import { makeCategory, makeThread } from "#test/forum.ts";
import { testSite, WORKER_ENV } from "#test/site.ts";

const { show } = picturesElsewhere({ keys: [WORKER_ENV.PICTURES_KEY] });
const CAT = "https://pictures.example.com/cat.png";
const OWN = `/media/${"0".repeat(32)}-1200x800.webp`;
const BODY = `![A cat](${CAT})\n\n![](${OWN})\n\n[![A cat](${CAT})](/t/1)`;

/** A forum with a thread whose reply has three pictures, and a member. */
async function startForum(env: Record<string, string> = {}) {
  const site = await testSite({ env });
  const ada = await site.makeMember();
  const category = await makeCategory(site.db);
  const thread = await makeThread(site.db, { author: ada, category, title: "Pictures" });
  const reply = {
    thread: thread.number,
    authorId: ada.id,
    body: BODY,
    replyTo: null,
    submission: crypto.randomUUID(),
  };
  await createReply(site.db, reply, show);
  const paths = [`/t/${thread.number}/pictures`, `/u/${ada.handle}?show=replies`];
  /** What of each page's posts leads to a picture, or loads one. */
  const pictures = async (as?: typeof ada) =>
    Promise.all(
      paths.map(async (path) => {
        const html = await (await site.fetch(path, { as })).text();
        const loaded = [...html.matchAll(/ (?:src|srcset)="([^"]*\/media\/[^"]*)"/g)].map(
          ([, source]) => source,
        );
        const links = [...html.matchAll(/<a href="([^"]*)"[^>]*>([^<]+)<\/a>/g)].map(([, href, text]) => [
          href,
          text,
        ]);
        return { loaded, links: links.filter(([href]) => href === CAT || href === OWN) };
      }),
    );
  return { site, ada, pictures };
}

const LINKS = [
  [CAT, "A cat"],
  [OWN, "Picture"],
  [CAT, "Picture"],
];

test("a member who wants links gets them, and nobody else does", async () => {
  const { site, ada, pictures } = await startForum();
  const before = await pictures(ada);
  for (const { loaded, links } of before) {
    expect(loaded).toEqual([show(CAT), OWN, expect.stringContaining(`${OWN} 1200w`), show(CAT)]);
    expect(links).toEqual([]);
  }
  const form = { handle: ada.handle, colorScheme: "system", dateStyle: "relative", pictures: "links" };
  expect((await site.fetch("/settings", { as: ada, form })).status).toBe(303);
  expect(await pictures(ada)).toEqual([
    { loaded: [], links: LINKS },
    { loaded: [], links: LINKS },
  ]);
  const preview = { body: BODY, submission: crypto.randomUUID(), preview: "" };
  const previewed = await site.fetch("/t/1/replies/new", { as: ada, form: preview });
  expect(await previewed.text()).not.toMatch(/<img [^>]*src="\/media/);
  expect(await pictures()).toEqual(before);
});

test("a forum that shows links shows them to everybody", async () => {
  const { ada, pictures } = await startForum({ FORUM_PICTURES: "links" });
  for (const who of [undefined, ada])
    expect(await pictures(who)).toEqual([
      { loaded: [], links: LINKS },
      { loaded: [], links: LINKS },
    ]);
});
