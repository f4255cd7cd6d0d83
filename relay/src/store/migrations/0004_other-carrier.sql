ALTER TABLE "gate_decisions" ADD COLUMN "instead_of" text;--> statement-breakpoint
ALTER TABLE "gate_decisions" ADD CONSTRAINT "gate_decisions_instead_of_unique" UNIQUE("instead_of");