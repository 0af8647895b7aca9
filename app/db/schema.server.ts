import { relations, sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

/** Milliseconds are what Clerk and browsers speak; Postgres keeps microseconds, which does no harm. */
function moment(name: string) {
  return timestamp(name, { withTimezone: true, mode: "date" });
}

/**
 * A person as Clerk knows them. Only the identity sync writes here (app/db/identity.server.ts).
 * Rows are never deleted: what a person wrote refers to them, so their data is erased in place.
 */
export const user = pgTable("user", {
  id: text("id").primaryKey(),
  email: text("email"),
  firstName: text("first_name"),
  lastName: text("last_name"),
  imageUrl: text("image_url"),
  username: text("username"),
  /** Clerk's `updated_at`: an event older than this is stale. Null until the first event has come. */
  updatedAt: moment("updated_at"),
  /** Decides between two events with one `updated_at`, the same way in whatever order they come. */
  syncTie: text("sync_tie").notNull().default(""),
  createdAt: moment("created_at").notNull().defaultNow(),
  /** Final: set once by `user.deleted`, and no later event clears it. */
  deletedAt: moment("deleted_at"),
});

/** What the forum knows of a person. No webhook overwrites what a member or a moderator decided here. */
export const members = pgTable(
  "members",
  {
    userId: text("user_id")
      .primaryKey()
      .references(() => user.id, { onDelete: "restrict" }),
    handle: text("handle").notNull(),
    /** Who gave the handle: until the member chooses one, it follows what Clerk says. */
    handleSource: text("handle_source").notNull().default("placeholder"),
    role: text("role").notNull().default("member"),
    roleSetAt: moment("role_set_at"),
    suspendedUntil: moment("suspended_until"),
    suspendedAt: moment("suspended_at"),
    suspendedBy: text("suspended_by").references(() => user.id, { onDelete: "restrict" }),
    suspensionReason: text("suspension_reason"),
    colorScheme: text("color_scheme").notNull().default("system"),
    dateStyle: text("date_style").notNull().default("relative"),
    /** The language they chose; null for the forum's own. The code says which there are. */
    language: text("language"),
    /** Whether they want links in place of pictures. */
    picturesAsLinks: boolean("pictures_as_links").notNull().default(false),
    /** Set for people who came with an import: nobody can sign in as them. */
    importedAt: moment("imported_at"),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex("members_handle_key").on(sql`lower(${t.handle})`),
    check(
      "members_handle_source_check",
      sql`${t.handleSource} in ('placeholder', 'clerk', 'chosen', 'import', 'deleted')`,
    ),
    check("members_role_check", sql`${t.role} in ('member', 'moderator', 'admin')`),
    check("members_color_scheme_check", sql`${t.colorScheme} in ('system', 'light', 'dark')`),
    check("members_date_style_check", sql`${t.dateStyle} in ('relative', 'absolute')`),
    check("members_language_check", sql`${t.language} ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'`),
  ],
);

/**
 * Handles that somebody gave up, and that nobody else may have yet. A trigger on `members` (drizzle/…_former_names) writes it with every
 * change of a handle, whichever statement makes it: docs/decisions/0022-names-that-stay.md.
 */
export const formerHandles = pgTable(
  "former_handles",
  {
    /** SHA-256 of the handle in lower case, in hexadecimal digits: enough to know it again, and no list of names. */
    handleHash: text("handle_hash").primaryKey(),
    /** Whose it was, and still is; null once their account is deleted. */
    userId: text("user_id").references(() => members.userId, { onDelete: "cascade" }),
    /** When they gave it up; null with its person, since the time would tell who they were. */
    releasedAt: moment("released_at"),
    /** The first day on which anybody may have it; null as long as it has a person. */
    freeOn: date("free_on"),
  },
  (t) => [
    index("former_handles_user_idx").on(t.userId, t.releasedAt),
    index("former_handles_free_idx").on(t.freeOn).where(sql`free_on is not null`),
    check(
      "former_handles_person_check",
      sql`(${t.userId} is null) = (${t.releasedAt} is null) and (${t.userId} is null) = (${t.freeOn} is not null)`,
    ),
  ],
);

export const categories = pgTable(
  "categories",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    slug: text("slug").notNull().unique(),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    /** Where it stands among the others, lowest first. */
    position: integer("position").notNull().default(0),
    /** The name of its colour; the code says which there are (app/domain/category.ts). */
    color: text("color").notNull().default("sky"),
    /** Threads that are not deleted. */
    threadCount: integer("thread_count").notNull().default(0),
    /** The sum of its threads' `reply_count`. */
    replyCount: integer("reply_count").notNull().default(0),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (t) => [check("categories_color_check", sql`${t.color} ~ '^[a-z]{1,20}$'`)],
);

/** Where a category was before it got another slug, or was merged into the one that it names. */
export const formerSlugs = pgTable(
  "former_slugs",
  {
    slug: text("slug").primaryKey(),
    categoryId: uuid("category_id")
      .notNull()
      .references(() => categories.id, { onDelete: "cascade" }),
  },
  (t) => [index("former_slugs_category_idx").on(t.categoryId)],
);

/** A title and its state. What was written stands in `thread_replies`; the opening post is reply number 1. */
export const threads = pgTable(
  "threads",
  {
    id: uuid("id").primaryKey(),
    /** The public id, in URLs. */
    number: bigint("number", { mode: "number" }).notNull().generatedAlwaysAsIdentity().unique(),
    categoryId: uuid("category_id")
      .notNull()
      .references(() => categories.id, { onDelete: "restrict" }),
    authorId: text("author_id")
      .notNull()
      .references(() => user.id, { onDelete: "restrict" }),
    title: text("title").notNull(),
    status: text("status").notNull().default("open"),
    statusSetAt: moment("status_set_at"),
    statusSetBy: text("status_set_by").references(() => user.id, { onDelete: "restrict" }),
    isPinned: boolean("is_pinned").notNull().default(false),
    pinnedAt: moment("pinned_at"),
    pinnedBy: text("pinned_by").references(() => user.id, { onDelete: "restrict" }),
    /** The highest reply number given out. Numbers are never used again. */
    lastNumber: integer("last_number").notNull().default(1),
    /** Replies after the opening post that are not deleted. */
    replyCount: integer("reply_count").notNull().default(0),
    /** The opening post's score, repeated here so that an index can order by it. */
    score: integer("score").notNull().default(0),
    /** When the newest reply was written, deleted ones included: activity never moves back. */
    lastActivityAt: moment("last_activity_at").notNull().defaultNow(),
    /** The number of the reply that was accepted as the answer, where the import knew one. */
    acceptedNumber: integer("accepted_number"),
    deletedAt: moment("deleted_at"),
    deletedBy: text("deleted_by").references(() => user.id, { onDelete: "restrict" }),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (t) => [
    check("threads_status_check", sql`${t.status} in ('open', 'locked')`),
    // One index per order of a list, read backwards: each page of a list is one range of one of these.
    index("threads_category_latest_idx")
      .on(t.categoryId, t.isPinned, t.lastActivityAt, t.number)
      .where(sql`deleted_at is null`),
    index("threads_category_new_idx")
      .on(t.categoryId, t.isPinned, t.createdAt, t.number)
      .where(sql`deleted_at is null`),
    index("threads_category_top_idx")
      .on(t.categoryId, t.isPinned, t.score, t.number)
      .where(sql`deleted_at is null`),
    index("threads_latest_idx").on(t.lastActivityAt, t.number).where(sql`deleted_at is null`),
    index("threads_new_idx").on(t.createdAt, t.number).where(sql`deleted_at is null`),
    index("threads_top_idx").on(t.score, t.number).where(sql`deleted_at is null`),
    // The threads that were pinned last, which the home page begins with.
    index("threads_pinned_idx")
      .on(t.pinnedAt.desc().nullsLast(), t.number.desc().nullsFirst())
      .where(sql`is_pinned and deleted_at is null`),
    index("threads_author_idx").on(t.authorId, t.createdAt, t.number).where(sql`deleted_at is null`),
  ],
);

export const threadReplies = pgTable(
  "thread_replies",
  {
    id: uuid("id").primaryKey(),
    threadId: uuid("thread_id")
      .notNull()
      .references(() => threads.id, { onDelete: "restrict" }),
    authorId: text("author_id")
      .notNull()
      .references(() => user.id, { onDelete: "restrict" }),
    /** 1, 2, 3 … within the thread; given out under the thread's row lock. */
    number: integer("number").notNull(),
    /** The number of the reply that this one answers. */
    replyToNumber: integer("reply_to_number"),
    /** Markdown as it was typed. */
    body: text("body").notNull(),
    /** `body` rendered when it was written, by `rendererVersion` of app/domain/markdown.ts. */
    bodyHtml: text("body_html").notNull(),
    rendererVersion: smallint("renderer_version").notNull(),
    /** `startingScore` and every vote's value, added up. */
    score: integer("score").notNull().default(0),
    /** What an import brought that names no voter. */
    startingScore: integer("starting_score").notNull().default(0),
    /** Counts the edits; a form that was drawn from an older one is told so. */
    revision: integer("revision").notNull().default(0),
    editedAt: moment("edited_at"),
    deletedAt: moment("deleted_at"),
    deletedBy: text("deleted_by").references(() => user.id, { onDelete: "restrict" }),
    /** Made when the form was drawn, so that one form makes one reply however often it arrives. */
    submission: uuid("submission"),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (t) => [
    unique("thread_replies_thread_number_key").on(t.threadId, t.number),
    unique("thread_replies_submission_key").on(t.authorId, t.submission),
    foreignKey({
      name: "thread_replies_reply_to_fk",
      columns: [t.threadId, t.replyToNumber],
      foreignColumns: [t.threadId, t.number],
    }).onDelete("restrict"),
    // The keys of a page of a member's replies are read out of this alone; `threadId` is there to be read with them.
    index("thread_replies_member_idx")
      .on(t.authorId, t.createdAt, t.id, t.threadId)
      .where(sql`number > 1 and deleted_at is null`),
    // Which posts show a picture: made of the text alone by `pictures_in`, a function of the migrations, so that no write can forget it.
    index("thread_replies_pictures_idx")
      .using("gin", sql`pictures_in(${t.body})`)
      .where(sql`body like '%/media/%'`),
  ],
);

/** Uploaded pictures, one row for each content: whoever uploads the same bytes shares it. The bytes are in R2. */
export const pictures = pgTable(
  "pictures",
  {
    /** The first 32 hexadecimal digits of the SHA-256 of its bytes (app/domain/picture.ts). */
    hash: text("hash").primaryKey(),
    kind: text("kind").notNull(),
    width: integer("width").notNull(),
    height: integer("height").notNull(),
    /** Of the picture, without its small version. */
    bytes: integer("bytes").notNull(),
    /** Its rows in `picture_owners`. It stays as long as there is one. */
    owners: integer("owners").notNull(),
    createdAt: moment("created_at").notNull().defaultNow(),
    /** When it was last looked whether a post shows it. */
    checkedAt: moment("checked_at").notNull().defaultNow(),
    /** Since when no post is known to show it; null while one does. */
    unshownAt: moment("unshown_at").defaultNow(),
    /** Set while it is being removed, when nobody can own it: whoever removes it has it until then. */
    removeAt: moment("remove_at"),
  },
  (t) => [
    check("pictures_kind_check", sql`${t.kind} in ('gif', 'png', 'jpg', 'webp', 'avif')`),
    check("pictures_owners_check", sql`${t.owners} >= 0`),
    index("pictures_checked_idx").on(t.checkedAt).where(sql`owners > 0`),
    index("pictures_ownerless_idx").on(t.removeAt).where(sql`owners = 0`),
  ],
);

/** Who has uploaded a picture. */
export const pictureOwners = pgTable(
  "picture_owners",
  {
    hash: text("hash")
      .notNull()
      .references(() => pictures.hash, { onDelete: "restrict" }),
    ownerId: text("owner_id")
      .notNull()
      .references(() => user.id, { onDelete: "restrict" }),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: "picture_owners_pkey", columns: [t.hash, t.ownerId] }),
    index("picture_owners_owner_idx").on(t.ownerId, t.createdAt, t.hash),
  ],
);

/** What somebody has uploaded in the day that began with the first of it, whatever became of it. */
export const pictureAllowances = pgTable("picture_allowances", {
  ownerId: text("owner_id")
    .primaryKey()
    .references(() => user.id, { onDelete: "restrict" }),
  beganAt: moment("began_at").notNull().defaultNow(),
  count: integer("count").notNull(),
  bytes: bigint("bytes", { mode: "number" }).notNull(),
});

export const replyVotes = pgTable(
  "reply_votes",
  {
    id: uuid("id").primaryKey(),
    replyId: uuid("reply_id")
      .notNull()
      .references(() => threadReplies.id, { onDelete: "restrict" }),
    voterId: text("voter_id")
      .notNull()
      .references(() => user.id, { onDelete: "restrict" }),
    value: integer("value").notNull(),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (t) => [
    // The voter first: a page asks for the votes of one person on many replies, and these then stand together.
    unique("reply_votes_voter_reply_key").on(t.voterId, t.replyId),
    check("reply_votes_value_check", sql`${t.value} in (-1, 1)`),
  ],
);

/** What edits replaced: the source of a reply as it stood, written by the statement that replaced it. */
export const replyRevisions = pgTable(
  "reply_revisions",
  {
    replyId: uuid("reply_id")
      .notNull()
      .references(() => threadReplies.id, { onDelete: "restrict" }),
    /** The `revision` of the reply that this was, from 0 on. */
    revision: integer("revision").notNull(),
    /** The thread's title at that time, where the reply is the opening post. */
    title: text("title"),
    body: text("body").notNull(),
    replacedBy: text("replaced_by")
      .notNull()
      .references(() => user.id, { onDelete: "restrict" }),
    replacedAt: moment("replaced_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.replyId, t.revision] })],
);

/**
 * What moderators, admins and operators did, one row each. Append-only: a trigger (drizzle/0004) refuses everything but
 * inserts, and the erasure of a reason when the person whom it is about is erased.
 */
export const moderations = pgTable(
  "moderations",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    action: text("action").notNull(),
    /** Who did it; null for an operator at the command line, who is no member. */
    moderatorId: text("moderator_id").references(() => user.id, { onDelete: "restrict" }),
    /** On what, or on whom: threads are locked and pinned, members get roles and suspensions. */
    threadId: uuid("thread_id").references(() => threads.id, { onDelete: "restrict" }),
    memberId: text("member_id").references(() => user.id, { onDelete: "restrict" }),
    /** What was set: `true` or `false`, a role, the time at which a suspension ends. */
    value: text("value").notNull(),
    /** Why, in the words of whoever did it; null where none were asked for. */
    reason: text("reason"),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (t) => [
    check("moderations_action_check", sql`${t.action} in ('lock', 'pin', 'role', 'suspension', 'picture')`),
    check(
      "moderations_subject_check",
      sql`(${t.threadId} is not null) = (${t.action} in ('lock', 'pin')) and (${t.memberId} is null) = (${t.threadId} is not null)`,
    ),
    index("moderations_thread_idx").on(t.threadId, t.id).where(sql`thread_id is not null`),
    index("moderations_member_idx").on(t.memberId, t.id).where(sql`member_id is not null`),
  ],
);

/** What happened (app/domain/events.ts), written by the statement that made it happen, and kept for 30 days. */
export const events = pgTable(
  "events",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    kind: text("kind").notNull(),
    /** The event's ids and numbers: no text, and nothing personal. */
    data: jsonb("data").notNull(),
    createdAt: moment("created_at").notNull().defaultNow(),
    /** When all that follows from it was seen to. */
    handledAt: moment("handled_at"),
  },
  (t) => [
    index("events_unhandled_idx").on(t.id).where(sql`handled_at is null`),
    index("events_created_idx").on(t.createdAt),
  ],
);

/**
 * Sessions of Clerk's out of which somebody has signed. A token stays valid for the rest of its minute, wherever a copy of
 * it is: for as long nobody may come in with it. Sign-out deletes the rows that no token can need any more.
 */
export const endedSessions = pgTable("ended_sessions", {
  /** Clerk's session id. */
  sessionId: text("session_id").primaryKey(),
  endedAt: moment("ended_at").notNull().defaultNow(),
});

export const userRelations = relations(user, ({ one, many }) => ({
  member: one(members, { fields: [user.id], references: [members.userId] }),
  threads: many(threads),
  replies: many(threadReplies),
  votes: many(replyVotes),
}));

export const categoryRelations = relations(categories, ({ many }) => ({ threads: many(threads) }));

export const threadRelations = relations(threads, ({ one, many }) => ({
  category: one(categories, { fields: [threads.categoryId], references: [categories.id] }),
  author: one(user, { fields: [threads.authorId], references: [user.id] }),
  replies: many(threadReplies),
}));

export const threadReplyRelations = relations(threadReplies, ({ one, many }) => ({
  thread: one(threads, { fields: [threadReplies.threadId], references: [threads.id] }),
  author: one(user, { fields: [threadReplies.authorId], references: [user.id] }),
  votes: many(replyVotes),
}));

export const replyVoteRelations = relations(replyVotes, ({ one }) => ({
  reply: one(threadReplies, { fields: [replyVotes.replyId], references: [threadReplies.id] }),
  voter: one(user, { fields: [replyVotes.voterId], references: [user.id] }),
}));
