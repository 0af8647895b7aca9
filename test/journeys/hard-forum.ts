import { sql } from "drizzle-orm";
import { picturePath } from "#app/domain/picture.ts";
import type { PageLanguage } from "#app/messages/languages.ts";
import { journey } from "#test/browser.ts";
import { makeCategory, makePictureRow, makeReply, makeThread, makeVote } from "#test/forum.ts";
import { type Site, startSite } from "#test/site.ts";

/** A forum in which everything is as long and as wide as it may be, and one thing of each kind is missing. */
export type HardForum = Awaited<ReturnType<typeof makeHardForum>>;

/** `journey` on a forum with hard content, behind a proxy that can take its database away. */
export const hardJourney = hardJourneyIn("en");

/** The same in a forum of this language. */
export function hardJourneyIn(language: PageLanguage) {
  return (
    journey
      // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures a fixture needs
      .extend("site", { scope: "file" }, async ({}, { onCleanup }) => {
        const site = await startSite({ counted: true, env: { FORUM_LANGUAGE: language } });
        onCleanup(() => site.stop());
        return site;
      })
      .extend("forum", { scope: "file" }, ({ site }) => makeHardForum(site))
  );
}

/** A reply that is hard to lay out: long words, code, tables, deep quotes and lists, several scripts. */
export const HARD_BODY = `A word of ${"W".repeat(300)} and an address https://example.test/${"path".repeat(60)} and \`${"code".repeat(60)}\`.

## A heading that goes on for longer than any screen of any telephone is wide

\`\`\`ts
const ${"long".repeat(40)} = "${"line".repeat(60)}";
\`\`\`

| ${"column | ".repeat(24)}
| ${"--- | ".repeat(24)}
| ${"cell | ".repeat(24)}

> > > > A quote in a quote in a quote in a quote ${"Q".repeat(100)}

1. one
   - two
     - three
       - four [a link](https://example.test/) ${"D".repeat(100)}
- [x] done
- [ ] to do ~~or not~~

---

עברית 中文 🎉 **bold** *slanted*`;

async function makeHardForum(site: Site) {
  const { db } = site;
  const member = await site.makeMember({ handle: "w".repeat(30), firstName: "W".repeat(50) });
  const moderator = await site.makeMember({ role: "moderator" });
  const suspended = await site.makeMember({ suspendedUntil: new Date(Date.now() + 86_400_000) });
  const category = await makeCategory(db, { name: `Everything ${"C".repeat(40)}` });
  const empty = await makeCategory(db, { name: "Nothing yet", position: 1 });
  await db.execute(sql`
    update categories set description = ${`What it is about: ${"N".repeat(120)}`} where slug = ${category}`);
  const thread = await makeThread(db, { author: member, category, title: "W".repeat(200), body: HARD_BODY });
  const locked = await makeThread(db, { author: moderator, category, title: "A locked and pinned thread" });
  for (let number = 2; number <= 24; number++) {
    const author = number % 2 === 0 ? member : moderator;
    const body = number === 2 || number === 24 ? HARD_BODY : "A reply like most.";
    await makeReply(db, { author, thread, body, replyTo: number > 5 ? number - 3 : null });
  }
  await makeVote(db, { voter: moderator, thread, number: 2 });
  await db.execute(sql`
    update thread_replies set deleted_at = now(), deleted_by = author_id
    where number in (4, 5) and thread_id = (select id from threads where number = ${thread.number})`);
  await db.execute(sql`
    update thread_replies set edited_at = now()
    where number in (2, 3) and thread_id = (select id from threads where number = ${thread.number})`);
  await db.execute(sql`
    update threads set status = 'locked', is_pinned = true where number = ${locked.number}`);
  await db.execute(sql`update members set date_style = 'absolute' where user_id = ${moderator.id}`);
  const short = await makeThread(db, { author: member, category, title: "A short thread" });
  await makeReply(db, { author: moderator, thread: short });
  const picture = picturePath({
    hash: await makePictureRow(db, member),
    width: 1600,
    height: 900,
    kind: "png",
  });
  const pictured = await makeThread(db, {
    author: member,
    category,
    title: "A thread with pictures",
    body: `![${"A picture ".repeat(12)}](${picture} "Its caption")\n\n![One](${picture}) ![Two](${picture})`,
  });
  const path = `/t/${thread.number}/${"w".repeat(80)}`;
  const shortPath = `/t/${short.number}/a-short-thread`;
  const lockedPath = `/t/${locked.number}/a-locked-and-pinned-thread`;
  const picturedPath = `/t/${pictured.number}/a-thread-with-pictures`;
  return { member, moderator, suspended, category, empty, thread, path, shortPath, lockedPath, picturedPath };
}
