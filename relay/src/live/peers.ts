import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Clock } from '../calls/ports.ts'
import type { Logger } from '../logger.ts'
import type { Store } from '../store/open.ts'
import { calls, relays } from '../store/schema.ts'
import { createPulse } from './pulse.ts'

const BEAT_MS = 1500
/** A relay whose beat has not changed for so long, while the store answered, is gone. */
const GONE_AFTER_MS = 8000

/** The relay that holds a call which does not live here. */
export type Holder = { organisationId: string } & ({ is: 'there'; id: string; url: string } | { is: 'gone' })

/** The relays of one house: who lives, and who holds a call. */
export interface Peers {
  /** Of this one. */
  readonly id: string
  /** Says that this relay lives, and goes on looking whether the others do. */
  join(): Promise<void>
  leave(): Promise<void>
  /** Undefined for a call that is over, that nobody knows, or that is this relay's own. */
  holding(callId: string): Promise<Holder | undefined>
}

/** `onGone` settles what a relay left that is gone; it is asked again until it resolves, by every relay that lives. */
export function createPeers(o: {
  store: Store
  id: string
  url: string
  clock: Clock
  logger: Logger
  onGone: (relayId: string) => Promise<void>
}): Peers {
  const { clock, id, logger, store } = o
  const pulse = createPulse({ goneAfterMs: GONE_AFTER_MS })
  let cancel: (() => void) | undefined
  let looking: Promise<void> = Promise.resolve()
  let left = false

  async function beat() {
    const mine = { url: o.url, beat: Math.floor(clock.nowMs()) }
    await store.db
      .insert(relays)
      .values({ id, ...mine })
      // A clock that was set back must not look like a heart that stands still.
      .onConflictDoUpdate({ target: relays.id, set: { url: mine.url, beat: sql`greatest(${relays.beat} + 1, ${mine.beat})` } })
  }

  async function look() {
    await beat()
    const others = (await store.db.select().from(relays)).filter((each) => each.id !== id)
    for (const gone of pulse.look(others, clock.monotonicMs())) {
      const stood = others.find((each) => each.id === gone)
      logger.warn({ relay: gone, url: stood?.url }, 'a relay does not answer any more: its calls are being ended')
      await o.onGone(gone)
      await store.db.delete(relays).where(and(eq(relays.id, gone), eq(relays.beat, stood?.beat ?? 0)))
    }
  }

  function later() {
    cancel = clock.after(BEAT_MS, () => {
      looking = look()
        .catch((error: unknown) => {
          // Nobody's heart can be heard while the store is away.
          pulse.deaf()
          logger.warn({ err: error }, 'could not look for the other relays')
        })
        .finally(() => {
          if (!left) later()
        })
    })
  }

  return {
    id,
    async join() {
      await beat()
      later()
    },
    async leave() {
      left = true
      cancel?.()
      await looking
      await store.db.delete(relays).where(eq(relays.id, id))
    },
    async holding(callId) {
      const [row] = await store.db
        .select({ organisationId: calls.organisationId, owner: calls.owner, url: relays.url })
        .from(calls)
        .leftJoin(relays, eq(relays.id, calls.owner))
        .where(and(eq(calls.id, callId), isNull(calls.endedAt)))
      if (!row || row.owner === id) return undefined
      const { organisationId, owner, url } = row
      return url === null || pulse.isGone(owner) ? { organisationId, is: 'gone' } : { organisationId, is: 'there', id: owner, url }
    },
  }
}
