import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CALL_EVENTS, CALL_STATES, type CallState, hangUpIn, nextState } from './call-states.ts'

const order = (state: CallState) => CALL_STATES.indexOf(state)

test('whatever happens, a call goes forward, ends once with a reason, and talks only when it was answered', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...CALL_EVENTS), { maxLength: 30 }), (events) => {
      let state: CallState = 'dialling'
      let ends = 0
      for (const event of events) {
        const next = nextState(state, event)
        if (!next) continue
        expect(order(next.state)).toBeGreaterThan(order(state))
        expect(next.state === 'talking').toBe(event === 'answer')
        expect(next.end !== undefined).toBe(next.state === 'over')
        if (next.end) ends++
        state = next.state
      }
      expect(ends).toBe(state === 'over' ? 1 : 0)
    }),
  )
})

test('hanging up ends every call that is not over, whoever does it', () => {
  for (const by of ['caller', 'callee'] as const)
    for (const state of CALL_STATES) expect(nextState(state, hangUpIn(state, by))?.state).toBe(state === 'over' ? undefined : 'over')
})

test.each([
  ['dialling', 'busy', 'busy'],
  ['dialling', 'fail', 'failed'],
  ['dialling', 'answer', undefined],
  ['ringing', 'decline', 'declined'],
  ['ringing', 'give-up', 'no-answer'],
  ['ringing', 'cancel', 'cancelled'],
  ['ringing', 'hang-up', undefined],
  ['talking', 'hang-up', 'hung-up'],
  ['talking', 'drop', 'dropped'],
  ['talking', 'busy', undefined],
] as const)('%s, %s: %s', (state, event, end) => {
  expect(nextState(state, event)).toEqual(end && { state: 'over', end })
})
