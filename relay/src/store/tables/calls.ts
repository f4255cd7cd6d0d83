import { sql } from 'drizzle-orm'
import { boolean, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { at, bytes } from './columns.ts'
import { organisationId } from './people.ts'

/** Who answers, and what was said. */

export const agents = pgTable(
  'agents',
  {
    id: text('id').primaryKey(),
    organisationId: organisationId(),
    /** agents/persona.ts says what is in it. */
    persona: jsonb('persona').$type<unknown>().notNull(),
    createdAt: at('created_at').notNull(),
    updatedAt: at('updated_at').notNull(),
  },
  (table) => [index('agents_organisation').on(table.organisationId, table.id)],
)

export const calls = pgTable(
  'calls',
  {
    id: text('id').primaryKey(),
    organisationId: organisationId(),
    /** No foreign key: the log outlives its agent. */
    agentId: text('agent_id').notNull(),
    sessionId: text('session_id').notNull(),
    kind: text('kind').$type<'web' | 'phone' | 'bridge'>().notNull(),
    direction: text('direction').$type<'inbound' | 'outbound'>().notNull(),
    carrier: text('carrier'),
    carrierCallId: text('carrier_call_id'),
    /** The house number it goes over. */
    phoneNumberId: text('phone_number_id'),
    fromHash: text('from_hash'),
    toHash: text('to_hash'),
    status: text('status').notNull(),
    endReason: text('end_reason'),
    startedAt: at('started_at').notNull(),
    connectedAt: at('connected_at'),
    endedAt: at('ended_at'),
    ai: text('ai').$type<'active' | 'paused' | 'off'>().notNull(),
    /** The operator who speaks in the agent's place, and what they are called. */
    heldBy: text('held_by'),
    heldByName: text('held_by_name'),
    recording: text('recording'),
    usage: jsonb('usage').$type<Record<string, unknown>>(),
    /** Sealed under the call's key: numbers, variables, page, user id, consent. */
    details: bytes('details'),
    /** The relay that holds the media, until when nobody else may settle the call. */
    owner: text('owner').notNull(),
    leaseUntil: at('lease_until').notNull(),
    head: bytes('head'),
    signature: bytes('signature'),
    erasedAt: at('erased_at'),
  },
  (table) => [
    index('calls_newest').on(table.organisationId, table.startedAt, table.id),
    index('calls_session').on(table.organisationId, table.sessionId),
    index('calls_open').on(table.leaseUntil).where(sql`ended_at is null`),
    index('calls_carrier').on(table.carrier, table.carrierCallId),
    index('calls_from').on(table.organisationId, table.fromHash, table.startedAt).where(sql`from_hash is not null`),
    index('calls_to').on(table.organisationId, table.toHash, table.startedAt).where(sql`to_hash is not null`),
  ],
)

/** A call's data key and chain salt, wrapped. A table of its own, small enough to be rewritten whole when a key is destroyed. */
export const callKeys = pgTable('call_keys', {
  callId: text('call_id').primaryKey(),
  /** Which ENCRYPTION_KEY wraps it. */
  keyId: text('key_id').notNull(),
  wrapped: bytes('wrapped').notNull(),
})

export const entries = pgTable(
  'entries',
  {
    callId: text('call_id')
      .notNull()
      .references(() => calls.id, { onDelete: 'cascade' }),
    entryId: text('entry_id').notNull(),
    place: integer('place').notNull(),
    /** Number of the transcript message that told its newest state: what a reader that comes back has seen. */
    seq: integer('seq').notNull(),
    role: text('role').notNull(),
    text: bytes('text'),
    final: boolean('final').notNull(),
    interrupted: boolean('interrupted').notNull(),
    startedAt: at('started_at').notNull(),
    endedAt: at('ended_at'),
  },
  (table) => [primaryKey({ columns: [table.callId, table.entryId] })],
)

export const events = pgTable(
  'events',
  {
    callId: text('call_id')
      .notNull()
      .references(() => calls.id, { onDelete: 'cascade' }),
    seq: integer('seq').notNull(),
    at: at('at').notNull(),
    type: text('type').notNull(),
    payload: bytes('payload'),
    commitment: bytes('commitment').notNull(),
    hash: bytes('hash').notNull(),
  },
  (table) => [primaryKey({ columns: [table.callId, table.seq] })],
)
