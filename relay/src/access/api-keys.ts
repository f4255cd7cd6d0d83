import { createHash, randomBytes } from 'node:crypto'
import { and, asc, eq, gt, isNull } from 'drizzle-orm'
import type { Clock } from '../calls/ports.ts'
import { Problem } from '../protocol/problem.ts'
import type { Store } from '../store/open.ts'
import { pageOf } from '../store/page.ts'
import { apiKeys as table } from '../store/schema.ts'
import { type Principal, SCOPES, type Scope } from './roles.ts'

const PREFIX = 'va_'

export interface ApiKeyInfo {
  id: string
  name: string
  scopes: Scope[]
  createdAt: string
}

export interface ApiKeys {
  list(organisationId: string, q: { cursor?: string | undefined; limit: number }): Promise<{ apiKeys: ApiKeyInfo[]; nextCursor?: string }>
  /** `key` is said this once; only its hash is kept. */
  create(organisationId: string, o: { name: string; scopes: Scope[] }): Promise<{ apiKey: ApiKeyInfo; key: string }>
  revoke(organisationId: string, id: string): Promise<boolean>
  /** @throws Problem unauthorized */
  identify(key: string): Promise<Principal>
}

export function isApiKey(bearer: string): boolean {
  return bearer.startsWith(PREFIX)
}

/** 256 random bits need no slow hash, and a look-up by hash tells nothing by its time. */
const hashOf = (key: string) => createHash('sha256').update(key).digest('base64url')

export function createApiKeys(o: { store: Store; clock: Clock }): ApiKeys {
  const { db } = o.store
  const live = (organisationId: string) => and(eq(table.organisationId, organisationId), isNull(table.revokedAt))
  const now = () => new Date(o.clock.nowMs())
  return {
    async list(organisationId, { cursor, limit }) {
      const rows = await db
        .select()
        .from(table)
        .where(and(live(organisationId), cursor === undefined ? undefined : gt(table.id, cursor)))
        .orderBy(asc(table.id))
        .limit(limit + 1)
      const { rows: apiKeys, ...next } = pageOf(rows, limit, ({ id }) => id)
      return { apiKeys: apiKeys.map(infoOf), ...next }
    },
    async create(organisationId, { name, scopes }) {
      const key = PREFIX + randomBytes(32).toString('base64url')
      const values = {
        id: `key_${randomBytes(9).toString('base64url')}`,
        organisationId,
        name,
        scopes: [...new Set(scopes)],
        hash: hashOf(key),
        createdAt: now(),
      }
      const [row] = await db.insert(table).values(values).returning()
      if (!row) throw new Error('an inserted API key did not come back')
      return { apiKey: infoOf(row), key }
    },
    async revoke(organisationId, id) {
      const gone = await db
        .update(table)
        .set({ revokedAt: now() })
        .where(and(live(organisationId), eq(table.id, id)))
        .returning({ id: table.id })
      return gone.length > 0
    },
    async identify(key) {
      const [row] = await db
        .select()
        .from(table)
        .where(and(eq(table.hash, hashOf(key)), isNull(table.revokedAt)))
      if (!row) throw new Problem('unauthorized', 'The API key is not valid.')
      return { kind: 'key', organisationId: row.organisationId, keyId: row.id, scopes: knownScopes(row.scopes) }
    },
  }
}

function infoOf(row: typeof table.$inferSelect): ApiKeyInfo {
  return {
    id: row.id,
    name: row.name,
    scopes: knownScopes(row.scopes),
    createdAt: row.createdAt.toISOString(),
  }
}

/** A scope that a later version stored, and this one does not know, grants nothing. */
function knownScopes(scopes: readonly string[]): Scope[] {
  return SCOPES.filter((scope) => scopes.includes(scope))
}
