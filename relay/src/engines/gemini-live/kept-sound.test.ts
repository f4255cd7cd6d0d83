import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeptSound } from './kept-sound.ts'

test('keeps the newest frames as they were, in order, whatever became of the bytes it was given', () => {
  const step = fc.oneof(
    { weight: 10, arbitrary: fc.record({ push: fc.uint8Array({ minLength: 1, maxLength: 6 }), times: fc.integer({ min: 1, max: 30 }) }) },
    { weight: 3, arbitrary: fc.record({ keep: fc.integer({ min: 0, max: 40 }) }) },
    { weight: 1, arbitrary: fc.constant('clear' as const) },
  )
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
          model = model.slice(Math.max(0, model.length - one.keep))
        } else {
          for (let time = 0; time < one.times; time++) {
            const frame = one.push.map((byte) => byte + time)
            kept.push(frame)
            model.push([...frame])
            frame.fill(0)
          }
        }
        expect(kept.frames().map((frame) => [...frame])).toEqual(model)
        expect(kept.length).toBe(model.length)
      }
    }),
  )
})
