-- Votes wait while this is built. On a large forum, build the index beforehand under the same name: docs/scale.md.
CREATE UNIQUE INDEX IF NOT EXISTS "reply_votes_voter_reply_key" ON "reply_votes" USING btree ("voter_id","reply_id");--> statement-breakpoint
ALTER TABLE "reply_votes" ADD CONSTRAINT "reply_votes_voter_reply_key" UNIQUE USING INDEX "reply_votes_voter_reply_key";--> statement-breakpoint
ALTER TABLE "reply_votes" DROP CONSTRAINT "reply_votes_reply_voter_key";
