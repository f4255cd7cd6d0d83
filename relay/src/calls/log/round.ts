import type { Clock } from '../ports.ts'

/** A house of so many calls writes this much more seldom: what they all have to say then goes together. */
const PACE_MS_A_CALL = 20
const SLOWEST_PACE_MS = 1000
/** Calls that are written at once: sealing all their words must not hold up the sound. */
export const MOST_TOGETHER = 50

/** When the log writes: one timer for all its books, which a full house winds more slowly. */
export interface Round {
  /** At the latest then, as far as the pace allows it. */
  by(dueMs: number): void
  stop(): void
}

/** `go` writes what is due; `busy` says how many calls share the house. Times are the clock's monotonic ones. */
export function createRound(o: { clock: Clock; busy: () => number; go: () => void }): Round {
  const { clock } = o
  let wentMs = Number.NEGATIVE_INFINITY
  let nextMs = Number.POSITIVE_INFINITY
  let cancel: (() => void) | undefined
  return {
    by(dueMs) {
      const busy = o.busy()
      const paceMs = Math.min(SLOWEST_PACE_MS, busy * PACE_MS_A_CALL) / Math.max(1, Math.ceil(busy / MOST_TOGETHER))
      const atMs = Math.max(dueMs, wentMs + paceMs)
      if (atMs >= nextMs) return
      cancel?.()
      nextMs = atMs
      cancel = clock.after(atMs - clock.monotonicMs(), () => {
        nextMs = Number.POSITIVE_INFINITY
        wentMs = clock.monotonicMs()
        o.go()
      })
    },
    stop() {
      cancel?.()
      nextMs = Number.NEGATIVE_INFINITY
    },
  }
}
