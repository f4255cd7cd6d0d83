import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CALL_STATUSES, END_REASONS } from '../protocol/index.ts'
import { type CallTimes, deadlineOf } from './deadlines.ts'
import { BEGINNING, type CallEvent, next, statusOf } from './states.ts'

const event: fc.Arbitrary<CallEvent> = fc.oneof(
  fc.constantFrom<CallEvent>(
    { type: 'rings' },
    { type: 'answers' },
    { type: 'joined' },
    { type: 'attached' },
    { type: 'detached' },
    { type: 'detached', leaving: 'page-close' },
    { type: 'last-words-heard' },
    { type: 'time-up' },
  ),
  fc.record({
    type: fc.constant('hang-up' as const),
    reason: fc.constantFrom(...END_REASONS),
    when: fc.constantFrom('now' as const, 'last-words' as const),
  }),
)

test('whatever comes in whatever order: statuses never go back, the end comes once and stays', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      let state = BEGINNING
      for (const each of events) {
        const after = next(state, each)
        const [was, is] = [statusOf(state), statusOf(after)].map((status) => Math.min(3, CALL_STATUSES.indexOf(status)))
        expect(is).toBeGreaterThanOrEqual(was ?? 0)
        if (state.stage === 'over') expect(after).toBe(state)
        if (after.stage === 'over') expect(after.reason).toBeDefined()
        state = after
      }
    }),
    { numRuns: 2000 },
  )
})

test('each stage as the outside sees it; who is rung and never answers is no-answer, who never comes is connection', () => {
  const walk = (...events: CallEvent[]) => events.reduce(next, BEGINNING)
  const rung = walk({ type: 'rings' })
  expect([BEGINNING, rung, walk({ type: 'attached' }), walk({ type: 'attached' }, { type: 'detached' })].map(statusOf)).toEqual([
    'initiated',
    'connecting',
    'connected',
    'connected',
  ])
  expect(next(rung, { type: 'time-up' })).toMatchObject({ reason: 'no-answer' })
  expect(next(BEGINNING, { type: 'time-up' })).toMatchObject({ reason: 'connection' })
})

test('time ends every stage that has a deadline, and no other: who talks is let go by the call’s own duration', () => {
  const times: Omit<CallTimes, 'takeover'> = { firstConnectMs: 1, resumeMs: 1, leavingMs: 1, goodbyeMs: 1, engineCloseMs: 1 }
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      const state = events.reduce(next, BEGINNING)
      const timed = deadlineOf(state, times) !== undefined
      expect(next(state, { type: 'time-up' }).stage === 'over').toBe(timed || state.stage === 'over')
      expect(timed).toBe(!['live', 'joined', 'over'].includes(state.stage))
    }),
  )
})

test('a goodbye is not cancelled by anything but its own end', () => {
  const ending = [{ type: 'attached' }, { type: 'hang-up', reason: 'agent', when: 'last-words' }] satisfies CallEvent[]
  const state = ending.reduce(next, BEGINNING)
  expect(next(state, { type: 'hang-up', reason: 'visitor', when: 'last-words' })).toBe(state)
  expect(next(state, { type: 'last-words-heard' })).toMatchObject({ stage: 'over', reason: 'agent' })
  expect(next(state, { type: 'detached' })).toMatchObject({ stage: 'over', reason: 'agent' })
})

test.each([
  ['error', 'failed'],
  ['busy', 'failed'],
  ['visitor', 'completed'],
  ['deadline', 'completed'],
  ['connection', 'completed'],
] as const)('a connected call that ended with %s is %s', (reason, status) => {
  const state = [{ type: 'attached' } as const, { type: 'hang-up', reason, when: 'now' } as const].reduce<typeof BEGINNING>(next, BEGINNING)
  expect(statusOf(state)).toBe(status)
})
