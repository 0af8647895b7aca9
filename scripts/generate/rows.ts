import { v4 as uuidv4, v7 as uuidv7 } from "uuid";
import { copyRow, type Value } from "./copy.ts";
import { type Dice, zipf } from "./dice.ts";
import { memberId, moderatorOf } from "./people.ts";
import { at, DRAW, LAST_MOMENT, membersAt, momentOfPost, type Plan, type PlannedPost } from "./plan.ts";
import { titleOf } from "./texts.ts";

const MINUTE_MS = 60_000;

/** How flat Zipf's curve is at its top: the busiest of 100,000 members writes every 27th post. */
const MEMBER_FLATNESS = 2;

/** One reply in so many: is the thread's author's, answers another one, was edited, was deleted. */
const BY_STARTER = 5;
const ANSWERS = 3;
const EDITED = 15;
const DELETED = 80;
/** One opening post in so many was deleted though it had been answered, or with its thread because it had not. */
const OPENING_DELETED = 500;
const THREAD_DELETED = 30;
const LOCKED = 40;
/** Pinned threads a category, about, and never more than one thread in so many. */
const PINNED_A_CATEGORY = 2;
const PINNED_MAX = 20;

/** How far back an answer reaches, at most. */
const REACH = 25;

/** Votes follow Pareto's curve: this share of posts, and this power. The mean is 0.8 for replies, 3 for opening posts. */
const VOTES_EXPONENT = 1.5;
const VOTES_SCALE = 0.45;
const OPENING_VOTES_SCALE = 1.2;
const VOTES_MAX = 500;
/** One vote in so many is down. */
const DOWN = 12;

export const THREAD_COLUMNS = [
  "id",
  "number",
  "category_id",
  "author_id",
  "title",
  "status",
  "status_set_at",
  "status_set_by",
  "is_pinned",
  "pinned_at",
  "pinned_by",
  "last_number",
  "reply_count",
  "score",
  "last_activity_at",
  "deleted_at",
  "deleted_by",
  "created_at",
];
export const REPLY_COLUMNS = [
  "id",
  "thread_id",
  "author_id",
  "number",
  "reply_to_number",
  "score",
  "revision",
  "edited_at",
  "deleted_at",
  "deleted_by",
  "submission",
  "created_at",
  "body",
  "body_html",
  "renderer_version",
];
export const VOTE_COLUMNS = ["id", "reply_id", "voter_id", "value", "created_at"];

type Vote = { voter: number; value: 1 | -1 };

type Setting = {
  plan: Plan;
  dice: Dice;
  seed: number;
  /** The number of the first thread. */
  firstNumber: number;
  categoryIds: string[];
  /** As `makeBodies` made them. */
  bodies: string[];
};

