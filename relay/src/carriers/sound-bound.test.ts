import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SoundBound } from './sound-bound.ts'

test('sound may come half as fast again as time, and three seconds of it at once, at any rate', () => {
  const piece = fc.record({ samples: fc.nat(24_000), waitMs: fc.nat(2000) })
  fc.assert(
    fc.property(fc.constantFrom(8000, 16_000, 24_000), fc.array(piece, { maxLength: 60 }), (hz, pieces) => {
      let nowMs = 0.5
      const bound = new SoundBound({ nowMs: () => nowMs, monotonicMs: () => nowMs, after: () => () => undefined })
      // In samples, which are whole: a thousandth of what time brings, times three halves.
      const most = 3 * hz * 2000
      let left = most
      for (const { samples, waitMs } of pieces) {
        nowMs += waitMs
        left = Math.min(most, left + waitMs * hz * 3)
        const may = samples * 2000 <= left
        if (may) left -= samples * 2000
        expect(bound.mayCome((samples * 1000) / hz)).toBe(may)
      }
    }),
    { numRuns: 1000 },
  )
})
