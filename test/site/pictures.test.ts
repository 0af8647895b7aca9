import { sql } from "drizzle-orm";
import sharp from "sharp";
import { expect, test } from "vitest";
import { createPicture, deletePicture } from "#app/db/pictures.server.ts";
import { verify } from "#app/db/verify.server.ts";
import {
  NEWCOMER_PICTURE_QUOTA,
  PICTURE_BYTES_MAX,
  PICTURE_KINDS,
  parsePicturePath,
  picturePath,
  smallPicturePath,
} from "#app/domain/picture.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import type { TestMember } from "#test/people.ts";
import { asText, joinBytes, makeAnimation, makeBomb, makePicture, pngChunk, SECRET } from "#test/pictures.ts";
import { type Site, testSite } from "#test/site.ts";
import { readAnswer } from "./answer.ts";
import { attribute, elementsOf, textOf } from "./page.ts";

const site = await testSite({ counted: true });
const { db, proxy } = site;
const [ada, ben] = [await settled(site), await settled(site)];
const category = await makeCategory(db);
const thread = await makeThread(db, { author: ada, category });
const answering = `/t/${thread.number}/replies/new`;

/** A member who is no newcomer. */
async function settled({ db, makeMember }: Site): Promise<TestMember> {
  const member = await makeMember();
  await db.execute(
    sql`update members set created_at = now() - interval '1 month' where user_id = ${member.id}`,
  );
  return member;
}

function formOf(bytes: Uint8Array<ArrayBuffer>, fields: Record<string, string> = {}, name = "picture.png") {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.set(field, value);
  form.set("picture", new File([bytes], name));
  return form;
}

type Uploaded = { status: number; path?: string; error?: string };

/** Sends a picture as the composer's script does. */
async function upload(
  bytes: Uint8Array<ArrayBuffer>,
  as: TestMember | null = ada,
  { at = site, name }: { at?: Site; name?: string } = {},
): Promise<Uploaded> {
  const response = await at.fetch("/media", { as, body: formOf(bytes, {}, name) });
  return { status: response.status, ...((await response.json()) as { path?: string; error?: string }) };
}

/** The address of a picture that is uploaded now. */
async function uploaded(bytes: Uint8Array<ArrayBuffer>, as = ada, at = site): Promise<string> {
  const { path, error } = await upload(bytes, as, { at });
  if (!path) throw new Error(error);
  return path;
}

let seed = 0;
/** A picture that nobody has uploaded yet. */
const newPicture = (options = {}) => makePicture("png", { seed: ++seed, ...options });

/** The composer as it comes back. */
function composerOf(html: string) {
  const elements = elementsOf(html);
  const named = (name: string) => elements.find((element) => attribute(element, "name") === name);
  const body = named("body");
  return {
    body: body && textOf(body),
    value: (name: string) => {
      const field = named(name);
      return field && attribute(field, "value");
    },
    errors: elements
      .filter((element) => attribute(element, "class") === "field-error")
      .map((element) => textOf(element)),
  };
}

test.for(PICTURE_KINDS)(
  "a %s is stored without its metadata, and served from its own address",
  async (kind) => {
    const bytes = await makePicture(kind, { width: 1000, height: 500, seed: 50 });
    const { status, path = "" } = await upload(bytes, ada, { name: "anything.txt" });
    expect(status).toBe(201);
    expect(parsePicturePath(path)).toMatchObject({ kind, width: 1000, height: 500 });
    const response = await site.fetch(path);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": `image/${kind === "jpg" ? "jpeg" : kind}`,
      "cache-control": "public, max-age=31536000, immutable",
      "content-security-policy": "default-src 'none'; sandbox",
      "content-disposition": "inline",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
      etag: `"${parsePicturePath(path)?.hash}"`,
    });
    for (const name of ["cache-tag", "edgewise-shown", "cf-cache-status", "vary", "set-cookie"])
      expect(response.headers.get(name), name).toBeNull();
    const served = new Uint8Array(await response.arrayBuffer());
    expect(asText(served)).not.toContain(SECRET);
    expect(await sharp(served).metadata()).toMatchObject({ width: 1000, height: 500 });
  },
);

