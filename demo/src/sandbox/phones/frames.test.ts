import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBeat, FRAME, FRAME_MS } from './beat.ts'
import { FrameQueue } from './frames.ts'

test('whatever comes in pieces of any size goes out whole, in order, in frames', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.integer({ min: 1, max: 30_000 }), { maxLength: 500 }), { maxLength: 10 }), (pieces) => {
      const queue = new FrameQueue()
      for (const piece of pieces) queue.push(Int16Array.from(piece))
      const whole = pieces.flat()
      expect(queue.samples).toBe(whole.length)
      const out: number[] = []
      for (let frame = queue.next(); frame; frame = queue.next()) {
        expect(frame).toHaveLength(FRAME)
        out.push(...frame)
      }
      expect(out.slice(0, whole.length)).toEqual(whole)
      expect(out.slice(whole.length).every((sample) => sample === 0)).toBe(true)
      expect(out.length - whole.length).toBeLessThan(FRAME)
    }),
  )
})

test('tells when it is empty, also when it was cleared', async () => {
  const queue = new FrameQueue()
  await queue.drained()
  queue.push(new Int16Array(100))
  const drained = queue.drained()
  queue.clear()
  await drained
  expect(queue.next()).toBeUndefined()
})

test('a beat that comes late is made up for, and a process that stood still goes on from now', async () => {
  let now = 0
  let steps = 0
  const beat = createBeat(() => now)
  const stepped = Promise.withResolvers<void>()
  const waking = Promise.withResolvers<void>()
  beat.add(() => {
    steps++
    if (steps === 5) stepped.resolve()
    if (steps === 55) waking.resolve()
  })
  now = 5 * FRAME_MS
  await stepped.promise
  expect(steps).toBe(5)
  now = 10_000
  await waking.promise
  expect(steps).toBe(55)
  beat.close()
})
