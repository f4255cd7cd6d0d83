CREATE TABLE "relays" (
	"id" text PRIMARY KEY NOT NULL,
	"url" text NOT NULL,
	"beat" bigint NOT NULL
);
