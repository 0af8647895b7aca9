ALTER TABLE "categories" ADD COLUMN "color" text DEFAULT 'sky' NOT NULL;--> statement-breakpoint
CREATE INDEX "threads_pinned_idx" ON "threads" USING btree ("pinned_at" DESC NULLS LAST,"number" DESC NULLS FIRST) WHERE is_pinned and deleted_at is null;--> statement-breakpoint
ALTER TABLE "categories" ADD CONSTRAINT "categories_color_check" CHECK ("categories"."color" ~ '^[a-z]{1,20}$');--> statement-breakpoint
-- What is there gets the colours in turn, in the order in which pages list it.
UPDATE "categories" SET "color" = ("colored"."palette")[1 + ("colored"."place" - 1)::integer % 10] FROM (
	SELECT "id", row_number() OVER (ORDER BY "position", "name") AS "place",
		ARRAY['sky', 'orange', 'green', 'magenta', 'amber', 'violet', 'teal', 'red', 'olive', 'brown'] AS "palette"
	FROM "categories"
) "colored" WHERE "colored"."id" = "categories"."id";
