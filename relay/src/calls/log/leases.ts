import { and, eq, inArray, isNull } from 'drizzle-orm'
import type { Logger } from '../../logger.ts'
import type { Store } from '../../store/open.ts'
import { calls } from '../../store/schema.ts'
import type { Clock } from '../ports.ts'

/** Another relay may settle a call whose owner has not said for this long that it lives. */
export const LEASE_MS = 15_000
const RENEW_MS = 5000

/** Says again and again of the calls that are held here that they live. */
export function keepLeases(o: {
  store: Store
  clock: Clock
  owner: string
  logger: Logger
  /** Their ids, as they are now. */
  held: () => string[]
}): { stop(): void } {
  const { clock, logger, owner, store } = o
  let stopped = false
  let cancel: (() => void) | undefined

  async function renew() {
    const ids = o.held()
    if (ids.length === 0) return
    await store.db
      .update(calls)
      .set({ leaseUntil: new Date(clock.nowMs() + LEASE_MS) })
      .where(and(inArray(calls.id, ids), eq(calls.owner, owner), isNull(calls.endedAt)))
  }
  function renewLater() {
    cancel = clock.after(RENEW_MS, () => {
      void renew()
        .catch((error: unknown) => logger.warn({ err: error }, 'leases of live calls were not renewed'))
        .finally(() => {
          if (!stopped) renewLater()
        })
    })
  }
  renewLater()
  return {
    stop() {
      stopped = true
      cancel?.()
    },
  }
}
