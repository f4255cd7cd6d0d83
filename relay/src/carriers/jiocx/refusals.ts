import type { Clock } from '../../calls/ports.ts'
import { CarrierFault } from '../carrier.ts'

const FROM_MS = 5000
const TO_MS = 300_000
/** Whoever is refused again waits twice as long as before. */
export const barredFor = (beforeMs: number) => Math.min(Math.max(beforeMs * 2, FROM_MS), TO_MS)

/**
 * Refusals of credentials that go with every request. One may be about one call, so the same is not asked for a while;
 * after two different ones, with nothing taken between, it is the account that is refused, and nothing is.
 */
export interface Refusals {
  /** @param what tells this request from others. @throws CarrierFault; for a while the same again without asking */
  heed<T>(what: string, ask: () => Promise<T>): Promise<T>
}

interface Bar {
  /** Undefined: of whatever is asked. */
  readonly what: string | undefined
  readonly fault: CarrierFault
  readonly forMs: number
  /** Infinite while one request finds out whether it still stands. */
  untilMs: number
}

export function createRefusals(clock: Clock): Refusals {
  let bar: Bar | undefined

  const put = (what: string | undefined, fault: CarrierFault, beforeMs = 0) => {
    const forMs = barredFor(beforeMs)
    bar = { what, fault, forMs, untilMs: clock.monotonicMs() + forMs }
  }

  function refused(what: string, fault: CarrierFault, met: Bar | undefined) {
    if (!bar) put(what, fault)
    else if (bar === met) put(bar.what, fault, bar.forMs)
    else if (bar.what !== undefined && bar.what !== what) put(undefined, fault)
    // Else it was on its way before the bar stood.
  }

  return {
    async heed(what, ask) {
      const met = bar?.what === undefined || bar.what === what ? bar : undefined
      if (met && clock.monotonicMs() < met.untilMs) throw met.fault
      if (met) met.untilMs = Number.POSITIVE_INFINITY
      try {
        const answer = await ask()
        bar = undefined
        return answer
      } catch (error) {
        // Any other fault says nothing of the credentials: the next one finds out.
        if (met) met.untilMs = clock.monotonicMs()
        if (error instanceof CarrierFault && error.code === 'unauthorized') refused(what, error, met)
        throw error
      }
    },
  }
}
