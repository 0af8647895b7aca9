import { expect, test } from "vitest";
import { changedFacts, type Event, mayWait, withdrawnFacts } from "./events.ts";

const place = { thread: 7, reply: 41, category: "key", author: "user_author", starter: "user_starter" };
const whole = { thread: 7, category: "key", author: "user_author" };

/** Each event with the facts that are others now, and those whose old words nobody may see any more. */
const EVENTS: [Event, changed: string[], withdrawn: string[]][] = [
  [{ kind: "thread-started", ...whole }, ["thread-7", "lists", "list-key", "threads-by-user_author"], []],
  [{ kind: "thread-restored", ...whole }, ["thread-7", "lists", "list-key", "threads-by-user_author"], []],
  [
    { kind: "thread-deleted", ...whole },
    ["thread-7", "lists", "list-key", "threads-by-user_author"],
    ["thread-7"],
  ],
  [{ kind: "thread-retitled", thread: 7, author: "user_author" }, ["thread-7"], ["thread-7"]],
  [{ kind: "thread-locked", thread: 7, locked: true, by: "user_mod" }, ["thread-7"], []],
  [
    { kind: "thread-pinned", thread: 7, category: "key", pinned: true, by: "user_mod" },
    ["thread-7", "lists", "list-key"],
    [],
  ],
  ...(["reply-written", "reply-restored", "reply-deleted"] as const).map(
    (kind): [Event, string[], string[]] => [
      { kind, ...place },
      ["replies-7", "lists", "list-key", "replies-by-user_author", "threads-by-user_starter"],
      kind === "reply-deleted" ? ["page-7-3", "replies-by-user_author"] : [],
    ],
  ),
  [{ kind: "reply-deleted", ...place, reply: 1 }, ["page-7-1", "replies-7"], ["page-7-1"]],
  [{ kind: "reply-edited", ...place, reply: 1 }, ["page-7-1"], ["page-7-1"]],
  [
    { kind: "reply-edited", thread: 7, reply: 20, author: "user_author" },
    ["page-7-1", "replies-by-user_author"],
    ["page-7-1", "replies-by-user_author"],
  ],
  [{ kind: "category-merged", category: "key", into: "other" }, ["categories", "lists", "list-other"], []],
  [{ kind: "picture-removed", picture: "abc" }, ["picture-abc"], ["picture-abc"]],
  [{ kind: "vote-cast", thread: 7, reply: 21, voter: "user_voter", value: -1 }, ["page-7-2"], []],
];

test.each(EVENTS)("what is another after $kind", (event, changed, withdrawn) => {
  expect(changedFacts(event).toSorted()).toEqual(changed.toSorted());
  expect(withdrawnFacts(event).toSorted()).toEqual(withdrawn.toSorted());
});

test("after what this code does not know, every page is another", () => {
  const unknown = { kind: "of-newer-code", thread: 1 } as unknown as Event;
  expect(changedFacts(unknown)).toEqual(["forum"]);
  expect(withdrawnFacts(unknown)).toEqual([]);
});

test("a score alone may wait", () => {
  const waiting = EVENTS.filter(([event]) => mayWait(event)).map(([{ kind }]) => kind);
  expect(waiting).toEqual(["vote-cast"]);
});
