import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import { createArrivals, type Expectation } from './arrivals.ts'

const SHOWN = '+911140845784'
const expectation = (callId: string, more: Partial<Expectation> = {}): Expectation => ({
  callId,
  numberId: 'pn_1',
  visitor: '+919876543210',
  shown: [SHOWN],
  withinMs: 60_000,
  unclear: 'refuse',
  ...more,
})
function book() {
  const clock = new TestClock()
  const arrivals = createArrivals({ clock })
  let calls = 0
  const claim = (from: string, carrierCallId = `CA${calls++}`, numberId = 'pn_1') => arrivals.claim({ numberId, carrierCallId, from })
  return { arrivals, claim, clock }
}

describe('a call that comes in is ours', () => {
  test.each(['+919876543210', '919876543210', '09876543210', '9876543210', '+91 98765 43210', SHOWN, '01140845784'])('from %s', (from) => {
    const { arrivals, claim } = book()
    arrivals.expect(expectation('c1'))
    expect(claim(from)).toEqual({ is: 'ours', callId: 'c1' })
    expect(claim(from)).toBeUndefined()
  })

  test.each(['', 'anonymous', 'sip:9876543210@x', '+919876543211', '+19876543210', '543210', '+12025550101'])('not from %j', (from) => {
    const { arrivals, claim } = book()
    arrivals.expect(expectation('c1'))
    expect(claim(from)).toBeUndefined()
    expect(arrivals.awaitedAt('pn_1')).toBe(true)
  })

  test('at its own number, in its own time, and not once its call is over', async () => {
    const { arrivals, claim, clock } = book()
    arrivals.expect(expectation('c1'))
    expect(claim(SHOWN, 'CA', 'pn_2')).toBeUndefined()
    await clock.advance(60_001)
    expect(claim(SHOWN)).toBeUndefined()
    arrivals.expect(expectation('c2'))
    arrivals.forget('c2')
    expect(claim(SHOWN)).toBeUndefined()
  })

  test('however often its carrier asks', () => {
    const { arrivals, claim } = book()
    arrivals.expect(expectation('c1'))
    for (let n = 0; n < 3; n++) expect(claim(SHOWN, 'CA7')).toEqual({ is: 'ours', callId: 'c1' })
    arrivals.forget('c1')
    expect(claim(SHOWN, 'CA7')).toBeUndefined()
  })
})

describe('when several are expected', () => {
  test('the visitor’s own number tells which; the carrier’s does not', () => {
    const { arrivals, claim } = book()
    arrivals.expect(expectation('c1'))
    arrivals.expect(expectation('c2', { visitor: '+919812345678' }))
    expect(claim(SHOWN)).toEqual({ is: 'unclear' })
    expect(claim('+919812345678')).toEqual({ is: 'ours', callId: 'c2' })
    // One is left, so it is that one.
    expect(claim(SHOWN)).toEqual({ is: 'ours', callId: 'c1' })
  })

  test('the one that waits longest is taken, where the owner wants it so', () => {
    const { arrivals, claim } = book()
    for (const id of ['c1', 'c2', 'c3']) arrivals.expect(expectation(id, { unclear: 'first' }))
    expect([claim(SHOWN), claim(SHOWN), claim(SHOWN), claim(SHOWN)]).toEqual([
      { is: 'ours', callId: 'c1' },
      { is: 'ours', callId: 'c2' },
      { is: 'ours', callId: 'c3' },
      undefined,
    ])
  })
})

test('whatever is expected and comes in: a call is given once, to one that waited for that number in time, and the book does not grow', async () => {
  const step = fc.oneof(
    fc.record({
      does: fc.constant('expect' as const),
      id: fc.nat(5),
      visitor: fc.nat(3),
      unclear: fc.constantFrom('refuse' as const, 'first' as const),
    }),
    fc.record({ does: fc.constant('claim' as const), from: fc.nat(4), at: fc.nat(1) }),
    fc.record({ does: fc.constant('forget' as const), id: fc.nat(5) }),
    fc.record({ does: fc.constant('wait' as const), ms: fc.nat(90_000) }),
  )
  const numbers = ['+919876543210', '+919876543211', '+12025550101', '+12025550102']
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { arrivals, claim, clock } = book()
      const open = new Map<string, { untilMs: number; visitor: string }>()
      for (const each of steps) {
        if (each.does === 'expect') {
          const visitor = numbers[each.visitor] ?? ''
          arrivals.expect(expectation(`c${each.id}`, { visitor, unclear: each.unclear }))
          open.set(`c${each.id}`, { untilMs: clock.monotonicMs() + 60_000, visitor })
        } else if (each.does === 'forget') {
          arrivals.forget(`c${each.id}`)
          open.delete(`c${each.id}`)
        } else if (each.does === 'wait') await clock.advance(each.ms)
        else {
          const from = numbers[each.from] ?? SHOWN
          const claimed = claim(from, undefined, each.at === 0 ? 'pn_1' : 'pn_2')
          if (claimed?.is !== 'ours') continue
          const was = open.get(claimed.callId)
          expect(was && was.untilMs >= clock.monotonicMs() && (was.visitor === from || from === SHOWN)).toBe(true)
          expect(each.at).toBe(0)
          open.delete(claimed.callId)
        }
      }
      expect(arrivals.size).toBeLessThanOrEqual(6)
    }),
    { numRuns: 500 },
  )
})
