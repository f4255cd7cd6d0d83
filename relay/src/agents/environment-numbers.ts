import { createHmac } from 'node:crypto'
import { asc, sql } from 'drizzle-orm'
import { deriveKey } from '../access/secrets.ts'
import type { Carrier } from '../carriers/carrier.ts'
import type { Settings } from '../settings.ts'
import type { Store } from '../store/open.ts'
import { organisations, environmentNumbers as table } from '../store/schema.ts'
import type { KeptNumber } from './kept-number.ts'

/** Numbers that variables set up: one a carrier, the first organisation's, always there, changed in the environment alone. */
export interface EnvironmentNumbers {
  /** All of them; with an organisation only when they are its own. */
  list(organisationId?: string): Promise<KeptNumber[]>
  find(id: string): Promise<KeptNumber | undefined>
  link(id: string, agentId: string | undefined): Promise<void>
  /** Its next secret and stream token: the old ones are wrong at once. */
  rotate(id: string): Promise<void>
}

export function createEnvironmentNumbers(o: {
  store: Store
  carriers: readonly Carrier[]
  settings: Settings
  authSecret: string
}): EnvironmentNumbers {
  const { db } = o.store
  const key = deriveKey(o.authSecret, 'numbers')
  // The same on every relay of this house and after every start, so that what was pasted at the carrier stays right.
  const made = (id: string, what: string, rotations: number) =>
    createHmac('sha256', key)
      .update(JSON.stringify([id, what, rotations]))
      .digest('base64url')
  const set = o.carriers.flatMap((carrier) => {
    const found = carrier.fromEnvironment(o.settings)
    return found ? [{ id: `env-${carrier.name}`, provider: carrier.name, ...found }] : []
  })

  async function list(organisationId?: string): Promise<KeptNumber[]> {
    if (set.length === 0) return []
    const [first] = await db
      .select({ id: organisations.id })
      .from(organisations)
      .orderBy(asc(organisations.createdAt), asc(organisations.id))
      .limit(1)
    if (!first || (organisationId !== undefined && organisationId !== first.id)) return []
    const rows = new Map((await db.select().from(table)).map((row) => [row.id, row]))
    return set.map(({ id, provider, phoneNumber, config }) => {
      const { agentId, rotations } = rows.get(id) ?? { agentId: null, rotations: 0 }
      return {
        id,
        organisationId: first.id,
        provider,
        phoneNumber,
        displayName: phoneNumber,
        config,
        active: true,
        agentId: agentId ?? undefined,
        inboundAnswer: 'auto',
        allowedAddresses: [],
        secret: made(id, 'webhook', rotations),
        streamToken: made(id, 'stream', rotations),
        fromEnvironment: true,
        createdAt: undefined,
        updatedAt: undefined,
      }
    })
  }
  return {
    list,
    find: async (id) => (set.some((each) => each.id === id) ? (await list()).find((each) => each.id === id) : undefined),
    async link(id, agentId) {
      const value = agentId ?? null
      await db
        .insert(table)
        .values({ id, agentId: value, rotations: 0 })
        .onConflictDoUpdate({ target: table.id, set: { agentId: value } })
    },
    async rotate(id) {
      await db
        .insert(table)
        .values({ id, agentId: null, rotations: 1 })
        .onConflictDoUpdate({ target: table.id, set: { rotations: sql`${table.rotations} + 1` } })
    },
  }
}
