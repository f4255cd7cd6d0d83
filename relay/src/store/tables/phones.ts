import { sql } from 'drizzle-orm'
import { bigint, boolean, index, integer, jsonb, pgTable, text, unique, uniqueIndex } from 'drizzle-orm/pg-core'
import { agents } from './calls.ts'
import { at, bytes } from './columns.ts'
import { organisationId, organisations } from './people.ts'

/** Numbers of ours, and whether others may be rung. */

/** Calls that somebody asked to be made later. */
export const callbacks = pgTable(
  'callbacks',
  {
    /** The id the call will have. */
    callId: text('call_id').primaryKey(),
    organisationId: organisationId(),
    agentId: text('agent_id').notNull(),
    sessionId: text('session_id').notNull(),
    runAt: at('run_at').notNull(),
    state: text('state').$type<'waiting' | 'begun' | 'canceled' | 'refused'>().notNull(),
    /** What was asked for, under the house's key: it holds a number, so it is here while it waits and no longer. */
    request: bytes('request'),
    /** By what wishes are counted when they are asked for; unset in rows of before. */
    numberHash: text('number_hash'),
    askerHash: text('asker_hash'),
    addressHash: text('address_hash'),
    createdAt: at('created_at').notNull(),
  },
  (table) => [
    index('callbacks_run_at').on(table.runAt),
    index('callbacks_number').on(table.numberHash, table.createdAt),
    index('callbacks_asker').on(table.askerHash, table.createdAt),
    index('callbacks_address').on(table.addressHash, table.createdAt),
    index('callbacks_agent').on(table.agentId, table.createdAt),
    index('callbacks_organisation').on(table.organisationId, table.createdAt),
  ],
)

/** Calls of ours that another carrier is to bring to a number of ours, while they are waited for: in a house of several relays alone. */
export const expectedArrivals = pgTable(
  'expected_arrivals',
  {
    /** The call that rings the two. No foreign key: what is waited for ends with its time at the latest. */
    callId: text('call_id').primaryKey(),
    numberId: text('number_id').notNull(),
    /** By what the incoming call may be known, as keyed hashes: the visitor's number, and what the carrier may show instead. */
    visitor: jsonb('visitor').$type<string[]>().notNull(),
    shown: jsonb('shown').$type<string[]>().notNull(),
    unclear: text('unclear').$type<'refuse' | 'first'>().notNull(),
    /** The incoming call that it was. */
    takenBy: text('taken_by'),
    expectedAt: at('expected_at').notNull(),
    until: at('until').notNull(),
  },
  (table) => [index('expected_arrivals_number').on(table.numberId), index('expected_arrivals_until').on(table.until)],
)

/** Numbers that an organisation brought, with the carrier's credentials for each. */
export const phoneNumbers = pgTable(
  'phone_numbers',
  {
    id: text('id').primaryKey(),
    organisationId: organisationId(),
    provider: text('provider').notNull(),
    phoneNumber: text('phone_number').notNull(),
    displayName: text('display_name').notNull(),
    /** Sealed under the house's key, as are the two below. */
    config: bytes('config').notNull(),
    secret: bytes('secret').notNull(),
    streamToken: bytes('stream_token').notNull(),
    active: boolean('active').notNull(),
    /** Unset: the organisation's most recent agent answers. */
    agentId: text('agent_id').references(() => agents.id, { onDelete: 'set null' }),
    inboundAnswer: text('inbound_answer').$type<'auto' | 'xml' | 'url' | 'passthru'>().notNull(),
    allowedIps: jsonb('allowed_ips').$type<string[]>().notNull(),
    /** Who is asked where its own carrier clearly rings nobody, in order. */
    carriers: jsonb('carriers').$type<string[]>().notNull().default([]),
    createdAt: at('created_at').notNull(),
    updatedAt: at('updated_at').notNull(),
  },
  (table) => [
    uniqueIndex('phone_numbers_own').on(table.organisationId, table.phoneNumber),
    index('phone_numbers_dialled').on(table.provider, table.phoneNumber),
  ],
)

