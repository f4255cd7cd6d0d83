import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ALAW_SAMPLES, type Decode, decodeAlaw, decodeMulaw, type Encode, encodeAlaw, encodeMulaw, MULAW_SAMPLES } from './g711.ts'
import vectors from './g711.vectors.json' with { type: 'json' }

const pcmOf = (samples: readonly number[]) => new Uint8Array(Int16Array.from(samples).buffer)
const samplesOf = (pcm: Uint8Array) => [...new Int16Array(pcm.slice().buffer)]
const coded = (encode: Encode, samples: readonly number[]) => {
  const into = new Uint8Array(samples.length)
  expect(encode(pcmOf(samples), into)).toBe(samples.length)
  return into
}
const decoded = (decode: Decode, codes: Uint8Array) => {
  const into = new Uint8Array(codes.length * 2)
  expect(decode(codes, into)).toBe(into.length)
  return samplesOf(into)
}
const CODES = Uint8Array.from({ length: 256 }, (_, code) => code)
const EVERY_SAMPLE = Array.from({ length: 65_536 }, (_, at) => at - 32_768)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** The other common way: it negates first, and works on all 16 bits. */
function otherMulaw(sample: number): number {
  const size = Math.min(Math.abs(sample), 32_635) + 132
  const segment = 24 - Math.clz32(size)
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | ((size >> (segment + 3)) & 0x0f)) & 0xff
}

/** Signal to noise of a tone that went there and back, in dB. */
function sqnrDb(encode: Encode, decode: Decode): number {
  const tone = Array.from({ length: 8000 }, (_, at) => Math.round(16_000 * Math.sin((2 * Math.PI * 1004 * at) / 8000)))
  const back = decoded(decode, coded(encode, tone))
  const noise = tone.reduce((sum, sample, at) => sum + (sample - (back[at] ?? 0)) ** 2, 0)
  return 10 * Math.log10(tone.reduce((sum, sample) => sum + sample ** 2, 0) / noise)
}

describe('G.711', () => {
  it('decodes every code as the tables say', () => {
    expect([...MULAW_SAMPLES]).toEqual(vectors.ulaw_decode_table)
    expect([...ALAW_SAMPLES]).toEqual(vectors.alaw_decode_table)
    expect(decoded(decodeMulaw, CODES)).toEqual(vectors.ulaw_decode_table)
    expect(decoded(decodeAlaw, CODES)).toEqual(vectors.alaw_decode_table)
  })

  it('gives every code back, but for the negative zero of µ-law', () => {
    const back = coded(encodeMulaw, vectors.ulaw_decode_table)
    expect([...back]).toEqual([...CODES].map((code) => (code === 0x7f ? 0xff : code)))
    expect([...coded(encodeAlaw, vectors.alaw_decode_table)]).toEqual([...CODES])
  })

  it('encodes every sample as one of the two common ways does', () => {
    const samples = vectors.encode_samples.map(({ pcm }) => pcm)
    expect([...coded(encodeMulaw, samples)]).toEqual(vectors.encode_samples.map((each) => each.ulaw_audioop))
    expect([...coded(encodeAlaw, samples)]).toEqual(vectors.encode_samples.map(({ alaw }) => alaw))
    expect(sha256(coded(encodeMulaw, EVERY_SAMPLE))).toBe(vectors.full_encode_table_sha256.ulaw_audioop)
    expect(sha256(coded(encodeAlaw, EVERY_SAMPLE))).toBe(vectors.full_encode_table_sha256.alaw)
  })

  it('differs from the other common way of µ-law where that one does, by one step', () => {
    const samples = vectors.encode_samples.map(({ pcm }) => pcm)
    expect(samples.map(otherMulaw)).toEqual(vectors.encode_samples.map((each) => each.ulaw_16bit_bias132))
    const other = Uint8Array.from(EVERY_SAMPLE, otherMulaw)
    expect(sha256(other)).toBe(vectors.full_encode_table_sha256.ulaw_16bit_bias132)
    const ours = coded(encodeMulaw, EVERY_SAMPLE)
    const differing = EVERY_SAMPLE.filter((_, at) => ours[at] !== other[at])
    expect(differing).toHaveLength(vectors.differing_codes_between_two_common_ulaw_encoders)
    expect(Math.max(...differing)).toBeLessThan(0)
    expect(differing.every((sample) => Math.abs((ours[sample + 32_768] ?? 0) - (other[sample + 32_768] ?? 0)) === 1)).toBe(true)
    const worst = EVERY_SAMPLE.reduce((most, sample, at) => Math.max(most, Math.abs(sample - (MULAW_SAMPLES[other[at] ?? 0] ?? 0))), 0)
    expect(worst).toBeLessThanOrEqual(vectors.bounds.max_abs_roundtrip_error.ulaw_16bit)
  })

  it('loses no more than the bounds allow', () => {
    const worst = (encode: Encode, decode: Decode) => {
      const back = decoded(decode, coded(encode, EVERY_SAMPLE))
      return EVERY_SAMPLE.reduce((most, sample, at) => Math.max(most, Math.abs(sample - (back[at] ?? Number.NaN))), 0)
    }
    expect(worst(encodeMulaw, decodeMulaw)).toBeLessThanOrEqual(vectors.bounds.max_abs_roundtrip_error.ulaw_audioop)
    expect(worst(encodeAlaw, decodeAlaw)).toBeLessThanOrEqual(vectors.bounds.max_abs_roundtrip_error.alaw)
    const { alaw, ulaw } = vectors.bounds.sqnr_db_sine_1004Hz_amp16000
    expect(sqnrDb(encodeMulaw, decodeMulaw)).toBeCloseTo(ulaw, 1)
    expect(sqnrDb(encodeAlaw, decodeAlaw)).toBeCloseTo(alaw, 1)
  })

  it('never makes a louder sample quieter than a softer one', () => {
    for (const [encode, decode] of [
      [encodeMulaw, decodeMulaw],
      [encodeAlaw, decodeAlaw],
    ] as const) {
      const back = decoded(decode, coded(encode, EVERY_SAMPLE))
      expect(back.every((sample, at) => at === 0 || sample >= (back[at - 1] ?? 0))).toBe(true)
    }
  })

  it('takes any bytes at any offset, and writes only as much as fits', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 0, max: 500 }), fc.nat(3), (bytes, room, offset) => {
        const at = new Uint8Array(bytes.length + offset).subarray(offset)
        at.set(bytes)
        const [pcm, codes] = [new Uint8Array(room), new Uint8Array(room)]
        expect(decodeMulaw(at, pcm)).toBe(Math.min(bytes.length, room >> 1) * 2)
        expect(encodeMulaw(at, codes)).toBe(Math.min(bytes.length >> 1, room))
        expect(decodeAlaw(at, pcm, 7)).toBe(Math.min(bytes.length, room >> 1, 7) * 2)
      }),
    )
  })
})
