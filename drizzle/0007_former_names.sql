CREATE TABLE "former_handles" (
	"handle_hash" text PRIMARY KEY NOT NULL,
	"user_id" text,
	"released_at" timestamp with time zone,
	"free_on" date,
	CONSTRAINT "former_handles_person_check" CHECK (("former_handles"."user_id" is null) = ("former_handles"."released_at" is null) and ("former_handles"."user_id" is null) = ("former_handles"."free_on" is not null))
);
--> statement-breakpoint
CREATE TABLE "former_slugs" (
	"slug" text PRIMARY KEY NOT NULL,
	"category_id" uuid NOT NULL
);
--> statement-breakpoint
ALTER TABLE "former_handles" ADD CONSTRAINT "former_handles_user_id_members_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."members"("user_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "former_slugs" ADD CONSTRAINT "former_slugs_category_id_categories_id_fk" FOREIGN KEY ("category_id") REFERENCES "public"."categories"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "former_handles_user_idx" ON "former_handles" USING btree ("user_id","released_at");--> statement-breakpoint
CREATE INDEX "former_handles_free_idx" ON "former_handles" USING btree ("free_on") WHERE free_on is not null;--> statement-breakpoint
CREATE INDEX "former_slugs_category_idx" ON "former_slugs" USING btree ("category_id");--> statement-breakpoint
-- A handle as it is known again: in one spelling, and unreadable.
CREATE FUNCTION "hash_of_handle"("handle" text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT encode(sha256(convert_to(lower(handle), 'UTF8')), 'hex')
$$;--> statement-breakpoint
-- A trigger, so that no statement can change a handle and forget this. It refuses nothing: who may have a handle is asked
-- by the statements themselves, and code from before this table asks nobody.
CREATE FUNCTION "keep_former_handle"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	-- A handle that somebody has is not a former one: its person took it back, or its time was over.
	DELETE FROM former_handles WHERE handle_hash = hash_of_handle(NEW.handle);
	IF TG_OP = 'INSERT' THEN
		RETURN NULL;
	END IF;
	IF lower(NEW.handle) <> lower(OLD.handle) THEN
		INSERT INTO former_handles (handle_hash, user_id, released_at)
		VALUES (hash_of_handle(OLD.handle), NEW.user_id, clock_timestamp())
		ON CONFLICT (handle_hash) DO UPDATE
		SET user_id = excluded.user_id, released_at = excluded.released_at, free_on = NULL;
		-- The ten newest: nobody keeps a whole dictionary.
		DELETE FROM former_handles WHERE handle_hash IN (
			SELECT handle_hash FROM former_handles WHERE user_id = NEW.user_id ORDER BY released_at DESC OFFSET 10
		);
	END IF;
	-- Of somebody who is gone, nothing may lead from a handle to their posts; 90 days longer nobody may pass for them.
	IF NEW.handle_source = 'deleted' THEN
		UPDATE former_handles SET user_id = NULL, released_at = NULL, free_on = current_date + 90 WHERE user_id = NEW.user_id;
	END IF;
	-- Rows that somebody else is taking away are left to them, so that nobody waits here.
	DELETE FROM former_handles WHERE handle_hash IN (
		SELECT handle_hash FROM former_handles WHERE free_on <= current_date FOR UPDATE SKIP LOCKED
	);
	RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER "members_former_handles" AFTER INSERT OR UPDATE OF "handle" ON "members" FOR EACH ROW EXECUTE FUNCTION "keep_former_handle"();
