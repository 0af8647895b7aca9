import { type SQL, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import {
  deleteRefusal as mayDelete,
  editRefusal as mayEdit,
  moderateRefusal as mayModerate,
  replyRefusal as mayReply,
  pictureRefusal as mayTakeDown,
  voteRefusal as mayVote,
  writeRefusal as mayWrite,
  type Refusal,
} from "#app/domain/permissions.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { testDatabase } from "#test/database.ts";
import { deleteMember, makeMember, setStanding } from "#test/people.ts";
import { getViewer } from "./members.server.ts";
import {
  deleteRefusal,
  editRefusal,
  moderateRefusal,
  personOf,
  pictureRefusal,
  replyRefusal,
  voteRefusal,
  writeRefusal,
} from "./refusals.server.ts";

const { db } = await testDatabase();

const HOUR = 3_600_000;
const ROLES = ["member", "moderator", "admin"] as const;
const SUSPENSIONS = { never: null, over: new Date(Date.now() - HOUR), now: new Date(Date.now() + HOUR) };
const VIEWERS = ROLES.flatMap((role) =>
  Object.entries(SUSPENSIONS).flatMap(([suspended, suspendedUntil]) =>
    [false, true].map((isDeleted) => ({
      name: `${role}, suspended: ${suspended}, deleted: ${isDeleted}`,
      role,
      suspendedUntil,
      isDeleted,
    })),
  ),
);

type State = { status: "open" | "locked"; isThreadDeleted: boolean; isReplyDeleted: boolean; isOwn: boolean };
const EITHER = [false, true];
const STATES: State[] = (["open", "locked"] as const).flatMap((status) =>
  EITHER.flatMap((isThreadDeleted) =>
    EITHER.flatMap((isReplyDeleted) =>
      EITHER.map((isOwn) => ({ status, isThreadDeleted, isReplyDeleted, isOwn })),
    ),
  ),
);

type Answers = Record<
  "write" | "reply" | "vote" | "edit" | "delete" | "moderate" | "takeDown",
  Refusal | null
>;

const moment = (isSet: boolean): SQL => (isSet ? sql`now()` : sql`null::timestamptz`);

/** What a statement would be told of this person in each state, one answer a state. */
function askSql(userId: string): Promise<Answers[]> {
  const states = STATES.map(
    ({ status, isThreadDeleted, isReplyDeleted, isOwn }, at) => sql`(
      ${at}::integer, ${status}, ${moment(isThreadDeleted)}, ${moment(isReplyDeleted)}, ${isOwn ? userId : "user_else"})`,
  );
  return db.execute<Answers>(sql`
    with ${personOf(userId)}, states (at, status, thread_deleted_at, reply_deleted_at, author_id) as (
      values ${sql.join(states, sql`, `)})
    select ${writeRefusal} as write, ${replyRefusal} as reply, ${voteRefusal} as vote, ${editRefusal} as edit,
      ${deleteRefusal} as delete, ${moderateRefusal} as moderate, ${pictureRefusal} as "takeDown"
    from states
    cross join person
    cross join lateral (select status, thread_deleted_at as deleted_at) t
    cross join lateral (select author_id, reply_deleted_at as deleted_at) r
    order by at`);
}

function askDomain(viewer: Viewer | null, userId: string): Answers[] {
  const now = new Date();
  return STATES.map(({ status, isThreadDeleted, isReplyDeleted, isOwn }) => {
    const thread = { status, isDeleted: isThreadDeleted };
    const reply = { authorId: isOwn ? userId : "user_else", isDeleted: isReplyDeleted };
    return {
      write: mayWrite(viewer, now),
      reply: mayReply(viewer, thread, now),
      vote: mayVote(viewer, thread, reply, now),
      edit: mayEdit(viewer, thread, reply, now),
      delete: mayDelete(viewer, reply, now),
      moderate: mayModerate(viewer, now),
      takeDown: mayTakeDown(viewer, now),
    };
  });
}

test.each(VIEWERS)(
  "what is drawn and what is enforced agree: $name",
  async ({ name, isDeleted, ...standing }) => {
    const { id } = await makeMember(db);
    // The deletion takes a role and a suspension away; here they are put back, so that every state is asked about.
    if (isDeleted) await deleteMember(db, { id });
    await setStanding(db, id, standing);
    const viewer = await getViewer(db, id);
    expect(viewer, name).toMatchObject({ role: standing.role, isDeleted });
    expect(await askSql(id)).toEqual(askDomain(viewer, id));
  },
);

test("what is drawn and what is enforced agree: nobody of whom there is a row", async () => {
  expect(await askSql("user_nobody")).toEqual(askDomain(null, "user_nobody"));
});

test("every question has more than one answer in these states", async () => {
  const everyone = await Promise.all(
    VIEWERS.map(async ({ isDeleted, ...standing }) => {
      const { id } = await makeMember(db);
      if (isDeleted) await deleteMember(db, { id });
      await setStanding(db, id, standing);
      return askSql(id);
    }),
  );
  const heard = everyone.flat().flatMap((answers) => Object.values(answers));
  expect(new Set(heard)).toEqual(
    new Set([
      null,
      "account-deleted",
      "suspended",
      "locked",
      "deleted",
      "not-author",
      "own-reply",
      "not-staff",
      "not-admin",
    ]),
  );
});
