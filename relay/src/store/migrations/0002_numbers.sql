CREATE TABLE "environment_numbers" (
	"id" text PRIMARY KEY NOT NULL,
	"agent_id" text,
	"rotations" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotent_requests" (
	"scope" text NOT NULL,
	"key" text NOT NULL,
	"body_hash" text NOT NULL,
	"owner" text NOT NULL,
	"state" text NOT NULL,
	"lease_until" timestamp (3) with time zone NOT NULL,
	"status" integer,
	"answer" "bytea",
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotent_requests_scope_key_pk" PRIMARY KEY("scope","key")
);
--> statement-breakpoint
CREATE TABLE "phone_numbers" (
	"id" text PRIMARY KEY NOT NULL,
	"organisation_id" text NOT NULL,
	"provider" text NOT NULL,
	"phone_number" text NOT NULL,
	"display_name" text NOT NULL,
	"config" "bytea" NOT NULL,
	"secret" "bytea" NOT NULL,
	"stream_token" "bytea" NOT NULL,
	"active" boolean NOT NULL,
	"agent_id" text,
	"inbound_answer" text NOT NULL,
	"allowed_ips" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "environment_numbers" ADD CONSTRAINT "environment_numbers_agent_id_agents_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."agents"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "phone_numbers" ADD CONSTRAINT "phone_numbers_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "phone_numbers" ADD CONSTRAINT "phone_numbers_agent_id_agents_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."agents"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idempotent_requests_age" ON "idempotent_requests" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "phone_numbers_own" ON "phone_numbers" USING btree ("organisation_id","phone_number");--> statement-breakpoint
CREATE INDEX "phone_numbers_dialled" ON "phone_numbers" USING btree ("provider","phone_number");