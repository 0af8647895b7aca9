import fc from "fast-check";
import { matchRoutes } from "react-router";
import { expect, test } from "vitest";
import * as paths from "./paths.ts";
import routes from "./routes.ts";

const THREAD = { number: 12, title: "Don't panic, Zoë" };

/** Every address that there is a function for, with the file of the route that it is to reach. */
const ADDRESSES: [address: string, expected: string, file: string][] = [
  [paths.homePath(), "/", "home.tsx"],
  [paths.listPath(paths.homePath(), "latest"), "/", "home.tsx"],
  [paths.listPath(paths.homePath(), "top"), "/?sort=top", "home.tsx"],
  [paths.listPath(paths.homePath(), "latest", "abc-_"), "/?after=abc-_", "home.tsx"],
  [
    paths.listPath(paths.categoryPath("edge"), "new", "abc"),
    "/c/edge?sort=new&after=abc",
    "categories/show.tsx",
  ],
  [paths.categoryPath("edge"), "/c/edge", "categories/show.tsx"],
  [paths.newThreadPath(), "/t/new", "threads/new.tsx"],
  [paths.newThreadPath("a&b"), "/t/new?category=a%26b", "threads/new.tsx"],
  [paths.threadPath(THREAD), "/t/12/dont-panic-zoe", "threads/show.tsx"],
  [paths.threadPath(THREAD, 1), "/t/12/dont-panic-zoe", "threads/show.tsx"],
  [paths.threadPath(THREAD, 3), "/t/12/dont-panic-zoe?page=3", "threads/show.tsx"],
  [paths.threadPath({ number: 7, title: "日本" }), "/t/7/%E6%97%A5%E6%9C%AC", "threads/show.tsx"],
  [paths.replyPath(THREAD, 1), "/t/12/dont-panic-zoe#reply-1", "threads/show.tsx"],
  [paths.replyPath(THREAD, 21), "/t/12/dont-panic-zoe?page=2#reply-21", "threads/show.tsx"],
  [paths.lockAction(12), "/t/12/moderation/lock", "threads/lock.ts"],
  [paths.pinAction(12), "/t/12/moderation/pin", "threads/pin.ts"],
  [paths.newReplyPath(12), "/t/12/replies/new", "replies/new.tsx"],
  [paths.newReplyPath(12, { to: 3 }), "/t/12/replies/new?to=3", "replies/new.tsx"],
  [paths.newReplyPath(12, { to: 3, isQuoted: true }), "/t/12/replies/new?to=3&quote=true", "replies/new.tsx"],
  [paths.editPath(12, 3), "/t/12/replies/3/edit", "replies/edit.tsx"],
  [paths.deleteAction(12, 3), "/t/12/replies/3/delete", "replies/delete.ts"],
  [paths.voteAction(12, 3), "/t/12/replies/3/vote", "replies/vote.ts"],
  [paths.memberPath("Ann-Lee"), "/u/Ann-Lee", "members/show.tsx"],
  [paths.memberListPath("ann", "threads"), "/u/ann", "members/show.tsx"],
  [paths.memberListPath("ann", "replies"), "/u/ann?show=replies", "members/show.tsx"],
  [
    paths.memberListPath("ann", "threads", { time: "2026-11-24T08:00:00+00:00", id: 12 }),
    "/u/ann?show=threads&before=2026-11-24T08%3A00%3A00%2B00%3A00&id=12",
    "members/show.tsx",
  ],
  [paths.uploadAction(), "/media", "pictures/upload.ts"],
  [paths.ownPicturesPath(), "/settings/pictures", "pictures/own.tsx"],
  [
    paths.ownPicturesPath({ time: "2026-11-24T08:00:00+00:00", hash: "abc" }),
    "/settings/pictures?before=2026-11-24T08%3A00%3A00%2B00%3A00&id=abc",
    "pictures/own.tsx",
  ],
  [paths.memberPicturesPath("ann"), "/u/ann/pictures", "pictures/of-member.tsx"],
  [
    paths.memberPicturesPath("ann", { time: "2026-11-24T08:00:00+00:00", hash: "abc" }),
    "/u/ann/pictures?before=2026-11-24T08%3A00%3A00%2B00%3A00&id=abc",
    "pictures/of-member.tsx",
  ],
  [paths.settingsPath(), "/settings", "members/settings.tsx"],
  [paths.settingsPath({ isSaved: true }), "/settings?saved", "members/settings.tsx"],
  [paths.signInPath("/t/12/a?page=2"), "/sign-in?return_to=%2Ft%2F12%2Fa%3Fpage%3D2", "session/sign-in.ts"],
  [paths.signOutAction(), "/sign-out", "session/sign-out.ts"],
  [paths.continuePath("0193a1b2"), "/continue/0193a1b2", "session/continue.tsx"],
];

/** The file of the route that answers an address. */
function routeOf(address: string): string | undefined {
  const listed = routes.map(({ path, index, file }) => ({ id: file, path, index: index === true }));
  const { pathname } = new URL(address, "https://forum.example");
  return matchRoutes(listed as Parameters<typeof matchRoutes>[0], pathname)?.at(-1)?.route.id;
}

test.each(ADDRESSES)("%s is %s, and %s answers it", (address, expected, file) => {
  expect(address).toBe(expected);
  expect(routeOf(address)).toBe(`routes/${file}`);
});

test("whatever a thread is called, its address is its own, and clean", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme" }),
      fc.integer({ min: 1, max: 999_999_999 }),
      (title, number) => {
        const path = paths.threadPath({ number, title });
        expect(new URL(path, "https://forum.example").pathname).toBe(path);
        expect(path).toMatch(new RegExp(`^/t/${number}/[^/?#]+$`));
        expect(routeOf(path)).toBe("routes/threads/show.tsx");
      },
    ),
  );
});
