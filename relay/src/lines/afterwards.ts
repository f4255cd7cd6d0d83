import type { Clock } from '../calls/ports.ts'
import type { Logger } from '../logger.ts'
import { Problem } from '../protocol/index.ts'

/** Carriers want their answer within two seconds, and their proof takes its part of it. */
const ANSWER_WITHIN_MS = 1000
const ALIVE_WITHIN_MS = 500
const AGAIN_AFTER_MS = 1000
/** Some minutes of a busy house; beyond it carriers are told that it failed, and may say it again. */
const MOST_KEPT = 10_000

/** What a carrier has told is written down when the database is back: carriers repeat little or nothing, so nobody would say it again. */
export interface Afterwards {
  /**
   * Does it, more than once if need be. Resolves when it is done, or when the carrier has waited long enough for something that goes on
   * or is kept. Rejects as `act` does while the database is there.
   */
  now(act: () => Promise<unknown>): Promise<void>
  /** How much is kept. */
  readonly size: number
  close(): void
}

export function createAfterwards(o: { clock: Clock; logger: Logger; alive: (withinMs: number) => Promise<boolean> }): Afterwards {
  const { alive, clock, logger } = o
  const kept: (() => Promise<unknown>)[] = []
  let cancel: (() => void) | undefined
  let closed = false

  async function attempt(act: () => Promise<unknown>) {
    try {
      await act()
    } catch (error) {
      if (error instanceof Problem) throw error
      // It may have come back in this moment.
      if (await alive(ALIVE_WITHIN_MS)) return void (await act())
      if (closed || kept.length >= MOST_KEPT) throw error
      kept.push(act)
      if (kept.length === 1) logger.warn({ err: error }, 'the database is away: what carriers tell is kept until it is back')
      again()
    }
  }

  function again() {
    if (closed) return
    cancel ??= clock.after(AGAIN_AFTER_MS, () => {
      void catchUp().finally(() => {
        cancel = undefined
        if (kept.length > 0) again()
      })
    })
  }

  async function catchUp() {
    for (let [act] = kept; act && !closed && (await alive(ALIVE_WITHIN_MS)); [act] = kept) {
      try {
        await act()
      } catch (error) {
        // Away again: it stays the first.
        if (!(await alive(ALIVE_WITHIN_MS))) return
        logger.error({ err: error }, 'what a carrier told could not be written down')
      }
      kept.shift()
    }
  }

  return {
    async now(act) {
      const waited = Promise.withResolvers<'waited'>()
      const stop = clock.after(ANSWER_WITHIN_MS, () => waited.resolve('waited'))
      const tried = attempt(act)
      const which = await Promise.race([tried, waited.promise]).finally(stop)
      if (which === 'waited') tried.catch((error: unknown) => logger.error({ err: error }, 'what a carrier told could not be written down'))
    },
    get size() {
      return kept.length
    },
    close() {
      closed = true
      cancel?.()
      if (kept.length > 0)
        logger.error({ kept: kept.length }, 'what carriers told while the database was away is lost: it did not come back')
    },
  }
}
