import { type Dice, normal, zipf } from "./dice.ts";

/** How much to make. */
export type ForumSize = {
  threads: number;
  /** Replies after the opening posts, deleted ones included. */
  replies: number;
  members: number;
  categories: number;
};

/** What each draw is for; dice answer the same for the same purpose, so no two facts may share one. */
export const DRAW = {
  threadStart: 1,
  threadLength: 2,
  threadSpan: 3,
  threadCategory: 4,
  threadPin: 5,
  threadLock: 6,
  threadId: 7,
  threadTitle: 8,
  postMoment: 10,
  postAuthor: 11,
  postIsByStarter: 12,
  postDeletion: 13,
  postEdit: 14,
  postTarget: 15,
  postBody: 16,
  postId: 17,
  postSubmission: 18,
  voteCount: 20,
  voteVoter: 21,
  voteValue: 22,
  voteDelay: 23,
  voteId: 24,
  memberName: 30,
  categoryId: 40,
  text: 50,
} as const;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The forum's first and last moment. Fixed, so that a seed makes the same forum on every day. */
export const FIRST_MOMENT = Date.UTC(2018, 10, 1);
export const LAST_MOMENT = Date.UTC(2026, 10, 1);

/** The power of time by which the forum grows: half of everything happens in its last three years. */
const GROWTH = 1.6;

/** The longest threads: how many, how long, and at most which share of all replies each takes. */
const GIANTS = 3;
const GIANT_REPLIES = 50_000;
const GIANT_SHARE = 1 / 20;
/** Threads for one of them, so that a handful of threads has none. */
const THREADS_A_GIANT = 10;

/** The deviation of the logarithm of a thread's length: half of the threads are a third as long as the mean. */
const LENGTH_DEVIATION = 1.5;
/** Half of the threads go on for less than this, whatever their length. */
const SPAN_MEDIAN_MS = 2 * DAY_MS;
const SPAN_DEVIATION = 1.6;
/** The shortest average time between two replies of a thread. */
const SPAN_A_REPLY_MS = 4 * MINUTE_MS;
/** Most replies come soon after the opening post: times grow by this power of the number. */
const FADING = 1.5;

/** Members who are there from the first moment. */
const FOUNDERS = 10;

/** What is known of every thread before a row is written. By index: threads stand in the order of their starts. */
export type Plan = ForumSize & {
  /** Milliseconds since 1970. */
  start: Float64Array;
  /** Milliseconds from the opening post to the end of activity. */
  span: Float64Array;
  /** Posts: the opening post and its replies. It is also the highest number. */
  posts: Uint32Array;
  category: Uint16Array;
  /** The longest threads, longest first. */
  giants: number[];
};

/** Decides how long every thread is, when it runs and where it stands. The same dice make the same plan. */
export function planForum(size: ForumSize, dice: Dice): Plan {
  const { threads, replies, categories } = size;
  const start = new Float64Array(threads);
  for (let thread = 0; thread < threads; thread += 1)
    start[thread] = Math.floor(momentAt(dice.draw(DRAW.threadStart, thread)));
  start.sort();

  const giants = Array.from({ length: Math.min(GIANTS, Math.floor(threads / THREADS_A_GIANT)) }, (_, rank) =>
    Math.floor((threads * (rank + 1)) / 10),
  );
  const posts = shareReplies(threads, replies, giants, dice);
  const span = new Float64Array(threads);
  const category = new Uint16Array(threads);
  for (let thread = 0; thread < threads; thread += 1) {
    const left = LAST_MOMENT - at(start, thread);
    span[thread] = giants.includes(thread) ? left : Math.min(left, spanOf(thread, at(posts, thread), dice));
    category[thread] = zipf(dice.draw(DRAW.threadCategory, thread), categories, 1);
  }
  return { ...size, start, span, posts, category, giants };
}

