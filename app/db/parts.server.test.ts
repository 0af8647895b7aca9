import { expect, test } from "vitest";
import { testDatabase } from "#test/database.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { makeMember } from "#test/people.ts";
import { categoryPart, homePart, memberPart, PARTS_FORMAT, threadPart } from "./parts.server.ts";

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

test("what parts hold is what format 1 says: whoever changes one of the two changes both", async () => {
  const author = await makeMember(db);
  const category = await makeCategory(db);
  const thread = await makeThread(db, { author, category });
  await makeReply(db, { author, thread, replyTo: 1 });
  const list = { sort: "latest", after: null } as const;
  const parts = {
    home: homePart(list),
    category: categoryPart(category, list),
    thread: threadPart(thread.number, 1),
    threads: memberPart(author.handle, { show: "threads", before: null }),
    replies: memberPart(author.handle, { show: "replies", before: null }),
  };
  const names: Record<string, string[]> = {};
  for (const [name, part] of Object.entries(parts)) names[name] = namesIn(await part.load(db));
  expect({ format: PARTS_FORMAT, ...names }).toMatchInlineSnapshot(`
    {
      "category": [
        "description",
        "name",
        "replyCount",
        "slug",
        "threadCount",
        "threads[].author.handle",
        "threads[].author.imageUrl",
        "threads[].authorId",
        "threads[].category.name",
        "threads[].category.slug",
        "threads[].createdAt",
        "threads[].isPinned",
        "threads[].lastActivityAt",
        "threads[].lastAuthor",
        "threads[].lastAuthorId",
        "threads[].number",
        "threads[].replyCount",
        "threads[].score",
        "threads[].status",
        "threads[].title",
      ],
      "format": 1,
      "home": [
        "categories[].description",
        "categories[].latest.lastActivityAt",
        "categories[].latest.number",
        "categories[].latest.title",
        "categories[].name",
        "categories[].replyCount",
        "categories[].slug",
        "categories[].threadCount",
        "threads[].author.handle",
        "threads[].author.imageUrl",
        "threads[].authorId",
        "threads[].category.name",
        "threads[].category.slug",
        "threads[].createdAt",
        "threads[].isPinned",
        "threads[].lastActivityAt",
        "threads[].lastAuthor",
        "threads[].lastAuthorId",
        "threads[].number",
        "threads[].replyCount",
        "threads[].score",
        "threads[].status",
        "threads[].title",
      ],
      "replies": [
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
        "authorId",
        "category.name",
        "category.slug",
        "createdAt",
        "isDeleted",
        "isPinned",
        "lastNumber",
        "number",
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
        "replies[].replyTo.number",
        "replies[].score",
        "replies[].vote",
        "replyCount",
        "status",
        "title",
      ],
      "threads": [
        "createdAt",
        "handle",
        "id",
        "imageUrl",
        "isDeleted",
        "isImported",
        "isSuspended",
        "name",
        "role",
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
