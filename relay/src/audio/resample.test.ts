import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createResampler, resamplerMemoryBytes } from './resample.ts'
import { bytesOf, cut, levelDb, residueDb, samplesOf, tone } from './signals.test-kit.ts'

const PAIRS = [
  [16_000, 24_000],
  [24_000, 16_000],
  [24_000, 8_000],
  [8_000, 16_000],
  [8_000, 24_000],
  [16_000, 8_000],
  [44_100, 16_000],
  [48_000, 16_000],
] as const

function whole(fromHz: number, toHz: number, samples: Int16Array): Int16Array {
  const resampler = createResampler(fromHz, toHz)
  const bytes = Buffer.concat([resampler.push(bytesOf(samples)), resampler.flush()])
  resampler.close()
  return samplesOf(bytes)
}

describe.each(PAIRS)('%i → %i Hz', (from, to) => {
  const lower = Math.min(from, to)

  it('keeps a 1 kHz tone within 0.1 dB and adds nothing above −60 dB', () => {
    const out = whole(from, to, tone(1000, from, from))
    expect(Math.abs(levelDb(out))).toBeLessThan(0.1)
    expect(residueDb(out, 1000, to)).toBeLessThan(-60)
  })

  it('keeps the upper part of speech (0.84 of the band) within 0.5 dB', () => {
    const hz = lower * 0.42
    expect(Math.abs(levelDb(whole(from, to, tone(hz, from, from))))).toBeLessThan(0.5)
  })

  it('gives ceil(n · to / from) samples however the stream is cut, and the same ones', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6000 }), fc.array(fc.integer({ min: 0, max: 1999 }), { maxLength: 12 }), (samples, sizes) => {
        const input = bytesOf(tone(700, from, samples))
        const resampler = createResampler(from, to)
        const out = Buffer.concat([...cut(input, sizes).map((piece) => resampler.push(piece)), resampler.flush()])
        resampler.close()
        expect(out.length / 2).toBe(Math.ceil((samples * to) / from))
        expect(out.equals(bytesOf(whole(from, to, samplesOf(input))))).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  it('does not click between 20 ms frames', () => {
    const resampler = createResampler(from, to)
    const input = bytesOf(tone(440, from, from))
    const out = samplesOf(Buffer.concat(cut(input, new Array(49).fill(from / 25)).map((frame) => resampler.push(frame))))
    resampler.close()
    expect(residueDb(out, 440, to)).toBeLessThan(-60)
  })
})

describe.each(PAIRS.filter(([from, to]) => to < from))('%i → %i Hz, going down', (from, to) => {
  it('lets nothing that the new rate cannot hold through as an alias: ≥ 60 dB down', () => {
    for (let hz = to / 2 + 100; hz < from / 2; hz += 317)
      expect(levelDb(whole(from, to, tone(hz, from, from))), `${hz} Hz`).toBeLessThan(-60)
  })
})

describe('a stream', () => {
  it('keeps back no more than 5.1 ms while it goes on', () => {
    const resampler = createResampler(24_000, 8_000)
    expect(160 - resampler.push(new Uint8Array(960)).length / 2).toBeLessThan(41)
    resampler.close()
  })

  it('leaves nothing for the next one after flush or reset', () => {
    const resampler = createResampler(16_000, 24_000)
    for (const end of [() => resampler.flush(), () => resampler.reset()]) {
      resampler.push(bytesOf(tone(1000, 16_000, 999)).subarray(1))
      end()
      const next = Buffer.concat([resampler.push(new Uint8Array(640)), resampler.flush()])
      expect(next.length).toBe(960)
      expect(next.every((byte) => byte === 0)).toBe(true)
    }
    resampler.close()
  })

  it('saturates instead of wrapping when a full-scale square wave overshoots', () => {
    const square = Int16Array.from({ length: 4000 }, (_, i) => (i % 40 < 20 ? 32_767 : -32_768))
    const out = whole(16_000, 24_000, square)
    const wrapped = out.filter((sample, i) => i % 60 > 5 && i % 60 < 25 && sample < 0)
    expect(wrapped.length).toBe(0)
  })

  it('gives buffers of its own: a later chunk does not change an earlier one', () => {
    const resampler = createResampler(16_000, 8_000)
    const first = resampler.push(bytesOf(tone(500, 16_000, 1600)))
    const kept = first.slice()
    resampler.push(bytesOf(tone(900, 16_000, 1600)))
    expect(first).toEqual(kept)
    expect(first.byteLength).toBe(first.buffer.byteLength)
    resampler.close()
  })

  it('takes bytes at an odd address', () => {
    const bytes = new Uint8Array(641)
    bytes.set(bytesOf(tone(500, 16_000, 320)), 1)
    const resampler = createResampler(16_000, 24_000)
    const out = Buffer.concat([resampler.push(bytes.subarray(1)), resampler.flush()])
    resampler.close()
    expect(out.equals(bytesOf(whole(16_000, 24_000, tone(500, 16_000, 320))))).toBe(true)
  })

  it('passes equal rates unchanged but for odd bytes', () => {
    const input = bytesOf(tone(500, 16_000, 500))
    const resampler = createResampler(16_000, 16_000)
    expect(Buffer.concat(cut(input, [3, 0, 1, 5, 17]).map((piece) => resampler.push(piece))).equals(input)).toBe(true)
    expect(resampler.flush().length).toBe(0)
  })

  it('refuses rates that make no sense and use after close', () => {
    for (const rate of [0, -8000, 8000.5, Number.NaN, 400_000]) expect(() => createResampler(rate, 16_000)).toThrow(RangeError)
    const resampler = createResampler(8_000, 16_000)
    resampler.close()
    resampler.close()
    expect(() => resampler.push(new Uint8Array(2))).toThrow('closed')
  })

  it('frees its filter: many streams one after another do not grow the module', () => {
    const run = (times: number): void => {
      for (let i = 0; i < times; i++) {
        const resampler = createResampler(44_100, 16_000)
        resampler.push(new Uint8Array(882))
        resampler.close()
      }
    }
    run(10)
    const before = resamplerMemoryBytes()
    run(2000)
    expect(resamplerMemoryBytes()).toBe(before)
  })
})
