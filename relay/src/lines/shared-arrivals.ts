import { and, asc, eq, gt, isNull, lt } from 'drizzle-orm'
import type { Keyring } from '../access/encryption.ts'
import { type HouseKeys, openHouseKeys } from '../access/house-keys.ts'
import type { Clock } from '../calls/ports.ts'
import type { Logger } from '../logger.ts'
import type { Store } from '../store/open.ts'
import { calls, expectedArrivals as table } from '../store/schema.ts'
import type { CameIn, Claim, Expectation } from './arrivals.ts'
import { marksAsked, marksKept } from './number-marks.ts'

/**
 * What a house of several relays waits for at its numbers, so that the relay which hears of an incoming call first finds the one that rang for it. Who
 * is waited for stands here as keyed hashes only.
 */
export interface SharedArrivals {
  /** Never rejects: a call that is not found here is an ordinary one to the other relays. */
  expect(expectation: Expectation): void
  /** Which call of ours this would be; nothing is taken. */
  whose(arrival: CameIn): Promise<Claim>
  /** Takes it: whatever comes later is another one's, but for the same incoming call. */
  claim(arrival: CameIn): Promise<Claim>
  forget(callId: string): void
  /** Resolves when what was told so far is written. */
  settled(): Promise<unknown>
}

type Row = Pick<typeof table.$inferSelect, 'callId' | 'visitor' | 'shown' | 'unclear' | 'takenBy'>

export function createSharedArrivals(o: { store: Store; keyring: Keyring; clock: Clock; logger: Logger }): SharedArrivals {
  const { clock, logger, store } = o
  const { db } = store
  /** One after the other, so that nothing is forgotten before it was expected. */
  let writing: Promise<unknown> = Promise.resolve()
  const later = (write: () => Promise<unknown>) => {
    writing = writing
      .then(write)
      .catch((error: unknown) => logger.warn({ err: error }, 'the other relays were not told which call is waited for'))
  }
  const hashed = (keys: HouseKeys, numberId: string, marks: readonly string[]) =>
    marks.map((mark) => keys.numberHash(`arrival at ${numberId}: ${mark}`))

  async function decide({ carrierCallId, from, numberId }: CameIn): Promise<Claim> {
    const marks = marksAsked(from)
    if (marks.length === 0) return undefined
    const rows: Row[] = await db
      .select({ callId: table.callId, visitor: table.visitor, shown: table.shown, unclear: table.unclear, takenBy: table.takenBy })
      .from(table)
      .innerJoin(calls, eq(calls.id, table.callId))
      .where(and(eq(table.numberId, numberId), gt(table.until, new Date(clock.nowMs())), isNull(calls.endedAt)))
      .orderBy(asc(table.expectedAt), asc(table.callId))
    const again = rows.find(({ takenBy }) => takenBy === carrierCallId)
    if (again) return { is: 'ours', callId: again.callId }
    const open = rows.filter(({ takenBy }) => takenBy === null)
    if (open.length === 0) return undefined
    const asked = new Set(hashed(await openHouseKeys(store, o.keyring), numberId, marks))
    const known = (kept: readonly string[]) => kept.some((mark) => asked.has(mark))
    const exact = open.filter(({ visitor }) => known(visitor))
    const meant = exact.length > 0 ? exact : open.filter(({ shown }) => known(shown))
    const [first] = meant
    if (!first) return undefined
    if (meant.length > 1 && meant.some(({ unclear }) => unclear === 'refuse')) return { is: 'unclear' }
    return { is: 'ours', callId: first.callId }
  }

  return {
    expect({ callId, numberId, shown, unclear, visitor, withinMs }) {
      const nowMs = clock.nowMs()
      later(async () => {
        const keys = await openHouseKeys(store, o.keyring)
        const row = {
          ...{ callId, numberId, unclear, takenBy: null },
          visitor: hashed(keys, numberId, marksKept(visitor)),
          shown: hashed(keys, numberId, shown.flatMap(marksKept)),
          expectedAt: new Date(nowMs),
          until: new Date(nowMs + withinMs),
        }
        await db.insert(table).values(row).onConflictDoUpdate({ target: table.callId, set: row })
        // What a relay left that died.
        await db.delete(table).where(lt(table.until, new Date(nowMs)))
      })
    },
    whose: decide,
    async claim(arrival) {
      for (;;) {
        const claim = await decide(arrival)
        if (claim?.is !== 'ours') return claim
        const taken = await db
          .update(table)
          .set({ takenBy: arrival.carrierCallId })
          .where(and(eq(table.callId, claim.callId), isNull(table.takenBy)))
          .returning({ callId: table.callId })
        if (taken.length > 0) return claim
        // Taken meanwhile, by the same incoming call or by another one.
        const now = await decide(arrival)
        if (now?.is !== 'ours' || now.callId === claim.callId) return now
      }
    },
    forget: (callId) => later(() => db.delete(table).where(eq(table.callId, callId))),
    settled: () => writing,
  }
}