test.for(["jpg", "png"] as const)("a wide %s has a small version in its own colours", async (kind) => {
  const path = await uploaded(await makePicture(kind, { width: 1200, height: 600, seed: 51 }));
  const small = smallPicturePath(parsePicturePath(path) as never) ?? "";
  const [whole, less] = await Promise.all(
    [path, small].map(async (at) => (await site.fetch(at)).arrayBuffer()),
  );
  expect(less?.byteLength).toBeLessThan(Number(whole?.byteLength));
  const { width, height, icc } = await sharp(less).metadata();
  expect({ width, height }).toEqual({ width: 720, height: 360 });
  expect(icc).toEqual((await sharp(whole).metadata()).icc);
});

test("the small version of a turned picture is turned", async () => {
  const bytes = await makePicture("jpg", { width: 600, height: 1200, seed: 52, orientation: 6 });
  const path = await uploaded(bytes);
  expect(path).toMatch(/-1200x600\.jpg$/);
  const response = await site.fetch(path.replace(".jpg", "-small.jpg"));
  const { info } = await sharp(await response.arrayBuffer())
    .autoOrient()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([720, 360]);
});

test("where there is no small version, its address answers with the picture", async () => {
  for (const kind of ["avif", "webp"] as const) {
    const path = await uploaded(await makePicture(kind, { width: 900, height: 300, seed: 53 }));
    const response = await site.fetch(path.replace(/(?=\.\w+$)/, "-small"));
    expect(response.status).toBe(200);
    expect((await sharp(await response.arrayBuffer()).metadata()).width).toBeLessThanOrEqual(900);
  }
});

test("an animation stays one", async () => {
  const path = await uploaded(await makeAnimation("gif", 5));
  const { pages } = await sharp(await (await site.fetch(path)).arrayBuffer()).metadata();
  expect(pages).toBe(5);
});

test("the same picture is the same for readers and members, whatever they ask with, and costs no statement", async () => {
  const path = await uploaded(await newPicture());
  const count = await proxy.count(async () => {
    const first = await site.fetch(path);
    expect(first.headers.get("Cache-Status")).toMatch(/fwd=miss/);
    await first.arrayBuffer();
    for (const at of [path, `${path}?v=2`])
      for (const as of [null, ada, ben]) {
        const response = await site.fetch(at, { as, headers: { Cookie: as ? "theme=dark" : null } });
        expect(response.headers.get("Cache-Status")).toBe("edgewise; hit");
        await response.arrayBuffer();
      }
  });
  expect(count.statements).toBe(0);
});

test("HEAD tells of a picture without it, and whoever has it gets 304", async () => {
  const path = await uploaded(await newPicture());
  const head = await site.fetch(path, { method: "HEAD" });
  expect([head.status, head.headers.get("Content-Type"), await head.text()]).toEqual([200, "image/png", ""]);
  const etag = head.headers.get("ETag") ?? "";
  for (const given of [etag, `W/${etag}, "other"`, "*"]) {
    const response = await site.fetch(path, { headers: { "If-None-Match": given } });
    expect([response.status, await response.text()]).toEqual([304, ""]);
    expect(response.headers.get("Cache-Control")).toMatch(/immutable/);
  }
});

test("an address that is not a picture's own is 404, with the same headers", async () => {
  const path = await uploaded(await newPicture());
  const others = [
    path.replace("64x48", "48x64"),
    path.replace("64x48", "64x49"),
    path.replace(".png", ".jpg"),
    path.replace(".png", ".svg"),
    path.replace(".png", "-small.png"),
    path.toUpperCase().replace("/MEDIA", "/media"),
    "/media/x",
    "/media/%2e%2e%2fsecret",
    `/media/${"0".repeat(32)}-1x1.png`,
  ];
  for (const other of others) {
    const response = await site.fetch(other);
    expect([other, response.status]).toEqual([other, 404]);
    if (response.headers.get("Content-Type")) continue;
    expect(response.headers.get("Content-Security-Policy")).toBe("default-src 'none'; sandbox");
    expect(response.headers.get("Cache-Control")).toBe("no-store");
  }
});

