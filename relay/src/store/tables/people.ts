import { bigserial, index, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { at } from './columns.ts'

/** Who works here, and what they may do. */

export const organisations = pgTable('organisations', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  createdAt: at('created_at').notNull(),
})

export const organisationId = () =>
  text('organisation_id')
    .notNull()
    .references(() => organisations.id, { onDelete: 'cascade' })

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
