import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";

/** Exports for tests, in the shape of Discourse's `/t/ID.json?include_raw=1`. All of it is made up. */

type PostDetails = {
  number: number;
  username?: string;
  raw?: string | undefined;
  cooked?: string;
  replyTo?: number | null;
  likes?: number;
  likedBy?: string[];
  type?: number;
  action?: string;
  accepted?: boolean;
  hidden?: boolean;
  deletedAt?: string;
  version?: number;
  createdAt?: string;
};

type TopicDetails = {
  id: number;
  title?: string;
  category?: number;
  closed?: boolean;
  pinned?: boolean;
  posts?: PostDetails[];
} & Record<string, unknown>;

/** One post. Minutes of its time are its number, unless a time is given. */
export function makePost(details: PostDetails) {
  const { number, username = "ada", raw = `Post ${number}.`, likes = 0, likedBy = [] } = details;
  const createdAt = details.createdAt ?? `2015-03-01T10:${String(number % 60).padStart(2, "0")}:00.000Z`;
  const liked = likes > 0 || likedBy.length > 0;
  const users = likedBy.map((name, index) => ({ id: index + 1, username: name, name: "" }));
  return {
    id: number,
    name: "",
    username,
    avatar_template: "/user_avatar/forum.example.org/someone/{size}/1_2.png",
    created_at: createdAt,
    updated_at: "2016-01-01T00:00:00.000Z",
    version: details.version ?? 1,
    cooked: details.cooked ?? `<p>Post ${number}.</p>`,
    ...("raw" in details && details.raw === undefined ? {} : { raw }),
    post_number: number,
    post_type: details.type ?? 1,
    ...(details.action ? { action_code: details.action } : {}),
    reply_to_post_number: details.replyTo ?? null,
    actions_summary: liked
      ? [{ id: 2, count: likes || users.length, ...(users.length > 0 ? { users } : {}) }]
      : [],
    accepted_answer: details.accepted ?? false,
    hidden: details.hidden ?? false,
    deleted_at: details.deletedAt ?? null,
    user_deleted: false,
    moderator: false,
    admin: false,
    trust_level: 1,
  };
}

/** One topic, with an opening post unless posts are given. What else is given is part of it as it stands. */
export function makeTopic({ id, title, category = 7, closed, pinned, posts, ...rest }: TopicDetails) {
  return {
    id,
    title: title ?? `Topic number ${id}`,
    created_at: "2015-03-01T10:00:00.000Z",
    category_id: category,
    closed: closed ?? false,
    archived: false,
    pinned: pinned ?? false,
    visible: true,
    archetype: "regular",
    post_stream: { posts: (posts ?? [{ number: 1 }]).map(makePost) },
    ...rest,
  };
}

/** Writes an export into a folder of its own; strings become lines as they are. */
export async function writeExport(lines: (object | string)[], { gzip = false } = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), "edgewise-export-"));
  const file = path.join(folder, gzip ? "export.ndjson.gz" : "export.ndjson");
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
  await writeFile(file, gzip ? gzipSync(`${text}\n`) : `${text}\n`);
  return { file, remove: () => rm(folder, { recursive: true, force: true }) };
}