/** Makes the rows of a plan. Each is a pure function of its place, so what a thread counts is known before it is there. */
export function createRows({ plan, dice, seed, firstNumber, categoryIds, bodies }: Setting) {
  const people = Array.from({ length: plan.members }, (_, member) => memberId(seed, member));
  const idOf = (member: number) => people[member] ?? null;

  const threadId = (thread: number) =>
    uuidv7({ msecs: at(plan.start, thread), random: dice.bytes(DRAW.threadId, thread) });

  function authorOf({ thread, number, moment }: PlannedPost): number {
    if (number > 1 && dice.isOneIn(BY_STARTER, DRAW.postIsByStarter, thread, number))
      return authorOf({ thread, number: 1, moment: at(plan.start, thread) });
    return someone(dice.draw(DRAW.postAuthor, thread, number), moment);
  }

  function someone(draw: number, moment: number): number {
    return zipf(draw, membersAt(plan, moment), MEMBER_FLATNESS);
  }

  function isThreadDeleted(thread: number): boolean {
    return at(plan.posts, thread) === 1 && isDeleted(thread, 1);
  }

  function isDeleted(thread: number, number: number): boolean {
    const isAlone = at(plan.posts, thread) === 1;
    const times = number > 1 ? DELETED : isAlone ? THREAD_DELETED : OPENING_DELETED;
    return dice.isOneIn(times, DRAW.postDeletion, thread, number);
  }

  /** Replies that are not deleted. */
  function replyCount(thread: number): number {
    let count = 0;
    for (let number = 2; number <= at(plan.posts, thread); number += 1)
      if (!isDeleted(thread, number)) count += 1;
    return count;
  }

  function votesOf(post: PlannedPost): Vote[] {
    const { thread, number, moment } = post;
    const scale = number === 1 ? OPENING_VOTES_SCALE : VOTES_SCALE;
    const wanted = Math.floor(
      scale * (1 - dice.draw(DRAW.voteCount, thread, number)) ** (-1 / VOTES_EXPONENT),
    );
    const present = membersAt(plan, moment);
    const count = Math.min(wanted, VOTES_MAX, Math.floor((present - 1) / 2));
    if (count === 0) return [];
    // Nobody votes twice or for their own post: where such a member is drawn, the next one votes.
    const taken = new Set([authorOf(post)]);
    return Array.from({ length: count }, (_, index) => {
      const place = dice.bits(DRAW.voteVoter, thread, number) + index;
      let voter = someone(dice.draw(DRAW.voteVoter, place, thread), moment);
      while (taken.has(voter)) voter = (voter + 1) % present;
      taken.add(voter);
      return { voter, value: dice.isOneIn(DOWN, DRAW.voteValue, place, thread) ? -1 : 1 };
    });
  }

  function threadRow(thread: number): string {
    const start = at(plan.start, thread);
    const last = at(plan.posts, thread);
    const opening = { thread, number: 1, moment: start };
    const newest = momentOfPost(plan, dice, thread, last);
    const author = idOf(authorOf(opening));
    const moderator = idOf(moderatorOf(plan, dice.draw(DRAW.threadLock, thread, 1)));
    const isGone = isThreadDeleted(thread);
    const isLocked = dice.isOneIn(LOCKED, DRAW.threadLock, thread);
    const pinned = Math.max(PINNED_MAX, plan.threads / (PINNED_A_CATEGORY * plan.categories));
    const isPinned = !isGone && dice.isOneIn(pinned, DRAW.threadPin, thread);
    return copyRow([
      threadId(thread),
      firstNumber + thread,
      categoryIds[at(plan.category, thread)] ?? null,
      author,
      titleOf(dice, thread),
      isLocked ? "locked" : "open",
      isLocked ? iso(newest) : null,
      isLocked ? moderator : null,
      isPinned,
      isPinned ? iso(start) : null,
      isPinned ? moderator : null,
      last,
      replyCount(thread),
      sum(votesOf(opening)),
      iso(newest),
      isGone ? iso(start + MINUTE_MS) : null,
      isGone ? author : null,
      iso(start),
    ]);
  }

  /** A post's row, and its votes'. */
  function postRows(post: PlannedPost): { reply: string; votes: string[] } {
    const { thread, number, moment } = post;
    const id = uuidv7({ msecs: moment, random: dice.bytes(DRAW.postId, thread, number) });
    const author = idOf(authorOf(post));
    const votes = votesOf(post);
    const isGone = isDeleted(thread, number);
    const isEdited = !isGone && dice.isOneIn(EDITED, DRAW.postEdit, thread, number);
    const columns: Value[] = [
      id,
      threadId(thread),
      author,
      number,
      targetOf(thread, number),
      sum(votes),
      isEdited ? 1 : 0,
      isEdited ? iso(moment + 7 * MINUTE_MS) : null,
      isGone ? iso(moment + MINUTE_MS) : null,
      isGone ? author : null,
      uuidv4({ random: dice.bytes(DRAW.postSubmission, thread, number) }),
      iso(moment),
    ];
    return {
      reply: `${columns.map((value) => value ?? "\\N").join("\t")}\t${bodyOf(thread, number)}\n`,
      votes: votes.map(({ voter, value }, index) => {
        const place = dice.bits(DRAW.voteId, thread, number) + index;
        const cast = moment + Math.floor(dice.draw(DRAW.voteDelay, place, thread) ** 3 * 2000) * MINUTE_MS;
        const voteId = uuidv7({ msecs: cast, random: dice.bytes(DRAW.voteId, place, thread) });
        return `${voteId}\t${id}\t${idOf(voter)}\t${value}\t${iso(cast)}\n`;
      }),
    };
  }

  /** The number that a reply answers: mostly one of the last few. */
  function targetOf(thread: number, number: number): number | null {
    if (number === 1 || !dice.isOneIn(ANSWERS, DRAW.postTarget, thread, number)) return null;
    const reach = 1 + Math.floor(REACH * dice.draw(DRAW.postTarget, number, thread) ** 4);
    return Math.max(1, number - reach);
  }

  /** Opening posts are of the longer half. */
  function bodyOf(thread: number, number: number): string {
    const half = bodies.length / 2;
    const bits = dice.bits(DRAW.postBody, thread, number);
    return (number === 1 ? bodies[half + (bits % half)] : bodies[bits % bodies.length]) ?? "";
  }

  return { threadRow, postRows, replyCount, isThreadDeleted };
}

function sum(votes: Vote[]): number {
  return votes.reduce((score, { value }) => score + value, 0);
}

/** Nothing was done after the forum's last moment. */
function iso(moment: number): string {
  return new Date(Math.min(moment, LAST_MOMENT)).toISOString();
}
