-- The hashes of the pictures whose addresses (app/domain/picture.ts) stand in a text, in code and quotes too.
CREATE FUNCTION "pictures_in"("body" text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN ARRAY(SELECT DISTINCT found[1] FROM regexp_matches(body, '/media/([0-9a-f]{32})-', 'g') AS found);
--> statement-breakpoint
CREATE TABLE "picture_allowances" (
	"owner_id" text PRIMARY KEY NOT NULL,
	"began_at" timestamp with time zone DEFAULT now() NOT NULL,
	"count" integer NOT NULL,
	"bytes" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "picture_owners" (
	"hash" text NOT NULL,
	"owner_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "picture_owners_pkey" PRIMARY KEY("hash","owner_id")
);
--> statement-breakpoint
CREATE TABLE "pictures" (
	"hash" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"width" integer NOT NULL,
	"height" integer NOT NULL,
	"bytes" integer NOT NULL,
	"owners" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"checked_at" timestamp with time zone DEFAULT now() NOT NULL,
	"unshown_at" timestamp with time zone DEFAULT now(),
	"remove_at" timestamp with time zone,
	CONSTRAINT "pictures_kind_check" CHECK ("pictures"."kind" in ('gif', 'png', 'jpg', 'webp', 'avif')),
	CONSTRAINT "pictures_owners_check" CHECK ("pictures"."owners" >= 0)
);
--> statement-breakpoint
ALTER TABLE "moderations" DROP CONSTRAINT "moderations_action_check";--> statement-breakpoint
ALTER TABLE "picture_allowances" ADD CONSTRAINT "picture_allowances_owner_id_user_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."user"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "picture_owners" ADD CONSTRAINT "picture_owners_hash_pictures_hash_fk" FOREIGN KEY ("hash") REFERENCES "public"."pictures"("hash") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "picture_owners" ADD CONSTRAINT "picture_owners_owner_id_user_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."user"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "picture_owners_owner_idx" ON "picture_owners" USING btree ("owner_id","created_at","hash");--> statement-breakpoint
CREATE INDEX "pictures_checked_idx" ON "pictures" USING btree ("checked_at") WHERE owners > 0;--> statement-breakpoint
CREATE INDEX "pictures_ownerless_idx" ON "pictures" USING btree ("remove_at") WHERE owners = 0;--> statement-breakpoint
CREATE INDEX "thread_replies_pictures_idx" ON "thread_replies" USING gin (pictures_in("body")) WHERE body like '%/media/%';--> statement-breakpoint
ALTER TABLE "moderations" ADD CONSTRAINT "moderations_action_check" CHECK ("moderations"."action" in ('lock', 'pin', 'role', 'suspension', 'picture'));--> statement-breakpoint
-- Erases what the forum keeps of a person beside their rows, as before, and now what they uploaded: pictures that are nobody
-- else's are removed by the next sweep.
CREATE OR REPLACE FUNCTION "erase_words"("person" text) RETURNS void LANGUAGE sql VOLATILE AS $$
	DELETE FROM reply_revisions v USING thread_replies r WHERE r.id = v.reply_id AND r.author_id = person;
	UPDATE moderations SET reason = NULL WHERE member_id = person AND reason IS NOT NULL;
	DELETE FROM picture_allowances WHERE owner_id = person;
	-- In the order in which all who lock several pictures do.
	SELECT hash FROM pictures WHERE hash IN (SELECT hash FROM picture_owners WHERE owner_id = person) ORDER BY hash FOR UPDATE;
	WITH gone AS (DELETE FROM picture_owners WHERE owner_id = person RETURNING hash)
	UPDATE pictures p SET owners = p.owners - 1 FROM gone WHERE p.hash = gone.hash;
$$;
