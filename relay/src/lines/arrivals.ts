import type { Clock } from '../calls/ports.ts'
import { choose } from './choose-arrival.ts'
import { sameNumber } from './number-marks.ts'

/**
 * A carrier that brings no sound rings a visitor and then one of our own numbers, at a carrier that does; there the call comes in like one that a stranger makes.
 * Who calls is all that an incoming call tells of itself, so that is how it is known to be the one expected: by the visitor's number, else by
 * one that the first carrier shows instead.
 */

export interface Expectation {
  /** The call of ours that rings the two. */
  readonly callId: string
  /** The number where it ends. */
  readonly numberId: string
  /** The visitor's: E.164. */
  readonly visitor: string
  /** What the carrier may show instead, shared by all its calls. */
  readonly shown: readonly string[]
  /** Nothing later belongs to it. */
  readonly withinMs: number
  /** When several calls of ours may be meant: none of them, or the one that waits longest. */
  readonly unclear: 'refuse' | 'first'
}

export interface CameIn {
  readonly numberId: string
  readonly carrierCallId: string
  readonly from: string
}

/** `ours`: it belongs to this call. `unclear`: to one of several, so it is nobody's. Undefined: none is expected from there. */
export type Claim = { is: 'ours'; callId: string } | { is: 'unclear' } | undefined

export interface Arrivals {
  expect(expectation: Expectation): void
  /** Once a call; the same incoming call is answered the same until the call it belongs to is forgotten. */
  claim(arrival: CameIn): Claim
  /** Whether calls of ours are waited for at this number. */
  awaitedAt(numberId: string): boolean
  /** Of a call that is over. */
  forget(callId: string): void
  readonly size: number
}

/** More than ring at once at any house. */
const MOST = 5000

export function createArrivals({ clock }: { clock: Clock }): Arrivals {
  /** In the order in which they were expected. */
  const waiting = new Map<string, { expectation: Expectation; untilMs: number; taken: string | undefined }>()

  const open = (numberId: string) =>
    [...waiting.values()].filter(
      ({ expectation, taken, untilMs }) => expectation.numberId === numberId && taken === undefined && clock.monotonicMs() <= untilMs,
    )

  function decide({ from, numberId }: CameIn): Claim {
    const here = open(numberId).map(({ expectation }) => expectation)
    return choose(here, {
      isVisitor: ({ visitor }) => sameNumber(visitor, from),
      isShown: ({ shown }) => shown.some((each) => sameNumber(each, from)),
    })
  }

  return {
    expect(expectation) {
      const [oldest] = waiting.keys()
      if (waiting.size >= MOST && oldest !== undefined) waiting.delete(oldest)
      waiting.set(expectation.callId, { expectation, untilMs: clock.monotonicMs() + expectation.withinMs, taken: undefined })
    },
    claim(arrival) {
      const name = `${arrival.numberId} ${arrival.carrierCallId}`
      const again = [...waiting.values()].find(({ taken }) => taken === name)
      if (again) return { is: 'ours', callId: again.expectation.callId }
      const claim = decide(arrival)
      const kept = claim?.is === 'ours' ? waiting.get(claim.callId) : undefined
      if (kept) kept.taken = name
      return claim
    },
    awaitedAt: (numberId) => open(numberId).length > 0,
    forget: (callId) => void waiting.delete(callId),
    get size() {
      return waiting.size
    },
  }
}
