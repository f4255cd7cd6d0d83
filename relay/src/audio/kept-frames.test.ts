import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { framePool } from './frame-pool.ts'
import { KeptFrames } from './kept-frames.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Where the frame lies. */
const placeOf = (kept: KeptFrames, index: number) => kept.at(index)?.byteOffset ?? -1

describe('kept frames', () => {
  it('are the frames that were pushed, as long as they are not forgotten, whatever comes in whatever order', () => {
    // A line brings nearly always as many at once.
    const run = fc.oneof({ weight: 9, arbitrary: fc.constant(5) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 9 }) })
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 60 }).map((times) => ({ runs: Array<number>(times).fill(1) })) },
      { weight: 3, arbitrary: fc.array(run, { minLength: 1, maxLength: 20 }).map((runs) => ({ runs })) },
      { weight: 3, arbitrary: fc.nat(400).map((index) => ({ forget: index })) },
      { weight: 1, arbitrary: fc.constant({ clear: true as const }) },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const kept = new KeptFrames()
        let [first, end] = [0, 0]
        for (const each of steps) {
          if ('runs' in each) {
            for (const count of each.runs) {
              // The giver uses its bytes again.
              const frames = Uint8Array.from(Array.from({ length: count }, (_, at) => [(end + at) & 255, (end + at) >> 8, 7, 9]).flat())
              kept.push(frames, count)
              frames.fill(0)
              end += count
            }
          } else if ('forget' in each) {
            kept.forgetBefore(each.forget)
            first = Math.max(first, Math.min(each.forget, end))
          } else {
            kept.clear()
            first = end
          }
          expect([kept.first, kept.end]).toEqual([first, end])
          for (let at = first; at < end; at++) expect([...(kept.at(at) ?? [])]).toEqual([at & 255, at >> 8, 7, 9])
          expect([kept.at(first - 1), kept.at(end)]).toEqual([undefined, undefined])
        }
      }),
    )
  })

  it('of a steady stream use the same pages again', () => {
    const kept = new KeptFrames()
    const places = new Set<number>()
    for (let at = 0; at < 1000; at++) {
      kept.push(new Uint8Array(4))
      kept.forgetBefore(at - 40)
      places.add(placeOf(kept, at))
    }
    expect(places.size).toBeLessThanOrEqual(10 * 5)
  })

  it('that came together lie together, and one after the other once they come otherwise', () => {
    const kept = new KeptFrames()
    const run = Uint8Array.from({ length: 5 * 320 }, (_, at) => Math.floor(at / 320))
    for (let time = 0; time < 4; time++) kept.push(run, 5)
    expect([1, 2, 3, 4].map((at) => placeOf(kept, at) - placeOf(kept, at - 1))).toEqual([320, 320, 320, 320])
    kept.forgetBefore(7)
    kept.push(new Uint8Array(320).fill(9))
    expect([kept.first, kept.end, kept.at(6)]).toEqual([7, 21, undefined])
    expect([7, 11, 19, 20].map((at) => kept.at(at)?.[0])).toEqual([2, 1, 4, 9])
  })

  it('of long runs lie each for itself', () => {
    const kept = new KeptFrames()
    kept.push(new Uint8Array(30 * 320).fill(7), 30)
    expect(framePool(30 * 320).slabs).toBe(0)
    expect([kept.end, kept.at(29)]).toEqual([30, new Uint8Array(320).fill(7)])
    kept.clear()
  })

  it('leave the room where they lay together', () => {
    const kept = new KeptFrames()
    for (let time = 0; time < 200; time++) kept.push(new Uint8Array(4 * 960), 4)
    expect(framePool(4 * 960).slabs).toBeGreaterThan(40)
    kept.push(new Uint8Array(960))
    expect(framePool(4 * 960).slabs).toBeLessThan(10)
    kept.clear()
  })

  it('that are forgotten make room for those of others', () => {
    const [one, other] = [new KeptFrames(), new KeptFrames()]
    for (let at = 0; at < 20; at++) one.push(new Uint8Array(6).fill(1))
    const places = new Set(Array.from({ length: 20 }, (_, at) => placeOf(one, at)))
    one.clear()
    for (let at = 0; at < 20; at++) other.push(new Uint8Array(6).fill(at))
    expect(Array.from({ length: 20 }, (_, at) => placeOf(other, at)).every((place) => places.has(place))).toBe(true)
    expect(other.at(7)).toEqual(new Uint8Array(6).fill(7))
    expect(one.at(7)).toBeUndefined()
  })

  it('of many streams do not lie on each other, whoever comes and goes', () => {
    const step = fc.record({ stream: fc.nat(40), push: fc.nat(30), forget: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const streams = Array.from({ length: 41 }, () => new KeptFrames())
        for (const { stream, push, forget } of steps) {
          const kept = streams[stream] as KeptFrames
          for (let count = 0; count < push; count++) kept.push(new Uint8Array([stream, kept.end & 255, kept.end >> 8]))
          if (forget) kept.forgetBefore(kept.end - 7)
        }
        for (const [stream, kept] of streams.entries()) {
          for (let at = kept.first; at < kept.end; at++) expect([...(kept.at(at) ?? [])]).toEqual([stream, at & 255, at >> 8])
          kept.clear()
        }
      }),
      { numRuns: 50 },
    )
  })

  it('leave no memory behind once a crowd is gone', async () => {
    const held = () => {
      collect()
      return process.memoryUsage().arrayBuffers
    }
    const before = held()
    const crowd = Array.from({ length: 200 }, () => new KeptFrames())
    for (let at = 0; at < 50; at++) for (const kept of crowd) kept.push(new Uint8Array(960))
    expect(held() - before).toBeGreaterThan(0.9 * 200 * 50 * 960)
    for (const kept of crowd) kept.clear()
    // The collector gives buffers back on a thread of its own.
    await expect.poll(() => held() - before, { timeout: 10_000 }).toBeLessThan(1024 * 1024)
  })

  it('are of one size', () => {
    const kept = new KeptFrames()
    kept.push(new Uint8Array(4))
    expect(() => kept.push(new Uint8Array(5))).toThrow(RangeError)
  })
})
