import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FromNetwork } from '../../wire.ts'
import { after, endWords, isLive, NO_CALL } from './state.js'

type News = Extract<FromNetwork, { type: 'rings' | 'state' }>

const rings = (callId = 'a'): News => ({ type: 'rings', handset: 0, callId, from: '+12025550199', carrier: 'twilio' })
const state = (to: 'calling' | 'ringing' | 'talking' | 'over', o: { callId?: string; reason?: string; forMs?: number } = {}): News => {
  const { callId = 'a', ...rest } = o
  return { type: 'state', handset: 0, callId, state: to, with: '+12025550199', ...rest }
}
const play = (...news: News[]) => news.reduce((call, message, at) => after(call, message, 1000 * (at + 1)), NO_CALL)

test('a call that comes in: rings, is answered, is over, and its time is kept', () => {
  expect(play(rings(), state('ringing'))).toMatchObject({ state: 'ringing', other: '+12025550199', carrier: 'twilio', outgoing: false })
  expect(play(rings(), state('ringing'), state('talking'))).toMatchObject({ state: 'talking', answeredAtMs: 3000, carrier: 'twilio' })
  const over = play(rings(), state('ringing'), state('talking'), state('over', { reason: 'hung-up' }))
  expect(over).toMatchObject({ state: 'over', answeredAtMs: 3000, endedAtMs: 4000 })
  expect(endWords(over)).toBe('Call ended')
})

test('a call that was placed here is calling until somebody answers, also while the far side rings', () => {
  expect(play(state('calling'))).toMatchObject({ state: 'calling', outgoing: true })
  expect(play(state('calling'), state('ringing'))).toMatchObject({ state: 'calling', outgoing: true })
  expect(play(state('calling'), state('talking'))).toMatchObject({ state: 'talking', answeredAtMs: 2000 })
})

test('a page that comes later knows for how long they have talked', () => {
  expect(play(state('talking', { forMs: 400 }))).toMatchObject({ state: 'talking', answeredAtMs: 600 })
})

test('the end of an older call does not end the new one, and an ended call does not come back', () => {
  expect(play(rings('a'), state('over'), rings('b'), state('over', { callId: 'a' }))).toMatchObject({ state: 'ringing', callId: 'b' })
  expect(play(rings('a'), state('over'), state('talking'))).toMatchObject({ state: 'over', callId: 'a' })
  expect(play(state('over', { callId: 'never seen' }))).toBe(NO_CALL)
})

test('every end has its words', () => {
  const words = (reason: string, outgoing = false) => endWords({ ...NO_CALL, state: 'over', reason, outgoing })
  expect(['hung-up', 'cancelled', 'busy', 'declined', 'no-answer', 'failed', 'dropped'].map((reason) => words(reason))).toEqual([
    'Call ended',
    'Missed call',
    'Busy',
    'Declined',
    'No answer',
    'Call failed',
    'Connection lost',
  ])
  expect(words('cancelled', true)).toBe('Call ended')
  expect(words('something new')).toBe('Call ended')
})

const anyNews = fc.oneof(
  fc.constantFrom('a', 'b', 'c').map(rings),
  fc
    .tuple(fc.constantFrom('calling', 'ringing', 'talking', 'over'), fc.constantFrom('a', 'b', 'c'))
    .map(([to, callId]) => state(to, { callId })),
)

test('whatever comes in whatever order: an ended call stays ended, times do not run backwards, nobody answers a call of their own', () => {
  fc.assert(
    fc.property(fc.array(anyNews, { maxLength: 40 }), (news) => {
      let call = NO_CALL
      for (const [at, message] of news.entries()) {
        const before = call
        call = after(call, message, at)
        if (before.state === 'over' && call.callId === before.callId) expect(call).toBe(before)
        if (isLive(before) && call.state === 'over') expect(call.callId).toBe(before.callId)
        if (call.outgoing) expect(call.state).not.toBe('ringing')
        if (call.state === 'talking') expect(call.answeredAtMs).toBeDefined()
        if (call.answeredAtMs !== undefined && call.endedAtMs !== undefined)
          expect(call.endedAtMs).toBeGreaterThanOrEqual(call.answeredAtMs)
      }
    }),
    { numRuns: 2000 },
  )
})
