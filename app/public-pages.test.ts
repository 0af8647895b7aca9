import { expect, test } from "vitest";
import type { Database } from "#app/db/client.server.ts";
import { getThreadPage } from "#app/db/threads.server.ts";
import { encodeCursor } from "#app/domain/cursor.ts";
import { SLUG_MAX } from "#app/domain/text.ts";
import type { ThreadPage } from "#app/domain/views.ts";
import { testDatabase } from "#test/database.ts";
import { makeCategory, makeReply, makeThread, makeVote } from "#test/forum.ts";
import { makeMember } from "#test/people.ts";
import {
  canonicalPath,
  categoryPage,
  homePage,
  memberPage,
  PUBLIC_PAGES,
  type PublicQuery,
  publicQueryAt,
  readerAddress,
  SNAPSHOT_FORMAT,
  type Snapshot,
  takeSnapshot,
  threadPage,
} from "./public-pages.ts";

const { db } = await testDatabase();

/** The names in a part's data: `replies[].author.handle` and so on. */
function namesIn(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((each) => namesIn(each, `${path}[]`)))];
  if (value === null || typeof value !== "object") return [path];
  const join = (name: string) => (path ? `${path}.${name}` : name);
  return Object.entries(value)
    .flatMap(([name, each]) => namesIn(each, join(name)))
    .sort();
}

test("what snapshots hold is what format 3 says: whoever changes one of the two changes both", async () => {
  const author = await makeMember(db);
  const category = await makeCategory(db);
  const thread = await makeThread(db, { author, category });
  await makeReply(db, { author, thread, replyTo: 1 });
  const list = new URLSearchParams();
  const queries = {
    home: homePage.at({}, list),
    category: categoryPage.at({ category }, list),
    thread: threadPage.at({ number: String(thread.number) }, list),
    threads: memberPage.at({ handle: author.handle }, list),
    replies: memberPage.at({ handle: author.handle }, new URLSearchParams({ show: "replies" })),
  };
  const names: Record<string, string[]> = {};
  for (const [name, query] of Object.entries(queries)) names[name] = namesIn(await query.load(db));
  expect({ format: SNAPSHOT_FORMAT, ...names }).toMatchInlineSnapshot(`
    {
      "category": [
        "categories[].color",
        "categories[].name",
        "categories[].slug",
        "color",
        "description",
        "id",
        "name",
        "replyCount",
        "slug",
        "threadCount",
        "threads[].author.handle",
        "threads[].author.imageUrl",
        "threads[].authorId",
        "threads[].category.color",
        "threads[].category.name",
        "threads[].category.slug",
        "threads[].createdAt",
        "threads[].isPinned",
        "threads[].lastActivityAt",
        "threads[].lastAuthor",
        "threads[].lastAuthorId",
        "threads[].lastNumber",
        "threads[].number",
        "threads[].replyCount",
        "threads[].score",
        "threads[].status",
        "threads[].title",
      ],
      "format": 3,
      "home": [
        "categories[].color",
        "categories[].description",
        "categories[].name",
        "categories[].slug",
        "threads[].author.handle",
        "threads[].author.imageUrl",
        "threads[].authorId",
        "threads[].category.color",
        "threads[].category.name",
        "threads[].category.slug",
        "threads[].createdAt",
        "threads[].isPinned",
        "threads[].lastActivityAt",
        "threads[].lastAuthor",
        "threads[].lastAuthorId",
        "threads[].lastNumber",
        "threads[].number",
        "threads[].replyCount",
        "threads[].score",
        "threads[].status",
        "threads[].title",
      ],
      "replies": [
        "categories[].color",
        "categories[].name",
        "categories[].slug",
        "createdAt",
        "handle",
        "id",
        "imageUrl",
        "isDeleted",
        "isImported",
        "isSuspended",
        "name",
        "replies[].bodyHtml",
        "replies[].createdAt",
        "replies[].id",
        "replies[].number",
        "replies[].score",
        "replies[].thread.number",
        "replies[].thread.title",
        "role",
      ],
      "thread": [
        "acceptedNumber",
        "author",
        "authorId",
        "categories[].color",
        "categories[].name",
        "categories[].slug",
        "category.color",
        "category.name",
        "category.slug",
        "createdAt",
        "isDeleted",
        "isPinned",
        "lastNumber",
        "lock",
        "number",
        "pin",
        "replies[].author.handle",
        "replies[].author.imageUrl",
        "replies[].author.isDeleted",
        "replies[].author.role",
        "replies[].authorId",
        "replies[].bodyHtml",
        "replies[].createdAt",
        "replies[].editedAt",
        "replies[].isDeleted",
        "replies[].number",
        "replies[].replyTo",
        "replies[].replyTo.authorId",
        "replies[].replyTo.handle",
        "replies[].replyTo.isDeleted",
        "replies[].replyTo.number",
        "replies[].score",
        "replies[].vote",
        "replyCount",
        "status",
        "title",
      ],
      "threads": [
        "categories[].color",
        "categories[].name",
        "categories[].slug",
        "createdAt",
        "handle",
        "id",
        "imageUrl",
        "isDeleted",
        "isImported",
        "isSuspended",
        "name",
        "role",
        "threads[].category.color",
        "threads[].category.name",
        "threads[].category.slug",
        "threads[].createdAt",
        "threads[].number",
        "threads[].replyCount",
        "threads[].score",
        "threads[].title",
      ],
    }
  `);
});

