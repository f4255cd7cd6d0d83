ALTER TABLE "callbacks" ALTER COLUMN "request" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "callbacks" ADD COLUMN "number_hash" text;--> statement-breakpoint
ALTER TABLE "callbacks" ADD COLUMN "asker_hash" text;--> statement-breakpoint
ALTER TABLE "callbacks" ADD COLUMN "address_hash" text;--> statement-breakpoint
CREATE INDEX "callbacks_run_at" ON "callbacks" USING btree ("run_at");--> statement-breakpoint
CREATE INDEX "callbacks_number" ON "callbacks" USING btree ("number_hash","created_at");--> statement-breakpoint
CREATE INDEX "callbacks_asker" ON "callbacks" USING btree ("asker_hash","created_at");--> statement-breakpoint
CREATE INDEX "callbacks_address" ON "callbacks" USING btree ("address_hash","created_at");--> statement-breakpoint
CREATE INDEX "callbacks_agent" ON "callbacks" USING btree ("agent_id","created_at");--> statement-breakpoint
CREATE INDEX "callbacks_organisation" ON "callbacks" USING btree ("organisation_id","created_at");--> statement-breakpoint
-- What was asked for is kept while it waits, and no longer.
UPDATE "callbacks" SET "request" = NULL WHERE "state" <> 'waiting';--> statement-breakpoint
-- Statistics would keep copies where erasing cannot reach them.
ALTER TABLE "callbacks" ALTER COLUMN "request" SET STATISTICS 0;