/** Posts of each thread. Their replies add up to `replies` exactly. */
function shareReplies(threads: number, replies: number, giants: number[], dice: Dice): Uint32Array {
  const posts = new Uint32Array(threads).fill(1);
  const giant = Math.min(GIANT_REPLIES, Math.floor(replies * GIANT_SHARE));
  for (const thread of giants) posts[thread] = 1 + giant;

  const weights = new Float64Array(threads);
  let all = 0;
  for (let thread = 0; thread < threads; thread += 1) {
    if (giants.includes(thread)) continue;
    const z = normal(dice.draw(DRAW.threadLength, thread, 0), dice.draw(DRAW.threadLength, thread, 1));
    all += weights[thread] = Math.exp(LENGTH_DEVIATION * z);
  }
  // Rounded on the way along, so that what one thread loses the next one gets.
  const left = replies - giant * giants.length;
  let [passed, given] = [0, 0];
  for (let thread = 0; thread < threads; thread += 1) {
    const weight = at(weights, thread);
    if (weight === 0) continue;
    passed += weight;
    const due = Math.min(left, Math.round((left * passed) / all));
    posts[thread] = 1 + due - given;
    given = due;
  }
  return posts;
}

function spanOf(thread: number, posts: number, dice: Dice): number {
  const z = normal(dice.draw(DRAW.threadSpan, thread, 0), dice.draw(DRAW.threadSpan, thread, 1));
  return SPAN_MEDIAN_MS * Math.exp(SPAN_DEVIATION * z) + posts * SPAN_A_REPLY_MS;
}

/** When a post was written, in milliseconds since 1970. It never decreases with `number`, which begins at 1. */
export function momentOfPost(plan: Plan, dice: Dice, thread: number, number: number): number {
  const start = at(plan.start, thread);
  if (number === 1) return start;
  const share = (number - 1 + dice.draw(DRAW.postMoment, thread, number)) / at(plan.posts, thread);
  return Math.floor(start + at(plan.span, thread) * share ** FADING);
}

/** When this share of everything had been written. */
function momentAt(share: number): number {
  return FIRST_MOMENT + (LAST_MOMENT - FIRST_MOMENT) * share ** (1 / GROWTH);
}

function shareAt(moment: number): number {
  return ((moment - FIRST_MOMENT) / (LAST_MOMENT - FIRST_MOMENT)) ** GROWTH;
}

/** When a member joined; members stand in the order in which they did. */
export function momentOfJoining(plan: Plan, member: number): number {
  return Math.floor(momentAt(Math.max(0, member - FOUNDERS + 1) / plan.members));
}

/** Who was there at a moment: the first so many members. */
export function membersAt(plan: Plan, moment: number): number {
  return Math.min(plan.members, FOUNDERS + Math.floor(plan.members * shareAt(moment)));
}

/** A post's place in the plan. */
export type PlannedPost = { thread: number; number: number; moment: number };

/** A stretch of time: the threads from `from` up to `to` begin in it, and these posts are written, in this order. */
export type Slice = { from: number; to: number; posts: PlannedPost[] };

/** Posts of a slice, about. What is sorted and held at once is one slice. */
const SLICE_POSTS = 20_000;

/**
 * The whole plan in the order of time, slice by slice. Rows so lie on the disk as they would have come to lie there:
 * the posts of a thread apart from each other, between those of all other threads of their time.
 */
export function* slicesOf(plan: Plan, dice: Dice): Generator<Slice> {
  const count = Math.ceil((plan.threads + plan.replies) / SLICE_POSTS);
  const next = new Uint32Array(plan.threads).fill(1);
  let active: number[] = [];
  let to = 0;
  for (let index = 1; index <= count; index += 1) {
    const end = index === count ? Number.POSITIVE_INFINITY : momentAt(index / count);
    const from = to;
    while (to < plan.threads && at(plan.start, to) < end) active.push(to++);
    const posts: PlannedPost[] = [];
    active = active.filter((thread) => {
      const last = at(plan.posts, thread);
      for (let number = at(next, thread); number <= last; number += 1) {
        const moment = momentOfPost(plan, dice, thread, number);
        if (moment >= end) {
          next[thread] = number;
          return true;
        }
        posts.push({ thread, number, moment });
      }
      return false;
    });
    posts.sort((a, b) => a.moment - b.moment);
    yield { from, to, posts };
  }
}

/** An element that is there. */
export function at(values: Float64Array | Uint32Array | Uint16Array, index: number): number {
  return values[index] as number;
}
