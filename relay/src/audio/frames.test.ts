import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFramer, durationMs, frameBytes, isSilent, soundingBytes } from './frames.ts'
import { cut } from './signals.test-kit.ts'

describe('frameBytes', () => {
  // The table of vectors.json audio.frames.
  it.each([
    [8000, 20, 320],
    [8000, 100, 1600],
    [16_000, 20, 640],
    [24_000, 20, 960],
    [48_000, 20, 1920],
  ])('%i Hz, %i ms: %i bytes', (rate, ms, bytes) => {
    expect(frameBytes(rate, ms)).toBe(bytes)
    expect(durationMs(bytes, rate)).toBe(ms)
  })

  it('refuses a frame that is no whole number of samples', () => {
    expect(() => frameBytes(11_025, 1)).toThrow(RangeError)
    expect(() => createFramer(0)).toThrow(RangeError)
  })
})

describe('isSilent', () => {
  it('is true for what cannot be made out, and false for one loud sample of either sign', () => {
    const bytes = (...samples: number[]) => new Uint8Array(Int16Array.from(samples).buffer)
    expect(isSilent(bytes())).toBe(true)
    expect(isSilent(bytes(0, 200, -200))).toBe(true)
    expect(isSilent(bytes(0, 0, 201))).toBe(false)
    expect(isSilent(bytes(-201, 0, 0))).toBe(false)
  })
})

describe('soundingBytes', () => {
  it('ends with the last sample that can be made out', () => {
    const bytes = (...samples: number[]) => new Uint8Array(Int16Array.from(samples).buffer)
    expect(soundingBytes(bytes(0, 200, -200))).toBe(0)
    expect(soundingBytes(bytes(201, 0, -201, 0, 0))).toBe(6)
    expect(soundingBytes(Uint8Array.of(0, 0, 0, 127, 127))).toBe(4)
  })
})

describe('createFramer', () => {
  it('gives back every byte in order in whole frames, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), fc.array(fc.integer({ min: 0, max: 1500 }), { maxLength: 12 }), (bytes, sizes) => {
        const framer = createFramer(8000)
        const frames = cut(bytes, sizes).flatMap((piece) => framer.push(piece))
        expect(framer.waiting).toBe(bytes.length % 320)
        const last = framer.flush()
        const all = Buffer.concat(last ? [...frames, last] : frames)
        const whole = bytes.length - (bytes.length % 2)
        expect([...frames, ...(last ? [last] : [])].every((frame) => frame.length === 320)).toBe(true)
        expect(all.length).toBe(Math.ceil(whole / 320) * 320)
        expect(all.subarray(0, whole).equals(bytes.subarray(0, whole))).toBe(true)
        expect(all.subarray(whole).every((byte) => byte === 0)).toBe(true)
      }),
    )
  })

  it('gives frames of their own and leaves nothing for the next stream', () => {
    const framer = createFramer(8000)
    const bytes = new Uint8Array(700).fill(7)
    const [first] = framer.push(bytes)
    bytes.fill(9)
    framer.flush()
    framer.push(new Uint8Array(320).fill(1))
    expect(first).toEqual(new Uint8Array(320).fill(7))
    framer.push(new Uint8Array(11).fill(3))
    framer.reset()
    expect(framer.push(new Uint8Array(320).fill(2))).toEqual([new Uint8Array(320).fill(2)])
    expect(framer.flush()).toBeUndefined()
  })
})
