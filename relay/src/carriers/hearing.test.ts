import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import { createHearing } from './hearing.ts'

const started = async () => {
  const clock = new TestClock()
  return { clock, hearing: createHearing(clock) }
}

describe('what was heard of what was sent', () => {
  it('nobody knows before a mark has come back', async () => {
    const { clock, hearing } = await started()
    hearing.mark('u1', 'start')
    hearing.sent('u1', 500)
    await clock.advance(300)
    expect(hearing.cleared('u1')).toBeUndefined()
  })

  it('up to the last mark, and the time since, but never more than was sent', async () => {
    const { clock, hearing } = await started()
    const start = hearing.mark('u1', 'start')
    for (let frame = 0; frame < 50; frame++) hearing.sent('u1', 20)
    await clock.advance(120)
    expect(hearing.played(start)).toMatchObject({ utterance: 'u1', name: 'start' })
    await clock.advance(430)
    expect(hearing.cleared('u1')).toBe(430)
    expect(hearing.cleared('u1')).toBe(430)

    const other = await started()
    const mark = other.hearing.mark('u1', 'start')
    other.hearing.sent('u1', 100)
    other.hearing.played(mark)
    await other.clock.advance(5000)
    expect(other.hearing.cleared('u1')).toBe(100)
  })

  it('marks that come back because they were cleared say nothing', async () => {
    const { hearing } = await started()
    const start = hearing.mark('u1', 'start')
    hearing.sent('u1', 1000)
    const end = hearing.mark('u1', 'end')
    const before = hearing.mark('u0', 'end')
    expect(hearing.played(start)).toBeDefined()
    hearing.cleared('u1')
    expect(hearing.played(end)).toBeUndefined()
    // Of an utterance that was on its last words.
    expect(hearing.played(before)).toMatchObject({ utterance: 'u0', name: 'end' })
    expect(hearing.played('something else')).toBeUndefined()
  })

  it('counts what is sent again after a hold again', async () => {
    const { clock, hearing } = await started()
    const start = hearing.mark('u1', 'start')
    hearing.sent('u1', 1000)
    hearing.played(start)
    await clock.advance(400)
    expect(hearing.cleared('u1')).toBe(400)
    await clock.advance(3000)
    hearing.sent('u1', 20)
    await clock.advance(10)
    expect(hearing.cleared('u1')).toBe(410)
    // 200 ms of it once more, and then the rest.
    const again = hearing.mark('u1', 'start')
    hearing.sent('u1', 800)
    await clock.advance(50)
    hearing.played(again)
    await clock.advance(300)
    expect(hearing.cleared('u1')).toBe(710)
  })

  it('a mark counts once', async () => {
    const { hearing } = await started()
    const mark = hearing.mark('u1', 'start')
    expect(hearing.played(mark)).toBeDefined()
    expect(hearing.played(mark)).toBeUndefined()
  })

  it('whatever happens: never less than before, never more than was sent, and nothing piles up', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('send' as const), ms: fc.integer({ min: 20, max: 400 }) }),
      fc.record({ do: fc.constant('mark' as const), ms: fc.constant(0) }),
      fc.record({ do: fc.constant('play' as const), ms: fc.nat(600) }),
      fc.record({ do: fc.constant('wait' as const), ms: fc.nat(800) }),
      fc.record({ do: fc.constant('clear' as const), ms: fc.constant(0) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let now = 0
        const hearing = createHearing({ nowMs: () => now, monotonicMs: () => now, after: () => () => undefined })
        let [sent, heard] = [0, 0]
        const marks: string[] = []
        for (const { do: what, ms } of steps) {
          if (what === 'send') {
            hearing.sent('u', ms)
            sent += ms
          } else if (what === 'mark') marks.push(hearing.mark('u', 'p'))
          else if (what === 'play') hearing.played(marks[ms % Math.max(1, marks.length)] ?? '')
          else if (what === 'wait') now += ms
          else {
            const told = hearing.cleared('u')
            if (told === undefined) continue
            expect(told).toBeLessThanOrEqual(sent)
            expect(told).toBeGreaterThanOrEqual(heard)
            heard = told
          }
        }
      }),
    )
  })
})
