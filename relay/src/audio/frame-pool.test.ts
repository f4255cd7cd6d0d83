import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FramePool, framePool } from './frame-pool.ts'

const PLACE = 4096
/** Four places a slab. */
const newPool = () => new FramePool(PLACE)
const frameOf = (number: number, length = 4) => new Uint8Array(length).fill(number & 255)

describe('the pool of frames', () => {
  it('gives back what was put in, whoever comes and goes between, and has no more slabs than it needs, and a few', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant('take' as const), fc.nat(1000)), { maxLength: 200 }), (steps) => {
        const pool = newPool()
        const taken: { place: number; number: number }[] = []
        let count = 0
        let most = 0
        for (const step of steps) {
          if (step === 'take') {
            count += 1
            const frame = frameOf(count)
            taken.push({ place: pool.take(frame), number: count })
            // The giver uses its bytes again.
            frame.fill(0)
          } else {
            const [gone] = taken.splice(step % Math.max(1, taken.length), 1)
            if (gone) pool.leave(gone.place)
          }
          most = Math.max(most, taken.length)
          for (const { place, number } of taken) expect(new Uint8Array(pool.read(place, 4))).toEqual(frameOf(number))
          expect(new Set(taken.map(({ place }) => place)).size).toBe(taken.length)
          expect(pool.slabs).toBeLessThanOrEqual(Math.ceil(most / 4) + 4)
        }
        for (const { place } of taken) pool.leave(place)
        expect(pool.slabs).toBeLessThanOrEqual(4)
      }),
    )
  })

  it('lets slabs go when calls are over', () => {
    const pool = newPool()
    const places = Array.from({ length: 400 }, (_, at) => pool.take(frameOf(at)))
    expect(pool.slabs).toBe(100)
    for (const place of places) pool.leave(place)
    expect(pool.slabs).toBe(4)
  })

  it('fills the first slabs again before the last, so that these go', () => {
    const pool = newPool()
    const places = Array.from({ length: 400 }, (_, at) => pool.take(frameOf(at)))
    // Every slab keeps one: none can go before what stays has come to the first.
    const kept = places.filter((place, at) => at % 4 === 0 || pool.leave(place))
    for (let round = 0; round < 2; round++) {
      for (const [at, place] of kept.entries()) {
        pool.leave(place)
        kept[at] = pool.take(frameOf(at))
      }
    }
    expect(pool.slabs).toBeLessThanOrEqual(30)
  })

  it('uses a place again that was left', () => {
    const pool = newPool()
    const places = new Set<number>()
    for (let at = 0; at < 1000; at++) {
      const place = pool.take(frameOf(at))
      places.add(place)
      pool.leave(place)
    }
    expect(places.size).toBe(1)
  })

  it('is shared by frames that are about as long, whatever odd lengths come', () => {
    expect(framePool(640)).toBe(framePool(639))
    expect(framePool(640)).toBe(framePool(322))
    expect(framePool(640)).not.toBe(framePool(641))
    const long = framePool(200_000)
    expect(long.read(long.take(frameOf(7, 200_000)), 200_000)).toEqual(frameOf(7, 200_000))
  })
})
