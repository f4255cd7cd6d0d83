import { sql } from 'drizzle-orm'
import {
  bigint,
  bigserial,
  boolean,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core'

/** Every table. Each row that is somebody's leads to an organisation; what a person said or is called by is sealed bytes. */

const bytes = customType<{ data: Uint8Array; driverData: Buffer }>({
  dataType: () => 'bytea',
  toDriver: (value) => Buffer.from(value),
})
const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' })
const organisationId = () =>
  text('organisation_id')
    .notNull()
    .references(() => organisations.id, { onDelete: 'cascade' })

export const organisations = pgTable('organisations', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  createdAt: at('created_at').notNull(),
})

export const users = pgTable('users', {
  id: text('id').primaryKey(),
  organisationId: organisationId(),
  email: text('email').notNull().unique(),
  passwordHash: text('password_hash').notNull(),
  role: text('role').notNull(),
  createdAt: at('created_at').notNull(),
})

export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    family: text('family').notNull(),
    hash: text('hash').notNull().unique(),
    createdAt: at('created_at').notNull(),
    expiresAt: at('expires_at').notNull(),
    usedAt: at('used_at'),
    revokedAt: at('revoked_at'),
    /** Where and with what it was asked for, so that people know their own sign-ins. */
    address: text('address'),
    browser: text('browser'),
  },
  (table) => [index('refresh_tokens_family').on(table.family), index('refresh_tokens_user').on(table.userId)],
)

/** Who was asked to join, and has not yet. Joined or withdrawn, the row is gone. */
export const invitations = pgTable(
  'invitations',
  {
    id: text('id').primaryKey(),
    organisationId: organisationId(),
    email: text('email').notNull(),
    role: text('role').notNull(),
    hash: text('hash').notNull().unique(),
    createdAt: at('created_at').notNull(),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [uniqueIndex('invitations_email').on(table.organisationId, table.email)],
)

/** Who did what to which thing of the organisation. Rows are only ever added. */
export const audit = pgTable(
  'audit',
  {
    seq: bigserial('seq', { mode: 'number' }).primaryKey(),
    organisationId: organisationId(),
    at: at('at').notNull(),
    actorKind: text('actor_kind').$type<'user' | 'key'>().notNull(),
    actorId: text('actor_id').notNull(),
    /** As the route table writes it: `POST /api/calls/{id}/hangup`. */
    action: text('action').notNull(),
    target: text('target'),
    address: text('address').notNull(),
  },
  (table) => [index('audit_organisation').on(table.organisationId, table.seq)],
)

export const apiKeys = pgTable('api_keys', {
  id: text('id').primaryKey(),
  organisationId: organisationId(),
  name: text('name').notNull(),
  hash: text('hash').notNull().unique(),
  scopes: jsonb('scopes').$type<string[]>().notNull(),
  createdAt: at('created_at').notNull(),
  revokedAt: at('revoked_at'),
})

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
    heldBy: text('held_by'),
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

/** Calls that somebody asked to be made later. */
export const callbacks = pgTable('callbacks', {
  /** The id the call will have. */
  callId: text('call_id').primaryKey(),
  organisationId: organisationId(),
  agentId: text('agent_id').notNull(),
  sessionId: text('session_id').notNull(),
  runAt: at('run_at').notNull(),
  state: text('state').$type<'waiting' | 'begun' | 'canceled' | 'refused'>().notNull(),
  /** What was asked for, under the house's key: it holds a number. */
  request: bytes('request').notNull(),
  createdAt: at('created_at').notNull(),
})

/** Secrets of the house itself, wrapped like call keys: what must outlive a change of ENCRYPTION_KEY. */
export const houseKeys = pgTable('house_keys', {
  name: text('name').primaryKey(),
  keyId: text('key_id').notNull(),
  wrapped: bytes('wrapped').notNull(),
})

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
