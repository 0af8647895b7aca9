import { randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { NEWCOMER_PICTURE_QUOTA, PICTURE_QUOTA, type PictureName, picturePath } from "#app/domain/picture.ts";
import { testDatabase } from "#test/database.ts";
import { makeCategory, makeReply, makeThread } from "#test/forum.ts";
import { deleteMember, makeMember, type TestMember } from "#test/people.ts";
import { meet } from "#test/race.ts";
import {
  claimOwnerless,
  createPicture,
  deletePicture,
  dropUnshownPictures,
  forgetPictures,
  listPictures,
  takeDownPicture,
} from "./pictures.server.ts";
import { deleteReply, editReply } from "./replies.server.ts";
import { verify } from "./verify.server.ts";

const { db, connect } = await testDatabase();
const category = await makeCategory(db);
const [ada, ben] = (await Promise.all([makeMember(db), makeMember(db)])) as [TestMember, TestMember];
const admin = await makeMember(db, { role: "admin" });
for (const { id } of [ada, ben, admin]) await settle({ id });

/** Makes somebody no newcomer any more. */
async function settle({ id }: Pick<TestMember, "id">): Promise<void> {
  await db.execute(sql`update members set created_at = now() - interval '1 month' where user_id = ${id}`);
}

const newPicture = (): PictureName => ({
  hash: randomBytes(16).toString("hex"),
  width: 800,
  height: 600,
  kind: "jpg",
});

async function upload(picture: PictureName, { id: ownerId }: TestMember, bytes = 1_000) {
  return createPicture(db, { ...picture, bytes, ownerId });
}

type Row = { owners: number; owning: string[]; isUnshown: boolean; isGoing: boolean };

/** What stands of a picture, or null. */
async function standing({ hash }: PictureName): Promise<Row | null> {
  const [row] = await db.execute<Row>(sql`
    select owners, unshown_at is not null as "isUnshown", remove_at is not null as "isGoing",
      to_json(array(select owner_id from picture_owners o where o.hash = p.hash order by owner_id)) as owning
    from pictures p where hash = ${hash}`);
  return row ?? null;
}

/** Time passes for what was uploaded. */
async function pass(picture: PictureName, days: number): Promise<void> {
  await db.execute(sql`
    update pictures set checked_at = checked_at - make_interval(days => ${days}::integer),
      unshown_at = unshown_at - make_interval(days => ${days}::integer)
    where hash = ${picture.hash}`);
}

/** What the sweep does, without the bytes. */
async function sweep(): Promise<string[]> {
  await dropUnshownPictures(db);
  const claimed = await claimOwnerless(db);
  await forgetPictures(db, claimed);
  return claimed.map(({ hash }) => hash);
}

test("a picture is its uploader's, however often they upload it", async () => {
  const picture = newPicture();
  for (let time = 0; time < 3; time += 1)
    expect(await upload(picture, ada)).toEqual({ outcome: "done", ...picture });
  expect(await standing(picture)).toMatchObject({ owners: 1, owning: [ada.id] });
});

test("the same picture of two people is both's, and one's deletion leaves it the other's", async () => {
  const picture = newPicture();
  await upload(picture, ada);
  await upload(picture, ben);
  expect(await standing(picture)).toMatchObject({ owners: 2 });
  expect(await deletePicture(db, { hash: picture.hash, ownerId: ada.id })).toEqual({ outcome: "done" });
  expect(await sweep()).not.toContain(picture.hash);
  expect(await standing(picture)).toMatchObject({ owners: 1, owning: [ben.id] });
  await deletePicture(db, { hash: picture.hash, ownerId: ben.id });
  expect(await sweep()).toContain(picture.hash);
  expect(await standing(picture)).toBeNull();
});

test("nobody deletes what is not theirs", async () => {
  const picture = newPicture();
  await upload(picture, ada);
  for (const hash of [picture.hash, newPicture().hash])
    expect(await deletePicture(db, { hash, ownerId: ben.id })).toEqual({ outcome: "missing" });
  expect(await standing(picture)).toMatchObject({ owners: 1 });
});

test("who may not write uploads and deletes nothing", async () => {
  const gone = await makeMember(db);
  const picture = newPicture();
  await upload(picture, gone);
  await deleteMember(db, gone);
  const suspended = await makeMember(db, { suspendedUntil: new Date(Date.now() + 60_000) });
  for (const [id, refusal] of [
    [gone.id, "account-deleted"],
    [suspended.id, "suspended"],
    ["user_nobody", "signed-out"],
  ] as const) {
    expect(await upload(newPicture(), { id, handle: "" })).toEqual({ outcome: "refused", refusal });
    const removal = { hash: picture.hash, ownerId: id };
    expect(await deletePicture(db, removal)).toEqual({ outcome: "refused", refusal });
  }
});

test("40 uploads of one picture by one person at once make it theirs once", async () => {
  const member = await makeMember(db);
  await settle(member);
  const picture = newPicture();
  const outcomes = await Promise.all(
    connect(10).flatMap((connection) =>
      Array.from({ length: 4 }, () =>
        createPicture(connection, { ...picture, bytes: 10, ownerId: member.id }),
      ),
    ),
  );
  expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(["done"]));
  expect(await standing(picture)).toMatchObject({ owners: 1, owning: [member.id] });
});

