import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ConferenceEvent, type ConferenceState, deadlineOf, MOST_ASKED, MOVING, nextOf } from './states.ts'

const TYPES = [
  'caller-in',
  'caller-out',
  'invited',
  'operator-in',
  'operator-out',
  'operator-failed',
  'told',
  'no-session',
  'not-moved',
  'give-back',
  'words',
  'call-over',
  'time-up',
] as const
const events = fc.array(
  fc.constantFrom(...TYPES).map((type): ConferenceEvent => ({ type })),
  { maxLength: 40 },
)
const after = (types: readonly ConferenceEvent['type'][]) => types.reduce((state, type) => nextOf(state, { type }), MOVING)
const path = (given: readonly ConferenceEvent[]): ConferenceState[] => {
  const states = [MOVING]
  for (const event of given) states.push(nextOf(states.at(-1) ?? MOVING, event))
  return states
}

describe('a call’s conference', () => {
  it.each<[string, readonly ConferenceEvent['type'][], ConferenceState]>([
    ['both are there', ['caller-in', 'operator-in'], { is: 'met', operator: 'in' }],
    ['the operator is quicker', ['operator-in', 'caller-in'], { is: 'met', operator: 'in' }],
    [
      'the operator comes again after a reload',
      ['caller-in', 'operator-in', 'operator-out', 'invited', 'operator-in'],
      { is: 'met', operator: 'in' },
    ],
    ['the operator is gone too long', ['caller-in', 'operator-in', 'operator-out', 'time-up'], { is: 'returning', asked: 1 }],
    ['the operator’s phone is busy', ['caller-in', 'operator-failed'], { is: 'returning', asked: 1 }],
    ['another phone of an operator who is there fails', ['caller-in', 'operator-in', 'operator-failed'], { is: 'met', operator: 'in' }],
    ['the agent’s words never end', ['time-up'], { is: 'returning', asked: 1 }],
    ['nobody asks what follows', ['told', 'time-up'], { is: 'moving', operator: 'coming', told: 'by-control' }],
    ['the caller never comes over', ['operator-in', 'told', 'time-up', 'time-up'], { is: 'returning', asked: 1 }],
    ['handed back before the caller went', ['give-back', 'caller-in'], { is: 'returning', asked: 1 }],
    ['handed back', ['caller-in', 'operator-in', 'give-back', 'words'], { is: 'over', how: 'back' }],
    ['the caller hangs up', ['caller-in', 'operator-in', 'call-over', 'words'], { is: 'over', how: 'call' }],
    ['never comes back', ['give-back', 'time-up', 'time-up', 'time-up'], { is: 'over', how: 'failed' }],
    ['an old session’s words mean nothing', ['words', 'caller-in', 'words'], { is: 'met', operator: 'coming' }],
  ])('%s', (_, types, state) => expect(after(types)).toEqual(state))

  it('whatever is told in whatever order: nothing leaves its end, nobody who came back goes again, and they talk only when both were told of', () => {
    fc.assert(
      fc.property(events, (given) => {
        const states = path(given)
        for (const [n, state] of states.entries()) {
          const next = states[n + 1]
          if (!next) break
          const told = given.slice(0, n + 1).map(({ type }) => type)
          if (state.is === 'over') expect(next).toBe(state)
          if (state.is === 'returning') expect(['returning', 'over']).toContain(next.is)
          if (next.is === 'met' && next.operator === 'in') {
            expect(told).toContain('caller-in')
            expect(told).toContain('operator-in')
          }
          if (next.is === 'over' && next.how === 'back') expect(told).toContain('words')
        }
      }),
    )
  })

  it('nobody waits for ever: only two who talk have no deadline, and deadlines alone end all else', () => {
    fc.assert(
      fc.property(events, (given) => {
        let state = path(given).at(-1) ?? MOVING
        for (let n = 0; n <= MOST_ASKED + 2 && deadlineOf(state) !== undefined; n++) state = nextOf(state, { type: 'time-up' })
        expect(state.is === 'over' || (state.is === 'met' && state.operator === 'in')).toBe(true)
      }),
    )
  })
})
