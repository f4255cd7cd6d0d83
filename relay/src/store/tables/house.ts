import { sql } from 'drizzle-orm'
import { bigint, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { at, bytes } from './columns.ts'

/** What the house keeps for itself. */

export const jobs = pgTable(
  'jobs',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    kind: text('kind').notNull(),
    /** One waiting job a key. */
    key: text('key'),
    payload: jsonb('payload').$type<unknown>(),
    runAt: at('run_at').notNull(),
    attempts: integer('attempts').notNull().default(0),
    maxAttempts: integer('max_attempts').notNull(),
    lockedBy: text('locked_by'),
    lockedUntil: at('locked_until'),
    lastError: text('last_error'),
    /** Gave up; kept to be looked at. */
    deadAt: at('dead_at'),
  },
  (table) => [index('jobs_due').on(table.runAt).where(sql`dead_at is null`), uniqueIndex('jobs_key').on(table.kind, table.key)],
)

/** Secrets of the house itself, wrapped like call keys: what must outlive a change of ENCRYPTION_KEY. */
export const houseKeys = pgTable('house_keys', {
  name: text('name').primaryKey(),
  keyId: text('key_id').notNull(),
  wrapped: bytes('wrapped').notNull(),
})

/** Requests that must not run twice, and what they were answered. */
export const idempotentRequests = pgTable(
  'idempotent_requests',
  {
    scope: text('scope').notNull(),
    key: text('key').notNull(),
    bodyHash: text('body_hash').notNull(),
    /** Whose run it is; another relay, or a later start of this one, cannot know how it ended. */
    owner: text('owner').notNull(),
    state: text('state').$type<'running' | 'done'>().notNull(),
    /** Until when a relay that lives says that the run goes on. */
    leaseUntil: at('lease_until').notNull(),
    status: integer('status'),
    /** Sealed under the house's key: an answer holds numbers and rights. */
    answer: bytes('answer'),
    createdAt: at('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.scope, table.key] }), index('idempotent_requests_age').on(table.createdAt)],
)

/** Relays that share this store, each with where the others reach it. */
export const relays = pgTable('relays', {
  /** `calls.owner` of the calls it holds. */
  id: text('id').primaryKey(),
  url: text('url').notNull(),
  /** Changes while it lives; who looks counts by its own clock, so theirs need not agree. */
  beat: bigint('beat', { mode: 'number' }).notNull(),
})
