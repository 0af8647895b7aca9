CREATE TABLE "events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"data" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"handled_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "moderations" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "moderations_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"action" text NOT NULL,
	"moderator_id" text,
	"thread_id" uuid,
	"member_id" text,
	"value" text NOT NULL,
	"reason" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "moderations_action_check" CHECK ("moderations"."action" in ('lock', 'pin', 'role', 'suspension')),
	CONSTRAINT "moderations_subject_check" CHECK (("moderations"."thread_id" is not null) = ("moderations"."action" in ('lock', 'pin')) and ("moderations"."member_id" is null) = ("moderations"."thread_id" is not null))
);
--> statement-breakpoint
CREATE TABLE "reply_revisions" (
	"reply_id" uuid NOT NULL,
	"revision" integer NOT NULL,
	"title" text,
	"body" text NOT NULL,
	"replaced_by" text NOT NULL,
	"replaced_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "reply_revisions_reply_id_revision_pk" PRIMARY KEY("reply_id","revision")
);
--> statement-breakpoint
ALTER TABLE "moderations" ADD CONSTRAINT "moderations_moderator_id_user_id_fk" FOREIGN KEY ("moderator_id") REFERENCES "public"."user"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "moderations" ADD CONSTRAINT "moderations_thread_id_threads_id_fk" FOREIGN KEY ("thread_id") REFERENCES "public"."threads"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "moderations" ADD CONSTRAINT "moderations_member_id_user_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."user"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reply_revisions" ADD CONSTRAINT "reply_revisions_reply_id_thread_replies_id_fk" FOREIGN KEY ("reply_id") REFERENCES "public"."thread_replies"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reply_revisions" ADD CONSTRAINT "reply_revisions_replaced_by_user_id_fk" FOREIGN KEY ("replaced_by") REFERENCES "public"."user"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "events_unhandled_idx" ON "events" USING btree ("id") WHERE handled_at is null;--> statement-breakpoint
CREATE INDEX "events_created_idx" ON "events" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "moderations_thread_idx" ON "moderations" USING btree ("thread_id","id") WHERE thread_id is not null;--> statement-breakpoint
CREATE INDEX "moderations_member_idx" ON "moderations" USING btree ("member_id","id") WHERE member_id is not null;--> statement-breakpoint
-- A record of what was done to people must not be changed by those who did it, nor by a bug. Erasing a person takes the
-- words about them, and nothing else.
CREATE FUNCTION "moderations_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'UPDATE' AND NEW.reason IS NULL AND to_jsonb(NEW) - 'reason' = to_jsonb(OLD) - 'reason' THEN
		RETURN NEW;
	END IF;
	-- Emptying what is empty loses nothing, and is what truncating another table with "cascade" does here.
	IF TG_OP = 'TRUNCATE' AND NOT EXISTS (SELECT FROM moderations) THEN
		RETURN NULL;
	END IF;
	RAISE EXCEPTION 'moderations is append-only';
END $$;--> statement-breakpoint
CREATE TRIGGER "moderations_append_only" BEFORE UPDATE OR DELETE ON "moderations" FOR EACH ROW EXECUTE FUNCTION "moderations_append_only"();--> statement-breakpoint
CREATE TRIGGER "moderations_no_truncate" BEFORE TRUNCATE ON "moderations" FOR EACH STATEMENT EXECUTE FUNCTION "moderations_append_only"();
--> statement-breakpoint
-- Erases what the forum keeps of a person beside their rows: the words that their edits replaced, and the words with which
-- moderators spoke about them. A function, because each of its statements sees all that was committed before it began:
-- also an edit or a suspension for whose end the statement that calls it has waited.
CREATE FUNCTION "erase_words"("person" text) RETURNS void LANGUAGE sql VOLATILE AS $$
	DELETE FROM reply_revisions v USING thread_replies r WHERE r.id = v.reply_id AND r.author_id = person;
	UPDATE moderations SET reason = NULL WHERE member_id = person AND reason IS NOT NULL;
$$;
