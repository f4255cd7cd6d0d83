import { and, eq, isNull, lt } from 'drizzle-orm'
import type { Keyring } from '../../access/encryption.ts'
import { openHouseKeys } from '../../access/house-keys.ts'
import type { Logger } from '../../logger.ts'
import type { Store } from '../../store/open.ts'
import { callKeys, calls } from '../../store/schema.ts'
import type { Clock } from '../ports.ts'
import { lastEvent, nextEvent, writeEnd, writeEvents } from './call-record.ts'
import { origin } from './chain.ts'

const BATCH = 100

export interface Sweeper {
  /** At start: calls left open by a relay that is gone. On the embedded store that is every open one, for nobody else can hold any. */
  settleOwn(): Promise<number>
  start(): void
  stop(): Promise<void>
}

/** Ends calls whose relay is gone: failed, `error`, one terminal event, the chain sealed. */
export function createSweeper(o: {
  store: Store
  keyring: Keyring
  /** Calls whose books are open here live, however late their lease is after an outage. */
  log: { holds(callId: string): boolean }
  clock: Clock
  logger: Logger
  everyMs: number
}): Sweeper {
  const { clock, store } = o
  let cancel: (() => void) | undefined
  let sweeping: Promise<unknown> = Promise.resolve()
  let stopped = false

  async function settle(all: boolean): Promise<number> {
    let settled = 0
    for (;;) {
      const orphan = all ? isNull(calls.endedAt) : and(isNull(calls.endedAt), lt(calls.leaseUntil, new Date(clock.nowMs())))
      const rows = await store.db.select({ id: calls.id }).from(calls).where(orphan).limit(BATCH)
      let here = 0
      for (const { id } of rows) {
        if (o.log.holds(id)) continue
        if (await settleOne(id, all)) here += 1
      }
      settled += here
      // A full batch of calls that are all held would come again for ever.
      if (rows.length < BATCH || here === 0) return settled
    }
  }

  async function settleOne(id: string, all: boolean): Promise<boolean> {
    const house = await openHouseKeys(store, o.keyring)
    return store.db.transaction(async (tx) => {
      const [row] = await tx
        .select()
        .from(calls)
        .where(and(eq(calls.id, id), isNull(calls.endedAt)))
        .for('update')
      const nowMs = Math.floor(clock.nowMs())
      if (!row || (!all && row.leaseUntil.getTime() > nowMs)) return false
      const [wrapped] = await tx.select().from(callKeys).where(eq(callKeys.callId, id))
      let last = (await lastEvent(tx, id)) ?? { seq: 0, hash: origin(id) }
      if (wrapped) {
        const key = o.keyring.openCallKey(id, wrapped)
        const event = nextEvent(id, key, last, {
          atMs: nowMs,
          type: 'call.ended',
          payload: { status: 'failed', reason: 'error', settled: true },
        })
        await writeEvents(tx, [event])
        last = { seq: event.seq, hash: event.hash }
      }
      return writeEnd(tx, house, { callId: id, status: 'failed', endReason: 'error', atMs: nowMs, last })
    })
  }

  function later() {
    cancel = clock.after(o.everyMs, () => {
      sweeping = settle(false)
        .then((settled) => settled > 0 && o.logger.warn({ settled }, 'ended calls whose relay is gone'))
        .catch((error: unknown) => o.logger.warn({ err: error }, 'could not look for calls whose relay is gone'))
        .finally(() => {
          if (!stopped) later()
        })
    })
  }

  return {
    settleOwn: () => settle(store.kind === 'pglite'),
    start: later,
    async stop() {
      stopped = true
      cancel?.()
      await sweeping
    },
  }
}