/** What may be changed of a number that the environment sets up. */
export const environmentNumbers = pgTable('environment_numbers', {
  id: text('id').primaryKey(),
  agentId: text('agent_id').references(() => agents.id, { onDelete: 'set null' }),
  /** How often its secret was replaced: what it is made from. */
  rotations: integer('rotations').notNull(),
})

/** Whether a number might be rung: every answer of the gate, and what the calls it allowed were to cost. */
export const gateDecisions = pgTable(
  'gate_decisions',
  {
    id: text('id').primaryKey(),
    organisationId: organisationId(),
    /** No foreign keys: answers outlive agents, and are given before there is a call. */
    agentId: text('agent_id').notNull(),
    callId: text('call_id').notNull(),
    at: at('at').notNull(),
    purpose: text('purpose').$type<'requested' | 'service' | 'marketing'>().notNull(),
    carrier: text('carrier').notNull(),
    /** Unset when what was given is no number. */
    numberHash: text('number_hash'),
    numberMasked: text('number_masked').notNull(),
    asker: text('asker').$type<'visitor' | 'operator'>().notNull(),
    /** Who, where that is known. */
    askerHash: text('asker_hash'),
    addressHash: text('address_hash'),
    rule: text('rule').notNull(),
    allowed: boolean('allowed').notNull(),
    /** What the rules looked at; never a number, address or token. */
    inputs: jsonb('inputs').$type<Record<string, unknown>>().notNull(),
    /** Millionths of the house's currency: a minute's price, and what is set aside, later what was spent. */
    perMinuteMicros: bigint('per_minute_micros', { mode: 'number' }).notNull(),
    amountMicros: bigint('amount_micros', { mode: 'number' }).notNull(),
    settledAt: at('settled_at'),
    /** The answer whose phone clearly did not ring: this one is for the same wish over another carrier, and is not counted again. */
    insteadOf: text('instead_of').unique(),
    /** Of a captcha's token that was good: it is taken once. */
    captchaHash: text('captcha_hash').unique(),
  },
  (table) => [
    index('gate_decisions_newest').on(table.organisationId, table.at, table.id),
    index('gate_decisions_call').on(table.callId),
    index('gate_decisions_house').on(table.at).where(sql`allowed`),
    index('gate_decisions_organisation').on(table.organisationId, table.at).where(sql`allowed`),
    index('gate_decisions_agent').on(table.agentId, table.at).where(sql`allowed`),
    index('gate_decisions_number').on(table.numberHash, table.at).where(sql`allowed`),
    index('gate_decisions_asker').on(table.askerHash, table.at).where(sql`allowed`),
    index('gate_decisions_address').on(table.addressHash, table.at).where(sql`allowed`),
  ],
)

/** Numbers that want no calls. */
export const doNotCall = pgTable(
  'do_not_call',
  {
    id: text('id').primaryKey(),
    /** Unset: nobody in the house may call it. */
    organisationId: text('organisation_id').references(() => organisations.id, { onDelete: 'cascade' }),
    numberHash: text('number_hash').notNull(),
    /** The number under the house's key, for those who keep the list. */
    number: bytes('number').notNull(),
    reason: text('reason'),
    until: at('until'),
    createdAt: at('created_at').notNull(),
  },
  (table) => [
    unique('do_not_call_once').on(table.organisationId, table.numberHash).nullsNotDistinct(),
    index('do_not_call_number').on(table.numberHash),
  ],
)

/** What an organisation set otherwise than the house: hours, countries, limits, ceilings, prices. */
export const callingRules = pgTable('calling_rules', {
  organisationId: organisationId().primaryKey(),
  /** gate/calling-rules.ts says what is in it. */
  document: jsonb('document').$type<unknown>().notNull(),
  updatedAt: at('updated_at').notNull(),
})