/** A slug as long as any of ours. */
const LONGEST = "a".repeat(SLUG_MAX);

const SPELLINGS: [pathname: string, canonical: string][] = [
  ["/", "/"],
  ["//", "/"],
  ["/c/edge", "/c/edge"],
  ["/c/edge/", "/c/edge"],
  ["//c//edge", "/c/edge"],
  ["/C/edge", "/c/edge"],
  ["/%63/edge", "/c/edge"],
  ["/c/%65dge", "/c/edge"],
  ["/T/12/a-title/", "/t/12/a-title"],
  ["/t/12/%c3%bcber", "/t/12/%C3%BCber"],
  ["/t/12/über", "/t/12/%C3%BCber"],
  ["/U/Ada", "/u/Ada"],
  ["/t/new/", "/t/new"],
  [`/t/12/${LONGEST}`, `/t/12/${LONGEST}`],
  [`/t/12/${LONGEST}.data`, `/t/12/${LONGEST}.data`],
  [`/t/12/${LONGEST}a`, "/t/12"],
  [encodeURI(`/t/12/${"𠀀".repeat(SLUG_MAX)}`), encodeURI(`/t/12/${"𠀀".repeat(SLUG_MAX)}`)],
  ["/T/new", "/T/new"],
  ["/settings/", "/settings"],
  ["/nowhere//at/all/", "/nowhere/at/all"],
];

test.each(SPELLINGS)("%s is read at %s", (pathname, canonical) => {
  expect(canonicalPath(pathname)).toBe(canonical);
  expect(canonicalPath(canonical)).toBe(canonical);
});

test("the address of what is kept has nothing in it that the page does not depend on", () => {
  const addressOf = (address: string) => readerAddress(new URL(address, "http://forum.example"));
  expect(addressOf("/?utm_source=mail")).toBe("/");
  const after = encodeCursor({ isPinned: false, key: "2020-01-01T00:00:00Z", number: 1 });
  expect(addressOf(`/?after=${after}&fbclid=1&sort=new`)).toBe(`/?sort=new&after=${after}`);
  expect(addressOf("/t/12/a-title?page=2&sort=top")).toBe("/t/12/a-title?page=2");
  expect(addressOf("/t/new?category=edge")).toBe("/t/new?category=edge");
});

test("what is asked for in other words has one address", () => {
  const url = (address: string) => new URL(address, "http://forum.example");
  const spellings: [address: string, asked: string][] = [
    ["/?sort=latest", "/"],
    ["/c/edge?sort=latest", "/c/edge"],
    ["/t/12?page=1", "/t/12"],
    ["/u/ada?show=threads", "/u/ada"],
    ["/u/ada?id=any-number-of-these", "/u/ada"],
    ["/u/ada?show=replies&id=any-number-of-these", "/u/ada?show=replies"],
  ];
  for (const [address, asked] of spellings) {
    expect(readerAddress(url(address)), address).toBe(asked);
    expect(publicQueryAt(url(address))?.address, address).toBe(asked);
  }
});

test("every public page is found at its own address, and nothing else is", () => {
  const queryAt = (address: string) => publicQueryAt(new URL(address, "http://forum.example"));
  const addresses = ["/", "/?sort=top", "/c/edge?sort=new", "/t/12?page=2", "/t/12", "/u/ada?show=replies"];
  for (const address of addresses) expect(queryAt(address)?.address, address).toBe(address);
  expect(queryAt("/t/12/any-slug")?.address).toBe("/t/12");
  for (const none of ["/t/new", "/t/0/x", "/t/12?page=0", "/?sort=worst", "/c/a b", "/settings", "/u", "/c"])
    expect(queryAt(none), none).toBeNull();
  expect(PUBLIC_PAGES).toHaveLength(4);
});

test("rows that were read on behalf of somebody fit no snapshot and no public page: the types say so", async () => {
  const author = await makeMember(db);
  const voter = await makeMember(db);
  const thread = await makeThread(db, { author, category: await makeCategory(db) });
  await makeVote(db, { voter, thread });
  const asked = threadPage.at({ number: String(thread.number) }, new URLSearchParams());
  const load = (of: Database) => getThreadPage(of, { number: thread.number, page: 1, viewerId: voter.id });
  const everyones: Snapshot<ThreadPage> = await takeSnapshot(asked, db);
  // @ts-expect-error The rows lack the mark of `Public`.
  const kept: Snapshot<ThreadPage> = { ...everyones, value: await load(db) };
  // @ts-expect-error So do those that this query would answer.
  const query: PublicQuery<ThreadPage> = { ...asked, load };
  const rows = [everyones.value, kept.value, await query.load(db)];
  // What the types keep out is another's vote.
  expect(rows.map((page) => page?.replies[0]?.vote)).toEqual([0, 1, 1]);
});

test("a snapshot is as old as the beginning of its reading", async () => {
  const before = Date.now();
  const { madeAt, shows, value } = await takeSnapshot(
    threadPage.at({ number: "999999" }, new URLSearchParams()),
    db,
  );
  expect(madeAt).toBeGreaterThanOrEqual(before);
  expect(value).toBeNull();
  expect(shows).toEqual(["forum", "thread-999999", "replies-999999"]);
});
