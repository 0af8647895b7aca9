import { z } from "zod";
import { cleanLine } from "#app/domain/text.ts";

/** Discourse's `post_type` (Discourse: app/models/post.rb). */
export const POST_TYPES = { regular: 1, moderatorAction: 2, smallAction: 3, whisper: 4 } as const;

/** Discourse's id of the like among `actions_summary` (Discourse: PostActionType). */
const LIKE = 2;

/** The largest value of Postgres's `integer`. */
const INTEGER_MAX = 2_147_483_647;

const Moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());
const Count = z.int().min(0).max(INTEGER_MAX);
const Flag = z
  .boolean()
  .nullish()
  .transform((value) => value === true);
const Text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

const Person = z.object({ username: z.string().transform(cleanLine).pipe(z.string().min(1)), name: Text });

const Action = z.object({ id: z.int(), count: Count.nullish(), users: z.array(Person).nullish() });

const Post = z
  .object({
    post_number: z.int().min(1).max(INTEGER_MAX),
    post_type: z.int().nullish(),
    action_code: Text,
    username: Text,
    name: Text,
    avatar_template: Text,
    created_at: Moment,
    updated_at: Moment.nullish(),
    version: z.int().nullish(),
    cooked: Text,
    raw: Text,
    reply_to_post_number: z.int().nullish(),
    actions_summary: z.array(Action).nullish(),
    accepted_answer: Flag,
    hidden: Flag,
    user_deleted: Flag,
    deleted_at: Moment.nullish(),
  })
  .transform((post) => {
    const likes = (post.actions_summary ?? []).find(({ id }) => id === LIKE);
    return {
      number: post.post_number,
      type: post.post_type ?? POST_TYPES.regular,
      actionCode: post.action_code,
      /** An account that the old forum removed has no name any more. */
      username: cleanLine(post.username) || "unknown",
      name: post.name,
      avatar: post.avatar_template,
      createdAt: post.created_at,
      updatedAt: post.updated_at ?? post.created_at,
      /** How often the text was changed after it was posted. */
      edits: Math.max(0, (post.version ?? 1) - 1),
      cooked: post.cooked,
      raw: post.raw,
      replyTo: post.reply_to_post_number ?? null,
      likes: { count: likes?.count ?? likes?.users?.length ?? 0, people: likes?.users ?? [] },
      isAccepted: post.accepted_answer,
      /** The old forum no longer showed it. */
      isGone: post.hidden || post.user_deleted || post.deleted_at != null,
    };
  });

const Topic = z
  .object({
    id: z.int().min(1),
    title: z.string(),
    created_at: Moment,
    category_id: z.int().nullish(),
    category_name: Text,
    category_slug: Text,
    category: z.object({ name: Text, slug: Text }).nullish(),
    archetype: Text,
    closed: Flag,
    archived: Flag,
    pinned: Flag,
    pinned_globally: Flag,
    visible: z.boolean().nullish(),
    deleted_at: Moment.nullish(),
    post_stream: z.object({ posts: z.array(Post).min(1) }),
  })
  .transform((topic) => ({
    id: topic.id,
    title: topic.title,
    createdAt: topic.created_at,
    category: {
      id: topic.category_id ?? 0,
      name: topic.category?.name || topic.category_name,
      slug: topic.category?.slug || topic.category_slug,
    },
    isPrivate: topic.archetype === "private_message",
    isClosed: topic.closed || topic.archived,
    isPinned: topic.pinned || topic.pinned_globally,
    isUnlisted: topic.visible === false,
    isDeleted: topic.deleted_at != null,
    posts: topic.post_stream.posts.toSorted((a, b) => a.number - b.number),
  }));

export type DiscoursePost = z.output<typeof Post>;
export type DiscourseTopic = z.output<typeof Topic>;

/** Reads one line of an export: a topic, or what is wrong with it. */
export function parseTopic(line: string): { topic: DiscourseTopic } | { problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return { problem: "is no JSON" };
  }
  const parsed = Topic.safeParse(json);
  if (parsed.success) return { topic: parsed.data };
  const issue = parsed.error.issues[0];
  const where = issue?.path.join(".") || "the line";
  return { problem: `is no topic (${where}: ${issue?.message ?? "wrong shape"})` };
}
