import { randomBytes } from 'node:crypto'
import { and, asc, eq, gt, isNull, or } from 'drizzle-orm'
import type { Keyring } from '../access/encryption.ts'
import { openHouseKeys } from '../access/house-keys.ts'
import type { Clock } from '../calls/ports.ts'
import type { Store } from '../store/open.ts'
import { pageOf } from '../store/page.ts'
import { doNotCall as table } from '../store/schema.ts'

/** Numbers that want no calls: each organisation's list, and the house's own (`undefined`). */
export interface DoNotCall {
  /** On whose list the number stands now. */
  listed(organisationId: string, numberHash: string): Promise<'house' | 'organisation' | undefined>
  /** A number that stands there already gets the newer reason and end. `e164` must be a valid number. */
  add(organisationId: string | undefined, entry: { e164: string; reason?: string; until?: Date }): Promise<DoNotCallEntry>
  remove(organisationId: string | undefined, which: { id: string } | { e164: string }): Promise<boolean>
  list(
    organisationId: string | undefined,
    q: { cursor?: string | undefined; limit: number },
  ): Promise<{ entries: DoNotCallEntry[]; nextCursor?: string }>
}

export interface DoNotCallEntry {
  id: string
  phoneNumber: string
  reason?: string
  until?: Date
  createdAt: Date
}

export function createDoNotCall(o: { store: Store; keyring: Keyring; clock: Clock }): DoNotCall {
  const { db } = o.store
  const house = () => openHouseKeys(o.store, o.keyring)
  const now = () => new Date(o.clock.nowMs())
  const of = (organisationId: string | undefined) =>
    organisationId === undefined ? isNull(table.organisationId) : eq(table.organisationId, organisationId)
  const placeOf = (numberHash: string) => `do-not-call:${numberHash}`
  return {
    async listed(organisationId, numberHash) {
      const rows = await db
        .select({ organisationId: table.organisationId })
        .from(table)
        .where(
          and(
            eq(table.numberHash, numberHash),
            or(isNull(table.organisationId), eq(table.organisationId, organisationId)),
            or(isNull(table.until), gt(table.until, now())),
          ),
        )
      if (rows.length === 0) return undefined
      return rows.some((row) => row.organisationId === null) ? 'house' : 'organisation'
    },
    async add(organisationId, { e164, reason, until }) {
      const keys = await house()
      const numberHash = keys.numberHash(e164)
      const said = { reason: reason ?? null, until: until ?? null }
      const [row] = await db
        .insert(table)
        .values({
          id: `dnc_${randomBytes(12).toString('base64url')}`,
          organisationId: organisationId ?? null,
          numberHash,
          number: keys.sealSecret(e164, placeOf(numberHash)),
          createdAt: now(),
          ...said,
        })
        .onConflictDoUpdate({ target: [table.organisationId, table.numberHash], set: said })
        .returning()
      if (!row) throw new Error('a stored number did not come back')
      return entryOf(row, e164)
    },
    async remove(organisationId, which) {
      const wanted = 'id' in which ? eq(table.id, which.id) : eq(table.numberHash, (await house()).numberHash(which.e164))
      const gone = await db
        .delete(table)
        .where(and(of(organisationId), wanted))
        .returning({ id: table.id })
      return gone.length > 0
    },
    async list(organisationId, { cursor, limit }) {
      const keys = await house()
      const rows = await db
        .select()
        .from(table)
        .where(and(of(organisationId), cursor === undefined ? undefined : gt(table.id, cursor)))
        .orderBy(asc(table.id))
        .limit(limit + 1)
      const { rows: listed, ...next } = pageOf(rows, limit, ({ id }) => id)
      return { entries: listed.map((row) => entryOf(row, keys.openSecret(row.number, placeOf(row.numberHash)))), ...next }
    },
  }
}

function entryOf(row: typeof table.$inferSelect, phoneNumber: string): DoNotCallEntry {
  return {
    id: row.id,
    phoneNumber,
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.until === null ? {} : { until: row.until }),
    createdAt: row.createdAt,
  }
}
