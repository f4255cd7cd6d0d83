import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FRAME } from '../phones/beat.ts'
import { Playout } from './playout.ts'

type Step = { do: 'push'; samples: number } | { do: 'mark' } | { do: 'clear' } | { do: 'next' }
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('push' as const), samples: fc.integer({ min: 1, max: 2000 }) }),
  fc.record({ do: fc.constant('mark' as const) }),
  fc.record({ do: fc.constant('clear' as const) }),
  fc.record({ do: fc.constant('next' as const) }),
)

test('marks come back once, in order, and never before their sound was given out or cleared', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), fc.integer({ min: 0, max: 100 }), (steps, jitterMs) => {
      const came: number[] = []
      const dueAt: number[] = []
      let [pushed, played] = [0, 0]
      const playout = new Playout(jitterMs, (name) => {
        expect(played).toBeGreaterThanOrEqual(dueAt[Number(name)] ?? Number.POSITIVE_INFINITY)
        came.push(Number(name))
      })
      const next = () => {
        const frame = playout.next()
        if (frame) played = Math.min(pushed, played + FRAME)
        return frame
      }
      for (const each of steps) {
        if (each.do === 'push') {
          playout.push(new Int16Array(each.samples))
          pushed += each.samples
        } else if (each.do === 'mark') {
          dueAt.push(pushed)
          playout.mark(String(dueAt.length - 1))
        } else if (each.do === 'clear') {
          played = pushed
          playout.clear()
          expect(came).toHaveLength(dueAt.length)
        } else next()
      }
      for (let n = 0; n < 2000 && came.length < dueAt.length; n++) next()
      expect(came).toEqual(dueAt.map((_, n) => n))
    }),
  )
})

test('ten minutes wait, more does not', () => {
  const playout = new Playout(0, () => undefined)
  expect(playout.push(new Int16Array(600 * 8000))).toBe(true)
  expect(playout.push(new Int16Array(1))).toBe(false)
})

test('gathers a little before it plays, against a pace that is not even', () => {
  const playout = new Playout(40, () => undefined)
  playout.push(new Int16Array(FRAME))
  expect([playout.next(), playout.next()]).toEqual([undefined, undefined])
  expect(playout.next()).toHaveLength(FRAME)
  playout.push(new Int16Array(2 * FRAME))
  expect(playout.next()).toHaveLength(FRAME)
})
