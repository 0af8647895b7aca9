import { expect, test } from "vitest";
import { encodeCursor } from "#app/domain/cursor.ts";
import { testSite } from "#test/site.ts";
import { canonicalAnswer, readAnswer } from "./answer.ts";
import { HOSTILE_NAMES } from "./hostile-values.ts";
import { foreignParts } from "./page.ts";
import { rawRequest } from "./raw-request.ts";
import { allRows } from "./rows.ts";
import { nonceOf } from "./security-headers.ts";
import { makeWorld } from "./writes.ts";

const site = await testSite();
const { author, member, moderator, category, thread } = await makeWorld(site);
const ofThread = `/t/${thread.number}`;
const slugged = `${ofThread}/a-thread-for-a-test`;

/** Every place of an address that something can stand in. */
const ADDRESSES = [
  "/:x",
  "/c/:x",
  "/t/:x",
  "/t/:x/:x",
  `${ofThread}/:x`,
  "/t/:x/replies/new",
  `${ofThread}/replies/:x/edit`,
  "/u/:x",
  "/continue/:x",
  "/?sort=:x",
  "/?after=:x",
  "/?sort=top&after=:x",
  `/c/${category}?sort=new&after=:x`,
  `${slugged}?page=:x`,
  `/u/${author.handle}?show=:x`,
  `/u/${author.handle}?before=:x&id=:x`,
  `/u/${author.handle}?show=replies&before=:x&id=:x`,
  "/t/new?category=:x",
  `${ofThread}/replies/new?to=:x&quote=:x`,
  "/settings?saved=:x",
  "/sign-in?return_to=:x",
  "/nowhere?:x=:x",
  "/?__clerk_:x=:x",
  "/?_routes=:x",
];

test.for(ADDRESSES)("anything may stand in %s", async (address) => {
  for (const [at, value] of HOSTILE_NAMES.entries()) {
    const path = address.replaceAll(":x", value);
    // Each in turn as a reader and as a member: half the requests, and every place sees both.
    const answer = await readAnswer(
      await site.fetch(`${site.origin}${path}`, { as: at % 2 ? member : null }),
    );
    expect(answer.status, path).toBeLessThan(500);
    expect(foreignParts(answer.text, nonceOf(answer.headers)), path).toEqual([]);
    expect(
      answer.cookies.filter((line) => !line.startsWith("__clerk")),
      path,
    ).toEqual([]);
  }
});

/** Written as moments are, and none that Postgres knows. */
const NO_MOMENTS = [
  "0000-01-01T00:00:00Z",
  "2026-01-31T00:00:00+23:59",
  `2026-01-31T00:00:00.${"0".repeat(300)}Z`,
];

test.for(NO_MOMENTS)("a list that goes on at %s is a bad request", async (time) => {
  const after = encodeCursor({ isPinned: false, key: time, number: 1 });
  const before = encodeURIComponent(time);
  for (const path of [
    `/?after=${after}`,
    `/c/${category}?sort=new&after=${after}`,
    `/u/${author.handle}?before=${before}&id=1`,
    `/u/${author.handle}?show=replies&before=${before}&id=00000000-0000-7000-8000-000000000000`,
  ])
    expect((await readAnswer(await site.fetch(path))).status, path).toBe(400);
});

/** Where forms go that name what they act on. */
const TARGETS = [
  "/:x",
  "/t/:x/replies/new",
  `${ofThread}/replies/:x/edit`,
  `${ofThread}/replies/:x/vote`,
  "/t/:x/replies/:x/delete",
  "/t/:x/moderation/lock",
  "/t/:x/moderation/pin",
];

test.for(TARGETS)("a form may be sent to %s, whatever stands there", async (address) => {
  const before = await allRows(site.db);
  const text = { title: "A title", body: "A body", category, revision: "0" };
  const form = { ...text, value: "1", deleted: "false", locked: "false", pinned: "false" };
  for (const value of HOSTILE_NAMES) {
    const path = address.replaceAll(":x", value);
    const { status } = await readAnswer(await site.fetch(`${site.origin}${path}`, { as: moderator, form }));
    expect(status, path).toBeGreaterThanOrEqual(400);
    expect(status, path).toBeLessThan(500);
  }
  expect(await allRows(site.db)).toEqual(before);
});

test("what a request says of its browser is shown to nobody", async () => {
  const script = `"><script>alert(1)</script>`;
  const headers = {
    "User-Agent": script,
    Referer: `https://x/${script}`,
    "Accept-Language": script,
    "CF-Ray": script,
  };
  for (const as of [null, member])
    for (const path of ["/", slugged, "/nowhere"]) {
      const answer = await readAnswer(await site.fetch(path, { as, headers }));
      expect(answer.text).not.toContain("alert(1)");
    }
});

test("what no address names is not there", async () => {
  const numbers = [
    "0",
    "-1",
    "01",
    "1e1",
    "1.0",
    "abc",
    "9999999999",
    "99999999999999999999",
    "%00",
    "%ff",
    "%F0%9F%98%80",
  ];
  const paths = numbers.flatMap((number) => [`/t/${number}`, `/t/${number}/x`]);
  const names = [
    "nobody",
    "%00",
    "%",
    "%ff",
    "a%2Fb",
    "..%2f",
    "%E2%80%AE",
    "a".repeat(3000),
    "__proto__",
    "'--",
  ];
  paths.push(...names.flatMap((each) => [`/u/${each}`, `/c/${each}`]));
  for (const path of paths)
    for (const as of [null, member]) expect((await canonicalAnswer(site, path, as)).status, path).toBe(404);
});

test("no path and no query of any shape breaks the forum", async () => {
  const paths = [
    "/%",
    "//",
    "/%2e%2e/%2e%2e",
    "/..;/",
    "/.data",
    "/_root.data",
    "/_.data",
    "/t/new.data.data",
    "/t//",
    "/c/",
  ];
  paths.push(
    "/\\evil",
    "/%0d%0aSet-Cookie:a=b",
    "/?%",
    "/?=&&=",
    "/?sort[]=new",
    "/?sort=new&sort=top",
    "/?__clerk_=1",
  );
  paths.push(
    "/__manifest?paths=/",
    "/?_routes=x",
    "/_root.data?_routes=routes/nowhere",
    "/?index",
    `/${"a/".repeat(500)}`,
  );
  paths.push(
    "/?__clerk_handshake=x",
    "/?__clerk_handshake_nonce=x",
    "/?__clerk_db_jwt=x",
    "/?__clerk_ticket=x",
  );
  for (const path of paths)
    for (const headers of [{}, { Cookie: await site.signIn(member) }] as Record<string, string>[]) {
      const { status } = await rawRequest(site.origin, { path, headers });
      expect(status, path).toBeLessThan(500);
    }
});

test("none of this was an error of the forum's", () => {
  expect(site.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});
