-- Writes wait while this is built. On a large forum, build it beforehand under the same name: docs/scale.md.
CREATE INDEX IF NOT EXISTS "thread_replies_member_idx" ON "thread_replies" USING btree ("author_id","created_at","id","thread_id") WHERE number > 1 and deleted_at is null;--> statement-breakpoint
DROP INDEX "thread_replies_author_idx";