/** What is no picture, or one that could do harm, by how it is sent. */
const HOSTILE: [string, () => Uint8Array<ArrayBuffer>, status: number, says: RegExp][] = [
  ["HTML", () => joinBytes("<!doctype html><script>alert(1)</script>"), 400, /no PNG, JPEG/],
  ["an SVG", () => joinBytes("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), 400, /SVG/],
  ["nothing", () => new Uint8Array(), 400, /Choose|empty/],
  ["a PNG of 60000 by 60000", () => makeBomb(60_000, 60_000), 400, /million pixels/],
  ["half a JPEG", () => joinBytes("\xff\xd8\xff\xe0\0\x10JFIF\0"), 400, /damaged/],
  [
    "a PNG in which a script stands for a header",
    () => joinBytes("\x89PNG\r\n\x1a\n", pngChunk("<scr", joinBytes("ipt>"))),
    400,
    /damaged/,
  ],
  ["a byte too many", () => new Uint8Array(PICTURE_BYTES_MAX + 1), 413, /8 MB/],
];

test.for(HOSTILE)("%s is refused with a reason", async ([, make, status, says]) => {
  const answer = await upload(make());
  expect(answer.status).toBe(status);
  expect(answer.error).toMatch(says);
  expect(answer.path).toBeUndefined();
});

test("more than a picture and a form can be is refused before it is read", async () => {
  const { status } = await site.fetch("/media", {
    as: ada,
    body: formOf(new Uint8Array(PICTURE_BYTES_MAX + 2_000_000)),
  });
  expect(status).toBe(413);
});

test("a picture of 8 MB is taken, and what hides behind a picture is not", async () => {
  const bytes = await newPicture();
  const filled = joinBytes(bytes, "PK\x03\x04", new Uint8Array(PICTURE_BYTES_MAX - bytes.length - 4));
  const path = await uploaded(filled);
  const served = new Uint8Array(await (await site.fetch(path)).arrayBuffer());
  expect(asText(served)).not.toContain("PK\x03\x04");
  expect(served.length).toBeLessThan(bytes.length + 1);
});

test("a picture that no decoder takes is stored as it is, without a small version", async () => {
  const broken = makeBomb(900, 900);
  const path = await uploaded(broken);
  expect((await site.fetch(path)).status).toBe(200);
  expect((await site.fetch(path.replace(".png", "-small.png"))).status).toBe(200);
});

test("nobody uploads who is signed out, suspended or elsewhere", async () => {
  const suspended = await site.makeMember({ suspendedUntil: new Date(Date.now() + 3_600_000) });
  const bytes = await newPicture();
  expect(await upload(bytes, null)).toMatchObject({
    status: 401,
    error: expect.stringMatching(/signed out/),
  });
  expect(await upload(bytes, suspended)).toMatchObject({
    status: 403,
    error: expect.stringMatching(/suspended/),
  });
  const forged = await site.fetch("/media", {
    as: ada,
    body: formOf(bytes),
    headers: { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" },
  });
  expect(forged.status).toBe(403);
  expect((await site.fetch("/media", { as: ada, form: { picture: "text" } })).status).toBe(400);
});

test("a newcomer's quota is said when it is used up", async () => {
  const newcomer = await site.makeMember();
  for (let count = 0; count < NEWCOMER_PICTURE_QUOTA.picturesADay; count += 1)
    await uploaded(await newPicture(), newcomer);
  expect(await upload(await newPicture(), newcomer)).toMatchObject({
    status: 403,
    error: expect.stringMatching(/in a day/),
  });
});

/** The forms of posts, with what they need beside the text. */
const COMPOSERS: { name: string; path: () => string; fields: Record<string, string> }[] = [
  { name: "thread", path: () => "/t/new", fields: { title: "A title that stays", category } },
  { name: "reply", path: () => answering, fields: { replyTo: "1" } },
  {
    name: "edit",
    path: () => `/t/${thread.number}/replies/1/edit`,
    fields: { title: "Another", revision: "0" },
  },
];

test.for(COMPOSERS)(
  "without a script, the form of a $name comes back with the picture in its text",
  async ({ path, fields }) => {
    const sent = { ...fields, body: "What I wrote.", addPicture: "true", pictureAlt: "A [striped] thing" };
    const answer = await readAnswer(
      await site.fetch(path(), { as: ada, body: formOf(await newPicture(), sent) }),
    );
    expect(answer.status).toBe(200);
    const composer = composerOf(answer.text);
    expect(composer.body).toMatch(
      /^\n?What I wrote\.\n\n!\[A \\\[striped\\\] thing\]\(\/media\/[0-9a-f]{32}-64x48\.png\)\n$/,
    );
    expect(composer.errors).toEqual([]);
    if ("title" in fields) expect(composer.value("title")).toBe(fields.title);
    if ("revision" in fields) expect(composer.value("revision")).toBe(fields.revision);
  },
);

test("a picture without a description is in the text, with a reminder", async () => {
  const form = formOf(await newPicture(), { body: "Text.", addPicture: "true", pictureAlt: "" });
  const answer = await readAnswer(await site.fetch(answering, { as: ada, body: form }));
  expect(answer.status).toBe(400);
  const composer = composerOf(answer.text);
  expect(composer.body).toMatch(/!\[What this picture shows\]\(\/media\//);
  expect(composer.errors.join()).toMatch(/Say what the picture shows/);
});

test("what is wrong with a picture is said at its field, and the text and description stay", async () => {
  const fields = { body: "Text that stays.", addPicture: "true", pictureAlt: "It stays" };
  const bodies = [formOf(joinBytes("<svg/>"), fields), formOf(new Uint8Array(), fields)];
  for (const body of bodies) {
    const answer = await readAnswer(await site.fetch(answering, { as: ada, body }));
    expect(answer.status).toBe(400);
    expect(composerOf(answer.text)).toMatchObject({ body: "Text that stays.", errors: [expect.any(String)] });
  }
  const none = await readAnswer(await site.fetch(answering, { as: ada, form: fields }));
  expect([none.status, composerOf(none.text).body]).toEqual([400, "Text that stays."]);
});

test("a file that was chosen and not added is no reason to post without it", async () => {
  const posted = async () => (await db.execute(sql`select count(*) from thread_replies`))[0];
  const before = await posted();
  const form = { body: "Not yet.", picture: "cat.png", pictureAlt: "" };
  const answer = await readAnswer(await site.fetch(answering, { as: ada, form }));
  expect([answer.status, composerOf(answer.text).body]).toEqual([400, "Not yet."]);
  expect(await posted()).toEqual(before);
  expect((await site.fetch(answering, { as: ada, form: { ...form, picture: "" } })).status).toBe(303);
});

test("a picture that comes after the session has ended is lost, and says so; the text is not, nor is it posted", async () => {
  const fields = { body: "Kept while I sign in.", addPicture: "true", pictureAlt: "A thing" };
  const sent = await site.fetch(answering, { body: formOf(await newPicture(), fields) });
  expect(sent.status).toBe(303);
  const cookies = sent.headers.getSetCookie().map((line) => line.split(";")[0]);
  const cookie = `${await site.signIn(ada)}; ${cookies.join("; ")}`;
  const held = await readAnswer(
    await site.fetch(sent.headers.get("Location") ?? "", { headers: { Cookie: cookie } }),
  );
  expect(held.status).toBe(200);
  expect(held.text).toContain("choose the picture again");
  expect(composerOf(held.text).body).toBe("Kept while I sign in.");
  const button = elementsOf(held.text).find((element) => attribute(element, "name") === "addPicture");
  expect(button?.tagName).toBe("button");
  // Its button leads back to the form, and posts nothing.
  const back = await readAnswer(await site.fetch(answering, { as: ada, form: fields }));
  expect([back.status, composerOf(back.text).body]).toEqual([400, "Kept while I sign in."]);
});

test("a form that is sent twice with its picture adds it once", async () => {
  const bytes = await newPicture();
  const fields = { body: "Twice.", addPicture: "true", pictureAlt: "A thing" };
  const answers = await Promise.all(
    [1, 2].map(async () => readAnswer(await site.fetch(answering, { as: ada, body: formOf(bytes, fields) }))),
  );
  const [first, second] = answers.map(({ text }) => composerOf(text).body);
  expect(second).toBe(first);
  const path = /\/media\/([0-9a-f]{32})/.exec(first ?? "")?.[1] ?? "";
  expect(await db.execute(sql`select owners from pictures where hash = ${path}`)).toEqual([{ owners: 1 }]);
});

test("64 uploads at once are all taken, and each is its own", async () => {
  const members = await Promise.all(Array.from({ length: 8 }, () => settled(site)));
  const pictures = await Promise.all(
    Array.from({ length: 64 }, () => newPicture({ width: 900, height: 600 })),
  );
  const answers = await Promise.all(pictures.map((bytes, at) => upload(bytes, members[at % 8])));
  expect(answers.map(({ status, error }) => error ?? status)).toEqual(answers.map(() => 201));
  expect(new Set(answers.map(({ path }) => path)).size).toBe(64);
  for (const { path = "" } of answers) expect((await site.fetch(path)).status).toBe(200);
  expect(await verify(db)).toEqual([]);
});

test("while the database is away a picture is refused and the text is kept", async () => {
  const bytes = await newPicture();
  const fields = { body: "Kept in the outage.", addPicture: "true", pictureAlt: "A thing" };
  await proxy.refuse();
  const script = await upload(bytes);
  const form = await readAnswer(await site.fetch(answering, { as: ada, body: formOf(bytes, fields) }));
  await site.heal();
  expect(script).toMatchObject({ status: 503, error: expect.stringMatching(/database/) });
  expect([form.status, composerOf(form.text).body]).toEqual([503, "Kept in the outage."]);
  expect(form.text).toContain("choose the picture again");
});

test("a deleted picture is gone from R2, from its address and from the cache with the next sweep", async () => {
  const bytes = await makePicture("jpg", { width: 1200, height: 600, seed: ++seed });
  const path = await uploaded(bytes, ben);
  const small = path.replace(".jpg", "-small.jpg");
  for (const at of [path, small, path, small]) expect((await site.fetch(at)).status).toBe(200);
  expect((await site.fetch(path)).headers.get("Cache-Status")).toBe("edgewise; hit");
  await deletePicture(db, { hash: parsePicturePath(path)?.hash ?? "", ownerId: ben.id });
  await site.sweep();
  for (const at of [path, small]) expect((await site.fetch(at)).status).toBe(404);
  const stored = await site.storedPictures();
  expect(stored.filter((key) => path.includes(key.slice(0, 32)))).toEqual([]);
  // And it can come again.
  expect(await uploaded(bytes, ben)).toBe(path);
});

test("the pictures of an account that is deleted go with it, and no one else's", async () => {
  const gone = await settled(site);
  const [own, shared] = [await newPicture(), await newPicture()];
  const paths = [await uploaded(own, gone), await uploaded(shared, gone)] as const;
  await uploaded(shared, ben);
  await makeReply(db, { author: ben, thread, body: `> ![Quoted](${paths[0]})` });
  for (const path of paths) expect((await site.fetch(path)).status).toBe(200);
  await site.endAccount(gone);
  await site.sweep();
  const statuses = await Promise.all(paths.map(async (path) => (await site.fetch(path)).status));
  expect(statuses).toEqual([404, 200]);
});

test("an upload that dies between its row and its bytes leaves nothing broken", async () => {
  const mortal = await testSite({ counted: true, persisted: true });
  const member = await settled(mortal);
  const bytes = await newPicture();
  const whole = await uploaded(await newPicture(), member, mortal);
  // The row is committed and nobody hears of it; then the Worker ends.
  const struck = mortal.proxy.cutOnce({ at: /insert into picture_allowances/, when: "after" });
  expect((await upload(bytes, member, { at: mortal })).status).toBe(503);
  await struck;
  await mortal.restart();
  await mortal.heal();
  const rows = await mortal.db.execute<{ hash: string }>(sql`select hash from pictures where bytes > 0`);
  expect(rows.length).toBe(2);
  expect(await mortal.storedPictures()).toEqual([whole.slice("/media/".length)]);
  expect(await verify(mortal.db)).toEqual([]);
  // Sent again, it is there.
  const path = await uploaded(bytes, member, mortal);
  for (const each of [whole, path]) expect((await mortal.fetch(each)).status).toBe(200);
});

test("a row whose bytes never came goes like any picture that no post shows", async () => {
  const picture = { hash: "f".repeat(32), kind: "png", width: 10, height: 10 } as const;
  await createPicture(db, { ...picture, bytes: 100, ownerId: ben.id });
  expect((await site.fetch(picturePath(picture))).status).toBe(404);
  await db.execute(sql`
    update pictures set checked_at = now() - interval '2 days', unshown_at = now() - interval '2 days'
    where hash = ${picture.hash}`);
  await site.sweep();
  expect(await db.execute(sql`select 1 from pictures where hash = ${picture.hash}`)).toEqual([]);
});

test("while R2 is away an upload says so, the text is kept, and pictures are 503", async () => {
  const away = await testSite({ pictures: false, env: { PICTURES: "away" } });
  const member = await settled(away);
  const slug = await makeCategory(away.db);
  const bytes = await newPicture();
  expect(await upload(bytes, member, { at: away })).toMatchObject({
    status: 503,
    error: expect.stringMatching(/cannot be stored just now/),
  });
  const fields = {
    title: "A title",
    category: slug,
    body: "Kept.",
    addPicture: "true",
    pictureAlt: "A thing",
  };
  const answer = await readAnswer(await away.fetch("/t/new", { as: member, body: formOf(bytes, fields) }));
  expect([answer.status, composerOf(answer.text).body]).toEqual([503, "Kept."]);
  const picture = await away.fetch(`/media/${"0".repeat(32)}-1x1.png`);
  expect([picture.status, picture.headers.get("Retry-After")]).toEqual([503, "5"]);
  // Everything else goes on.
  expect(
    (await away.fetch("/t/new", { as: member, form: { ...fields, addPicture: "" } })).status,
  ).toBeLessThan(500);
});

test("a forum without a bucket shows no control and takes no picture", async () => {
  const plain = await testSite({ pictures: false });
  const member = await plain.makeMember();
  const page = await readAnswer(await plain.fetch("/t/new", { as: member }));
  expect(page.status).toBe(200);
  expect(composerOf(page.text).value("picture")).toBeUndefined();
  expect((await upload(await newPicture(), member, { at: plain })).status).toBe(404);
  expect((await plain.fetch(`/media/${"0".repeat(32)}-1x1.png`)).status).toBe(404);
  const here = await readAnswer(await site.fetch("/t/new", { as: ada }));
  expect(elementsOf(here.text).some((element) => attribute(element, "id") === "picture")).toBe(true);
});

test("people see and delete their own pictures, and admins everybody's", async () => {
  const [owner, admin] = [await settled(site), await site.makeMember({ role: "admin" })];
  const paths = [
    await uploaded(await newPicture(), owner),
    await uploaded(await newPicture(), owner),
  ] as const;
  const hashOf = (path: string) => parsePicturePath(path)?.hash ?? "";
  await makeReply(db, { author: owner, thread, body: `![Shown](${paths[0]})` });
  const own = await readAnswer(await site.fetch("/settings/pictures", { as: owner }));
  for (const path of paths) expect(own.text).toContain(path);
  expect(own.text).toContain(`/t/${thread.number}/`);
  const theirs = `/u/${owner.handle}/pictures`;
  expect((await site.fetch(theirs, { as: owner })).status).toBe(403);
  expect((await readAnswer(await site.fetch(theirs, { as: admin }))).text).toContain(paths[1]);
  const remove = (at: string, as: TestMember, path: string) =>
    site.fetch(at, { as, form: { hash: hashOf(path) } }).then(({ status }) => status);
  expect(await remove("/settings/pictures", ben, paths[0])).toBe(404);
  expect(await remove(theirs, ben, paths[1])).toBe(403);
  expect(await remove("/settings/pictures", owner, paths[0])).toBe(303);
  expect(await remove(theirs, admin, paths[1])).toBe(303);
  await site.sweep();
  expect(await Promise.all(paths.map(async (path) => (await site.fetch(path)).status))).toEqual([404, 404]);
  expect((await readAnswer(await site.fetch("/settings/pictures", { as: owner }))).text).toContain(
    "There are no pictures.",
  );
});
