import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeptFrames } from './kept-frames.ts'

describe('kept frames', () => {
  it('are the frames that were pushed, as long as they are not forgotten, whatever comes in whatever order', () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 1, max: 60 }).map((count) => ({ push: count })) },
      { weight: 3, arbitrary: fc.nat(400).map((index) => ({ forget: index })) },
      { weight: 1, arbitrary: fc.constant({ clear: true as const }) },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const kept = new KeptFrames()
        let [first, end] = [0, 0]
        for (const each of steps) {
          if ('push' in each) {
            for (let count = 0; count < each.push; count++) {
              // The giver uses its bytes again.
              const frame = new Uint8Array([end & 255, end >> 8, 7, 9])
              kept.push(frame)
              frame.fill(0)
              end += 1
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
    const pages = new Set<ArrayBufferLike>()
    for (let at = 0; at < 1000; at++) {
      kept.push(new Uint8Array(4))
      kept.forgetBefore(at - 40)
      pages.add(kept.at(at)?.buffer as ArrayBufferLike)
    }
    expect(pages.size).toBeLessThanOrEqual(10)
  })

  it('that are forgotten make room for those of others', () => {
    const [one, other] = [new KeptFrames(), new KeptFrames()]
    for (let at = 0; at < 20; at++) one.push(new Uint8Array(6).fill(1))
    const pages = new Set([0, 5, 10, 15].map((at) => one.at(at)?.buffer))
    one.clear()
    for (let at = 0; at < 20; at++) other.push(new Uint8Array(6).fill(at))
    expect([0, 5, 10, 15].every((at) => pages.has(other.at(at)?.buffer))).toBe(true)
    expect(other.at(7)).toEqual(new Uint8Array(6).fill(7))
    expect(one.at(7)).toBeUndefined()
  })

  it('are of one size', () => {
    const kept = new KeptFrames()
    kept.push(new Uint8Array(4))
    expect(() => kept.push(new Uint8Array(5))).toThrow(RangeError)
  })
})
