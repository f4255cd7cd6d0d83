CREATE TABLE "expected_arrivals" (
	"call_id" text PRIMARY KEY NOT NULL,
	"number_id" text NOT NULL,
	"visitor" jsonb NOT NULL,
	"shown" jsonb NOT NULL,
	"unclear" text NOT NULL,
	"taken_by" text,
	"expected_at" timestamp (3) with time zone NOT NULL,
	"until" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "expected_arrivals_number" ON "expected_arrivals" USING btree ("number_id");--> statement-breakpoint
CREATE INDEX "expected_arrivals_until" ON "expected_arrivals" USING btree ("until");