test("an allowance is used up to the last picture, also by uploads at once", async () => {
  const member = await makeMember(db);
  const upload = () => ({ ...newPicture(), bytes: 1, ownerId: member.id });
  const outcomes = await Promise.all(connect(20).map((connection) => createPicture(connection, upload())));
  const done = outcomes.filter(({ outcome }) => outcome === "done");
  expect(done.length).toBe(NEWCOMER_PICTURE_QUOTA.picturesADay);
  expect(outcomes.find(({ outcome }) => outcome === "refused")).toEqual({
    outcome: "refused",
    refusal: "pictures-today",
  });
  // The next day has an allowance of its own, and who is no newcomer has more.
  await settle(member);
  expect(await createPicture(db, upload())).toMatchObject({ outcome: "done" });
  await db.execute(sql`
    update picture_allowances set began_at = began_at - interval '1 day', count = 1000 where owner_id = ${member.id}`);
  expect(await createPicture(db, upload())).toMatchObject({ outcome: "done" });
  const [left] = await db.execute(sql`select count from picture_allowances where owner_id = ${member.id}`);
  expect(left).toEqual({ count: 1 });
});

test("bytes are counted for the day, whatever became of them, and in all", async () => {
  const member = await makeMember(db);
  await settle(member);
  const half = PICTURE_QUOTA.bytesADay / 2;
  const first = newPicture();
  await upload(first, member, half);
  await deletePicture(db, { hash: first.hash, ownerId: member.id });
  expect(await upload(newPicture(), member, half)).toMatchObject({ outcome: "done" });
  expect(await upload(newPicture(), member, 1)).toEqual({ outcome: "refused", refusal: "pictures-today" });
  await db.execute(sql`delete from picture_allowances where owner_id = ${member.id}`);
  await db.execute(sql`update pictures set bytes = ${PICTURE_QUOTA.bytesInAll}::integer
    where hash in (select hash from picture_owners where owner_id = ${member.id})`);
  expect(await upload(newPicture(), member, 1)).toEqual({ outcome: "refused", refusal: "pictures-full" });
});

