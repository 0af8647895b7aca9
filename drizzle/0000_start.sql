CREATE TABLE "categories" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"position" integer DEFAULT 0 NOT NULL,
	"thread_count" integer DEFAULT 0 NOT NULL,
	"reply_count" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "categories_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "members" (
	"user_id" text PRIMARY KEY NOT NULL,
	"handle" text NOT NULL,
	"handle_source" text DEFAULT 'placeholder' NOT NULL,
	"role" text DEFAULT 'member' NOT NULL,
	"role_set_at" timestamp with time zone,
	"suspended_until" timestamp with time zone,
	"suspended_at" timestamp with time zone,
	"suspended_by" text,
	"suspension_reason" text,
	"color_scheme" text DEFAULT 'system' NOT NULL,
	"date_style" text DEFAULT 'relative' NOT NULL,
	"imported_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "members_handle_source_check" CHECK ("members"."handle_source" in ('placeholder', 'clerk', 'chosen', 'import', 'deleted')),
	CONSTRAINT "members_role_check" CHECK ("members"."role" in ('member', 'moderator', 'admin')),
	CONSTRAINT "members_color_scheme_check" CHECK ("members"."color_scheme" in ('system', 'light', 'dark')),
	CONSTRAINT "members_date_style_check" CHECK ("members"."date_style" in ('relative', 'absolute'))
);
--> statement-breakpoint
CREATE TABLE "reply_votes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"reply_id" uuid NOT NULL,
	"voter_id" text NOT NULL,
	"value" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "reply_votes_reply_voter_key" UNIQUE("reply_id","voter_id"),
	CONSTRAINT "reply_votes_value_check" CHECK ("reply_votes"."value" in (-1, 1))
);
--> statement-breakpoint
CREATE TABLE "thread_replies" (
	"id" uuid PRIMARY KEY NOT NULL,
	"thread_id" uuid NOT NULL,
	"author_id" text NOT NULL,
	"number" integer NOT NULL,
	"reply_to_number" integer,
	"body" text NOT NULL,
	"body_html" text NOT NULL,
	"renderer_version" smallint NOT NULL,
	"score" integer DEFAULT 0 NOT NULL,
	"starting_score" integer DEFAULT 0 NOT NULL,
	"revision" integer DEFAULT 0 NOT NULL,
	"edited_at" timestamp with time zone,
	"deleted_at" timestamp with time zone,
	"deleted_by" text,
	"submission" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "thread_replies_thread_number_key" UNIQUE("thread_id","number"),
	CONSTRAINT "thread_replies_submission_key" UNIQUE("author_id","submission")
);
--> statement-breakpoint
CREATE TABLE "threads" (
	"id" uuid PRIMARY KEY NOT NULL,
	"number" bigint GENERATED ALWAYS AS IDENTITY (sequence name "threads_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"category_id" uuid NOT NULL,
	"author_id" text NOT NULL,
	"title" text NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"status_set_at" timestamp with time zone,
	"status_set_by" text,
	"is_pinned" boolean DEFAULT false NOT NULL,
	"pinned_at" timestamp with time zone,
	"pinned_by" text,
	"last_number" integer DEFAULT 1 NOT NULL,
	"reply_count" integer DEFAULT 0 NOT NULL,
	"score" integer DEFAULT 0 NOT NULL,
	"last_activity_at" timestamp with time zone DEFAULT now() NOT NULL,
	"accepted_number" integer,
	"deleted_at" timestamp with time zone,
	"deleted_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "threads_number_unique" UNIQUE("number"),
	CONSTRAINT "threads_status_check" CHECK ("threads"."status" in ('open', 'locked'))
);
--> statement-breakpoint
CREATE TABLE "user" (
	"id" text PRIMARY KEY NOT NULL,
	"email" text,
	"first_name" text,
	"last_name" text,
	"image_url" text,
	"username" text,
	"updated_at" timestamp with time zone,
	"sync_tie" text DEFAULT '' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_suspended_by_user_id_fk" FOREIGN KEY ("suspended_by") REFERENCES "public"."user"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reply_votes" ADD CONSTRAINT "reply_votes_reply_id_thread_replies_id_fk" FOREIGN KEY ("reply_id") REFERENCES "public"."thread_replies"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reply_votes" ADD CONSTRAINT "reply_votes_voter_id_user_id_fk" FOREIGN KEY ("voter_id") REFERENCES "public"."user"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "thread_replies" ADD CONSTRAINT "thread_replies_thread_id_threads_id_fk" FOREIGN KEY ("thread_id") REFERENCES "public"."threads"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "thread_replies" ADD CONSTRAINT "thread_replies_author_id_user_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."user"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "thread_replies" ADD CONSTRAINT "thread_replies_deleted_by_user_id_fk" FOREIGN KEY ("deleted_by") REFERENCES "public"."user"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "thread_replies" ADD CONSTRAINT "thread_replies_reply_to_fk" FOREIGN KEY ("thread_id","reply_to_number") REFERENCES "public"."thread_replies"("thread_id","number") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threads" ADD CONSTRAINT "threads_category_id_categories_id_fk" FOREIGN KEY ("category_id") REFERENCES "public"."categories"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threads" ADD CONSTRAINT "threads_author_id_user_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."user"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threads" ADD CONSTRAINT "threads_status_set_by_user_id_fk" FOREIGN KEY ("status_set_by") REFERENCES "public"."user"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threads" ADD CONSTRAINT "threads_pinned_by_user_id_fk" FOREIGN KEY ("pinned_by") REFERENCES "public"."user"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threads" ADD CONSTRAINT "threads_deleted_by_user_id_fk" FOREIGN KEY ("deleted_by") REFERENCES "public"."user"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "members_handle_key" ON "members" USING btree (lower("handle"));--> statement-breakpoint
CREATE INDEX "thread_replies_author_idx" ON "thread_replies" USING btree ("author_id","created_at","id");--> statement-breakpoint
CREATE INDEX "threads_category_latest_idx" ON "threads" USING btree ("category_id","is_pinned","last_activity_at","number") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "threads_category_new_idx" ON "threads" USING btree ("category_id","is_pinned","created_at","number") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "threads_category_top_idx" ON "threads" USING btree ("category_id","is_pinned","score","number") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "threads_latest_idx" ON "threads" USING btree ("last_activity_at","number") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "threads_new_idx" ON "threads" USING btree ("created_at","number") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "threads_top_idx" ON "threads" USING btree ("score","number") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "threads_author_idx" ON "threads" USING btree ("author_id","created_at","number") WHERE deleted_at is null;