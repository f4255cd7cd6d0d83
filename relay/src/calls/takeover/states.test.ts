import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FREE, nextTakeover, type Takeover, type TakeoverEvent, takeoverDeadlineMs } from './states.ts'

const TYPES = ['take', 'said', 'here', 'gone', 'time-up', 'give-back', 'right-lost', 'call-over'] as const
const STATES: readonly Takeover[] = [
  FREE,
  { is: 'taking', here: false, everHere: false },
  { is: 'taking', here: true, everHere: true },
  { is: 'taking', here: false, everHere: true },
  { is: 'held' },
  { is: 'away', everHere: true },
  { is: 'away', everHere: false },
]
const events = fc.array(fc.constantFrom(...TYPES).map((type): TakeoverEvent => ({ type })))
const run = (types: readonly TakeoverEvent['type'][]) => types.reduce<Takeover>((state, type) => nextTakeover(state, { type }), FREE)
const TIMES = { sentenceMs: 1, firstConnectMs: 2, awayMs: 3 }

describe('a takeover', () => {
  it.each<[readonly TakeoverEvent['type'][], Takeover]>([
    [['take', 'here', 'said'], { is: 'held' }],
    [['take', 'said', 'here'], { is: 'held' }],
    [['take', 'time-up'], { is: 'away', everHere: false }],
    [['take', 'here', 'gone', 'said'], { is: 'away', everHere: true }],
    [['take', 'here', 'said', 'gone'], { is: 'away', everHere: true }],
    [['take', 'here', 'said', 'gone', 'here'], { is: 'held' }],
    [['take', 'here', 'said', 'gone', 'time-up'], { is: 'free', why: 'connection' }],
    [['take', 'said', 'time-up'], { is: 'free', why: 'connection' }],
    [['take', 'here', 'said', 'give-back'], { is: 'free', why: 'operator' }],
    [['take', 'give-back'], { is: 'free', why: 'operator' }],
    [['take', 'here', 'said', 'right-lost'], { is: 'free', why: 'connection' }],
    [['take', 'here', 'said', 'gone', 'call-over'], { is: 'free', why: 'call' }],
    [['take', 'here', 'said', 'take'], { is: 'held' }],
    [['take', 'here', 'said', 'give-back', 'take'], { is: 'taking', here: false, everHere: false }],
  ])('%j leads to %j', (types, expected) => {
    expect(run(types)).toEqual(expected)
  })

  it('goes only where the table leads, in any order of events', () => {
    const LEADS: Record<Takeover['is'], readonly Takeover['is'][]> = {
      free: ['taking'],
      taking: ['held', 'away', 'free'],
      held: ['away', 'free'],
      away: ['held', 'free'],
    }
    for (const state of STATES) {
      for (const type of TYPES) expect([state.is, ...LEADS[state.is]]).toContain(nextTakeover(state, { type }).is)
    }
    fc.assert(
      fc.property(events, (all) => {
        let state: Takeover = FREE
        for (const event of all) {
          const next = nextTakeover(state, event)
          expect([state.is, ...LEADS[state.is]]).toContain(next.is)
          expect(STATES.map(({ is }) => is)).toContain(next.is)
          // Whoever holds a call is known to be there, or is waited for with a deadline.
          if (next.is === 'away' || next.is === 'taking') expect(takeoverDeadlineMs(next, TIMES)).toBeGreaterThan(0)
          else expect(takeoverDeadlineMs(next, TIMES)).toBeUndefined()
          if (next.is === 'free' && state.is !== 'free') expect(next.why).toBeDefined()
          state = next
        }
      }),
      { numRuns: 500 },
    )
  })

  it('ends with the call, whatever came before', () => {
    fc.assert(
      fc.property(events, (all) => {
        expect(nextTakeover(all.reduce(nextTakeover, FREE), { type: 'call-over' }).is).toBe('free')
      }),
    )
  })

  it('comes back to the agent when nobody comes, whatever came before', () => {
    fc.assert(
      fc.property(events, (all) => {
        let state: Takeover = nextTakeover(all.reduce(nextTakeover, FREE), { type: 'gone' })
        while (takeoverDeadlineMs(state, TIMES) !== undefined) state = nextTakeover(state, { type: 'time-up' })
        expect(state.is).toBe('free')
      }),
    )
  })
})
