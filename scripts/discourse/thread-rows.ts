import type { ShowElsewhere } from "#app/domain/elsewhere.ts";
import { BODY_MAX, TITLE_MAX } from "#app/domain/limits.ts";
import { RENDERER_VERSION, renderMarkdown } from "#app/domain/markdown.ts";
import { cleanBody, countCharacters } from "#app/domain/text.ts";
import type { Ids } from "./ids.ts";
import type { OldForum } from "./links.ts";
import { NOTES, type Notes } from "./notes.ts";
import { markdownOfPost } from "./post-body.ts";
import { isClosing, postsOf, titleOf } from "./survey.ts";
import { type DiscoursePost, type DiscourseTopic, POST_TYPES } from "./topic.ts";

/** A thread as its rows, by the columns of app/db/schema.server.ts. */
export type ThreadRows = {
  thread: Record<string, unknown> & { id: string; category_id: string; reply_count: number };
  replies: ReplyRow[];
  votes: VoteRow[];
};

type ReplyRow = Record<string, unknown> & {
  author_id: string;
  number: number;
  score: number;
  created_at: string;
  deleted_at: string | null;
};
type VoteRow = { id: string; reply_id: string; voter_id: string; value: 1; created_at: string };

/** What the rows of every thread need to know. */
export type ImportContext = {
  ids: Ids;
  forum: OldForum;
  categoryIds: ReadonlyMap<number, string>;
  notes: Notes;
  show: ShowElsewhere | null;
};

/** Turns a topic into a thread, its opening post and its replies, with their numbers kept. */
export function threadRows(topic: DiscourseTopic, context: ImportContext): ThreadRows {
  noteLeftOut(topic, context.notes);
  const posts = postsOf(topic);
  const numbers = new Set(posts.map(({ number }) => number));
  const replies = posts.map((post) => replyRow(topic, post, numbers, context));
  const votes = posts.flatMap((post) => voteRows(topic, post, context.ids));
  return { thread: threadRow(topic, posts, replies, context), replies, votes };
}

function threadRow(
  topic: DiscourseTopic,
  posts: DiscoursePost[],
  replies: ReplyRow[],
  { ids, forum, categoryIds, notes }: ImportContext,
): ThreadRows["thread"] {
  const [opening] = replies;
  if (!opening) throw new Error(`Topic ${topic.id} has no posts`);
  const title = titleOf(topic);
  if (countCharacters(title) > TITLE_MAX) notes.add(NOTES.longTitle, `topic ${topic.id}`);
  const accepted = posts.find((post, index) => post.isAccepted && replies[index]?.deleted_at === null);
  const newest =
    replies
      .map((reply) => reply.created_at)
      .toSorted()
      .at(-1) ?? opening.created_at;
  return {
    id: ids.thread(topic.id),
    number: forum.threads.get(topic.id)?.number,
    category_id: categoryIds.get(topic.category.id) ?? "",
    author_id: opening.author_id,
    title,
    ...closing(topic, newest, ids),
    is_pinned: topic.isPinned,
    pinned_at: topic.isPinned ? opening.created_at : null,
    last_number: replies.at(-1)?.number ?? 1,
    reply_count: replies.filter(({ number, deleted_at }) => number > 1 && deleted_at === null).length,
    score: opening.score,
    last_activity_at: newest,
    accepted_number: accepted?.number ?? null,
    created_at: opening.created_at,
  };
}

/** Closed is locked: since the small action that says so and by who did it, else since the last post. */
function closing(topic: DiscourseTopic, newest: string, ids: Ids) {
  if (!topic.isClosed) return { status: "open", status_set_at: null, status_set_by: null };
  const action = topic.posts.findLast(isClosing);
  return {
    status: "locked",
    status_set_at: action?.createdAt ?? newest,
    status_set_by: action ? ids.person(action.username) : null,
  };
}

function replyRow(
  topic: DiscourseTopic,
  post: DiscoursePost,
  numbers: ReadonlySet<number>,
  { ids, forum, notes, show }: ImportContext,
): ReplyRow {
  const place = `topic ${topic.id} post ${post.number}`;
  const body = bodyOf(post, place, forum, notes);
  const startingScore = Math.max(0, post.likes.count - namesOfLikers(post).size);
  const isEdited = post.edits > 0;
  return {
    id: ids.reply(topic.id, post.number),
    thread_id: ids.thread(topic.id),
    author_id: ids.person(post.username),
    number: post.number,
    reply_to_number: replyToOf(post, place, numbers, notes),
    body,
    body_html: renderMarkdown(body, show).toWellFormed(),
    renderer_version: RENDERER_VERSION,
    score: startingScore + likersOf(post).length,
    starting_score: startingScore,
    revision: post.edits,
    edited_at: isEdited ? post.updatedAt : null,
    deleted_at: body === "" ? post.updatedAt : null,
    created_at: post.createdAt,
  };
}

/** The post's Markdown. What the old forum no longer showed is not brought along: only its place is. */
function bodyOf(post: DiscoursePost, place: string, forum: OldForum, notes: Notes): string {
  if (post.isGone) {
    notes.add(NOTES.gone, place);
    return "";
  }
  const body = convert(post, place, forum, notes);
  const length = countCharacters(body);
  if (length === 0) notes.add(NOTES.empty, place);
  else if (post.raw.trim() === "") notes.add(NOTES.noSource, place);
  if (length > BODY_MAX) notes.add(NOTES.tooLong, `${place} (${length.toLocaleString("en")} characters)`);
  return body;
}

/** One post that cannot be converted (HTML nested too deep, say) must not keep all others out. */
function convert(post: DiscoursePost, place: string, forum: OldForum, notes: Notes): string {
  try {
    return markdownOfPost(post, forum);
  } catch {
    notes.add(NOTES.unconverted, place);
    return cleanBody(post.raw || post.cooked);
  }
}

function replyToOf(post: DiscoursePost, place: string, numbers: ReadonlySet<number>, notes: Notes) {
  if (post.replyTo === null) return null;
  if (post.replyTo < post.number && numbers.has(post.replyTo)) return post.replyTo;
  notes.add(NOTES.dangling, `${place} to ${post.replyTo}`);
  return null;
}

function namesOfLikers(post: DiscoursePost): Set<string> {
  return new Set(post.likes.people.map(({ username }) => username.toLowerCase()));
}

/** Who liked a post, where the export names them. Nobody votes for their own. */
function likersOf(post: DiscoursePost): string[] {
  return [...namesOfLikers(post)].filter((name) => name !== post.username.toLowerCase());
}

function voteRows(topic: DiscourseTopic, post: DiscoursePost, ids: Ids): VoteRow[] {
  return likersOf(post).map((username) => ({
    id: ids.vote(topic.id, post.number, username),
    reply_id: ids.reply(topic.id, post.number),
    voter_id: ids.person(username),
    value: 1,
    created_at: post.createdAt,
  }));
}

function noteLeftOut(topic: DiscourseTopic, notes: Notes): void {
  const kept = new Set(postsOf(topic));
  for (const post of topic.posts) {
    if (kept.has(post)) continue;
    const kinds: Record<number, string> = {
      [POST_TYPES.smallAction]: NOTES.smallAction,
      [POST_TYPES.whisper]: NOTES.whisper,
      [POST_TYPES.regular]: NOTES.repeatedPost,
    };
    notes.add(
      kinds[post.type] ?? `Posts of type ${post.type} left out`,
      `topic ${topic.id} post ${post.number}`,
    );
  }
}