test("what a post shows stays; what none has shown for a day goes, and not before", async () => {
  await sweep();
  const [shown, quoted, unshown, young] = Array.from({ length: 4 }, newPicture) as [
    PictureName,
    PictureName,
    PictureName,
    PictureName,
  ];
  for (const picture of [shown, quoted, unshown, young]) await upload(picture, ada);
  const thread = await makeThread(db, { author: ada, category, body: `Look: ![x](${picturePath(shown)})` });
  await makeReply(db, { author: ben, thread, body: `> ![x](https://forum.example${picturePath(quoted)})` });
  for (const picture of [shown, quoted, unshown]) await pass(picture, 1);
  expect(await sweep()).toEqual([unshown.hash]);
  expect(await standing(unshown)).toBeNull();
  for (const picture of [shown, quoted]) expect(await standing(picture)).toMatchObject({ isUnshown: false });
  expect(await standing(young)).toMatchObject({ owners: 1, isUnshown: true });
});

test("what an edit or a deletion has taken away has its day of grace from when that is seen", async () => {
  const [edited, deleted] = [newPicture(), newPicture()];
  for (const picture of [edited, deleted]) await upload(picture, ada);
  const thread = await makeThread(db, { author: ada, category, body: `![x](${picturePath(edited)})` });
  const number = await makeReply(db, { author: ada, thread, body: `![x](${picturePath(deleted)})` });
  for (const picture of [edited, deleted]) await pass(picture, 1);
  expect(await sweep()).toEqual([]);
  const of = { thread: thread.number, authorId: ada.id };
  await editReply(db, { ...of, number: 1, body: "Nothing.", title: null, revision: 0 });
  await deleteReply(db, { ...of, number, deleted: true });
  for (const picture of [edited, deleted]) await pass(picture, 1);
  expect(await sweep()).toEqual([]);
  expect(await standing(edited)).toMatchObject({ owners: 1, isUnshown: true });
  // Brought back within its day, it stays.
  await deleteReply(db, { ...of, number, deleted: false });
  for (const picture of [edited, deleted]) await pass(picture, 1);
  expect(await sweep()).toEqual([edited.hash]);
  expect(await standing(deleted)).toMatchObject({ owners: 1, isUnshown: false });
});

test("with a person goes what they have uploaded, and nothing of others", async () => {
  const member = await makeMember(db);
  const [own, shared] = [newPicture(), newPicture()];
  await upload(own, member);
  await upload(shared, member);
  await upload(shared, ben);
  await deleteMember(db, member);
  expect(await sweep()).toEqual([own.hash]);
  expect(await standing(own)).toBeNull();
  expect(await standing(shared)).toMatchObject({ owners: 1, owning: [ben.id] });
  const left = await db.execute(sql`select 1 from picture_allowances where owner_id = ${member.id}`);
  expect(left).toEqual([]);
});

test("an upload and the end of its owner's account meet: nothing of it is left", async () => {
  const member = await makeMember(db);
  const picture = newPicture();
  await meet(
    connect,
    (one) => createPicture(one, { ...picture, bytes: 1, ownerId: member.id }),
    (two) => deleteMember(two, member),
  );
  expect(await sweep()).toEqual([picture.hash]);
});

test("an admin takes a picture from all who have it, and that is noted; nobody else may", async () => {
  const picture = newPicture();
  await upload(picture, ada);
  await upload(picture, ben);
  const moderator = await makeMember(db, { role: "moderator" });
  for (const { id } of [ada, moderator])
    expect(await takeDownPicture(db, { hash: picture.hash, by: id })).toEqual({
      outcome: "refused",
      refusal: "not-admin",
    });
  const takeDown = { hash: picture.hash, by: admin.id };
  expect(await takeDownPicture(db, takeDown)).toEqual({ outcome: "done" });
  expect(await takeDownPicture(db, takeDown)).toEqual({ outcome: "missing" });
  const noted = await db.execute(sql`
    select member_id as member, moderator_id as by from moderations where action = 'picture' and value = ${picture.hash}
    order by member_id`);
  expect(noted).toEqual([ada.id, ben.id].toSorted().map((member) => ({ member, by: admin.id })));
  expect(await sweep()).toEqual([picture.hash]);
});

