CREATE TABLE "calling_rules" (
	"organisation_id" text PRIMARY KEY NOT NULL,
	"document" jsonb NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "do_not_call" (
	"id" text PRIMARY KEY NOT NULL,
	"organisation_id" text,
	"number_hash" text NOT NULL,
	"number" "bytea" NOT NULL,
	"reason" text,
	"until" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "do_not_call_once" UNIQUE NULLS NOT DISTINCT("organisation_id","number_hash")
);
--> statement-breakpoint
CREATE TABLE "gate_decisions" (
	"id" text PRIMARY KEY NOT NULL,
	"organisation_id" text NOT NULL,
	"agent_id" text NOT NULL,
	"call_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"purpose" text NOT NULL,
	"carrier" text NOT NULL,
	"number_hash" text,
	"number_masked" text NOT NULL,
	"asker" text NOT NULL,
	"asker_hash" text,
	"address_hash" text,
	"rule" text NOT NULL,
	"allowed" boolean NOT NULL,
	"inputs" jsonb NOT NULL,
	"per_minute_micros" bigint NOT NULL,
	"amount_micros" bigint NOT NULL,
	"settled_at" timestamp (3) with time zone,
	"captcha_hash" text,
	CONSTRAINT "gate_decisions_captcha_hash_unique" UNIQUE("captcha_hash")
);
--> statement-breakpoint
ALTER TABLE "calling_rules" ADD CONSTRAINT "calling_rules_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "do_not_call" ADD CONSTRAINT "do_not_call_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gate_decisions" ADD CONSTRAINT "gate_decisions_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "do_not_call_number" ON "do_not_call" USING btree ("number_hash");--> statement-breakpoint
CREATE INDEX "gate_decisions_newest" ON "gate_decisions" USING btree ("organisation_id","at","id");--> statement-breakpoint
CREATE INDEX "gate_decisions_call" ON "gate_decisions" USING btree ("call_id");--> statement-breakpoint
CREATE INDEX "gate_decisions_house" ON "gate_decisions" USING btree ("at") WHERE allowed;--> statement-breakpoint
CREATE INDEX "gate_decisions_organisation" ON "gate_decisions" USING btree ("organisation_id","at") WHERE allowed;--> statement-breakpoint
CREATE INDEX "gate_decisions_agent" ON "gate_decisions" USING btree ("agent_id","at") WHERE allowed;--> statement-breakpoint
CREATE INDEX "gate_decisions_number" ON "gate_decisions" USING btree ("number_hash","at") WHERE allowed;--> statement-breakpoint
CREATE INDEX "gate_decisions_asker" ON "gate_decisions" USING btree ("asker_hash","at") WHERE allowed;--> statement-breakpoint
CREATE INDEX "gate_decisions_address" ON "gate_decisions" USING btree ("address_hash","at") WHERE allowed;