import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeptSound } from './kept-sound.ts'

test('keeps the newest pieces as they were, in order, whatever became of the bytes it was given: so many bytes, and not a piece more', () => {
  const step = fc.oneof(
    { weight: 10, arbitrary: fc.record({ push: fc.uint8Array({ maxLength: 330, size: 'max' }), times: fc.integer({ min: 1, max: 30 }) }) },
    { weight: 3, arbitrary: fc.record({ keep: fc.integer({ min: 0, max: 9000 }) }) },
    { weight: 1, arbitrary: fc.constant('clear' as const) },
  )
  // However tiny, a piece takes room.
  const bytesOf = (pieces: number[][]) => pieces.reduce((sum, { length }) => sum + Math.max(length, 320), 0)
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const kept = new KeptSound()
      let model: number[][] = []
      for (const one of steps) {
        if (one === 'clear') {
          kept.clear()
          model = []
        } else if ('keep' in one) {
          kept.keep(one.keep)
          while (model.length > 0 && bytesOf(model.slice(1)) >= one.keep) model = model.slice(1)
        } else {
          for (let time = 0; time < one.times; time++) {
            const piece = one.push.map((byte) => byte + time)
            kept.push(piece)
            model.push([...piece])
            piece.fill(0)
          }
        }
        expect(kept.pieces().map((piece) => [...piece])).toEqual(model)
        expect(kept.bytes).toBe(bytesOf(model))
      }
    }),
  )
})