test("a picture that is being removed cannot be uploaded until it is gone, and is an event then", async () => {
  const picture = newPicture();
  await upload(picture, ada);
  await deletePicture(db, { hash: picture.hash, ownerId: ada.id });
  const claimed = await claimOwnerless(db);
  expect(claimed).toEqual([picture]);
  // Nobody else removes it meanwhile.
  expect(await claimOwnerless(db)).toEqual([]);
  expect(await upload(picture, ben)).toEqual({ outcome: "refused", refusal: "picture-going" });
  expect(await standing(picture)).toMatchObject({ owners: 0, owning: [], isGoing: true });
  const events = await forgetPictures(db, claimed);
  expect(events).toMatchObject([{ kind: "picture-removed", picture: picture.hash }]);
  expect(await forgetPictures(db, claimed)).toEqual([]);
  expect(await upload(picture, ben)).toMatchObject({ outcome: "done" });
});

test("a removal that died is taken up an hour later", async () => {
  const picture = newPicture();
  await upload(picture, ada);
  await deletePicture(db, { hash: picture.hash, ownerId: ada.id });
  await claimOwnerless(db);
  await db.execute(
    sql`update pictures set remove_at = now() - interval '1 second' where hash = ${picture.hash}`,
  );
  expect(await sweep()).toEqual([picture.hash]);
});

test("an upload and a removal of one picture meet in either order: it is there, or its upload is refused", async () => {
  const picture = newPicture();
  const upload = { ...picture, bytes: 1, ownerId: ben.id };
  await createPicture(db, { ...upload, ownerId: ada.id });
  await deletePicture(db, { hash: picture.hash, ownerId: ada.id });
  const [, removed] = await meet(connect, (one) => createPicture(one, upload), claimOwnerless);
  expect(removed).toEqual([]);
  expect(await standing(picture)).toMatchObject({ owners: 1, isGoing: false });
  await deletePicture(db, { hash: picture.hash, ownerId: ben.id });
  const [claimed, refused] = await meet(connect, claimOwnerless, (two) => createPicture(two, upload));
  expect([claimed, refused]).toEqual([[picture], { outcome: "refused", refusal: "picture-going" }]);
  await forgetPictures(db, claimed);
});

test("an upload and another owner's deletion meet: the picture stays", async () => {
  const picture = newPicture();
  await upload(picture, ada);
  await meet(
    connect,
    (one) => createPicture(one, { ...picture, bytes: 1, ownerId: ben.id }),
    (two) => deletePicture(two, { hash: picture.hash, ownerId: ada.id }),
  );
  expect(await sweep()).toEqual([]);
  expect(await standing(picture)).toMatchObject({ owners: 1, owning: [ben.id] });
});

test("a list shows what somebody uploaded, newest first, with where it is shown", async () => {
  const member = await makeMember(db);
  await settle(member);
  const pictures = Array.from({ length: 30 }, newPicture);
  for (const picture of pictures) await upload(picture, member, 100);
  const last = pictures.at(-1) as PictureName;
  const thread = await makeThread(db, { author: ben, category, body: `![x](${picturePath(last)})` });
  const page = await listPictures(db, member.handle.toUpperCase(), null);
  expect(page).toMatchObject({ handle: member.handle, bytesUsed: 3_000 });
  expect(page?.pictures.map(({ hash }) => hash)).toEqual(
    pictures
      .toReversed()
      .slice(0, 25)
      .map(({ hash }) => hash),
  );
  expect(page?.pictures[0]).toMatchObject({
    ...last,
    bytes: 100,
    shownIn: { number: thread.number, reply: 1 },
  });
  expect(page?.pictures[1]?.shownIn).toBeNull();
  const before = page?.pictures[23];
  const further = await listPictures(db, member.handle, {
    time: String(before?.createdAt),
    hash: String(before?.hash),
  });
  expect(further?.pictures.length).toBe(6);
  expect(await listPictures(db, "nobody-here", null)).toBeNull();
});

test("the database bears out what it says of pictures", async () => {
  expect(await verify(db)).toEqual([]);
});
