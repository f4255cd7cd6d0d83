import { and, asc, eq, gt, isNull, lt, ne } from 'drizzle-orm'
import type { Keyring } from '../access/encryption.ts'
import { type HouseKeys, openHouseKeys } from '../access/house-keys.ts'
import type { Clock } from '../calls/ports.ts'
import type { Logger } from '../logger.ts'
import type { Store } from '../store/open.ts'
import { calls, expectedArrivals as table } from '../store/schema.ts'
import type { CameIn, Claim, Expectation } from './arrivals.ts'
import { choose } from './choose-arrival.ts'
import { marksAsked, marksKept } from './number-marks.ts'

/** Who is waited for is told again so often while the store does not take it: the call comes in some seconds later. */
const AGAIN_MS = 1000
const TIDY_EVERY_MS = 60_000

/**
 * What a house of several relays waits for at its numbers, so that the relay which hears of an incoming call first finds the one that rang for it. Who
 * is waited for stands here as keyed hashes only.
 */
export interface SharedArrivals {
  /** Never rejects: what the store does not take is told again in its time, and until then is an ordinary call to the other relays. */
  expect(expectation: Expectation): void
  /** Which call of ours this would be; nothing is taken. */
  whose(arrival: CameIn): Promise<Claim>
  /**
   * Takes it where this relay holds the call: whatever comes later is another one's, but for the same incoming call. Another relay's is named, and
   * stays that relay's to take.
   */
  claim(arrival: CameIn, holds: (callId: string) => boolean): Promise<Claim>
  forget(callId: string): void
  /** What ran out goes, now and from now on: a relay that died has left it. */
  start(): void
  /** Nothing is told again. Resolves when what was told so far is written. */
  close(): Promise<void>
  /** Resolves when what was told so far is written. */
  settled(): Promise<unknown>
}

type Row = Pick<typeof table.$inferSelect, 'callId' | 'visitor' | 'shown' | 'unclear' | 'takenBy'>

export function createSharedArrivals(o: { store: Store; keyring: Keyring; clock: Clock; logger: Logger }): SharedArrivals {
  const { clock, logger, store } = o
  const { db } = store
  /** One after the other, so that nothing is forgotten before it was expected. */
  let writing: Promise<unknown> = Promise.resolve()
  /** By call: what the store has not taken yet. */
  const unwritten = new Map<string, () => void>()
  let cancelAgain: (() => void) | undefined
  let cancelTidy: (() => void) | undefined
  /** One warning an outage. */
  let isAway = false
  const later = (write: () => Promise<unknown>) => {
    writing = writing.then(write).then(
      () => {
        isAway = false
      },
      (error: unknown) => {
        if (!isAway) logger.warn({ err: error }, 'the other relays were not told which call is waited for')
        isAway = true
      },
    )
  }
  const writeAgain = () => {
    for (const write of unwritten.values()) write()
  }
  function tryAgain(error: unknown): never {
    cancelAgain?.()
    cancelAgain = clock.after(AGAIN_MS, writeAgain)
    throw error
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
    return choose(open, { isVisitor: ({ visitor }) => known(visitor), isShown: ({ shown }) => known(shown) })
  }

  async function put({ callId, numberId, shown, unclear, visitor, withinMs }: Expectation, nowMs: number): Promise<void> {
    const keys = await openHouseKeys(store, o.keyring)
    const row = {
      ...{ callId, numberId, unclear, takenBy: null },
      visitor: hashed(keys, numberId, marksKept(visitor)),
      shown: hashed(keys, numberId, shown.flatMap(marksKept)),
      expectedAt: new Date(nowMs),
      until: new Date(nowMs + withinMs),
    }
    // The same row may stand already, and be taken: the answer to the first try was lost.
    const isOlder = ne(table.expectedAt, row.expectedAt)
    await db.insert(table).values(row).onConflictDoUpdate({ target: table.callId, set: row, setWhere: isOlder })
  }

  function tidy() {
    later(() => db.delete(table).where(lt(table.until, new Date(clock.nowMs()))))
    cancelTidy = clock.after(TIDY_EVERY_MS, tidy)
  }

  return {
    expect(expectation) {
      const { callId, withinMs } = expectation
      const nowMs = clock.nowMs()
      const write = () =>
        later(async () => {
          // Written or forgotten meanwhile.
          if (unwritten.get(callId) !== write) return
          if (clock.nowMs() <= nowMs + withinMs) await put(expectation, nowMs).catch(tryAgain)
          unwritten.delete(callId)
        })
      unwritten.set(callId, write)
      write()
    },
    whose: decide,
    async claim(arrival, holds) {
      if (unwritten.size > 0) {
        writeAgain()
        await writing
      }
      for (;;) {
        const claim = await decide(arrival)
        if (claim?.is !== 'ours' || !holds(claim.callId)) return claim
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
    forget(callId) {
      unwritten.delete(callId)
      later(() => db.delete(table).where(eq(table.callId, callId)))
    },
    start: tidy,
    async close() {
      cancelTidy?.()
      unwritten.clear()
      await writing
      cancelAgain?.()
    },
    settled: () => writing,
  }
}
