/**
 * G.711 (ITU-T) to and from PCM16LE mono, by table: µ-law works on the upper 14 bits of a sample, A-law on the upper 13.
 * Bytes may lie at any offset; an odd last byte is dropped.
 */

/** One byte of G.711 is one sample; `into` takes two bytes for each. Returns the bytes written, whole samples, as many as fit. */
export type Decode = (coded: Uint8Array, into: Uint8Array, length?: number) => number
/** The other way: `into` takes one byte for each two. Returns the bytes written. */
export type Encode = (pcm: Uint8Array, into: Uint8Array) => number

const MULAW_BIAS = 33
/** Louder is coded alike; with the bias it is the last of 13 bits. */
const MULAW_CLIP = 8158

/** Samples by µ-law code. */
export const MULAW_SAMPLES = Int16Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff
  const magnitude = (((((bits & 0x0f) << 1) + MULAW_BIAS) << ((bits & 0x70) >> 4)) - MULAW_BIAS) << 2
  return bits & 0x80 ? -magnitude : magnitude
})

/** Samples by A-law code. */
export const ALAW_SAMPLES = Int16Array.from({ length: 256 }, (_, code) => {
  const bits = code ^ 0x55
  const segment = (bits & 0x70) >> 4
  const step = ((bits & 0x0f) << 4) + 8
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1)
  return bits & 0x80 ? magnitude : -magnitude
})

/** µ-law codes by the upper 14 bits of a sample. */
const MULAW_CODES = Uint8Array.from({ length: 1 << 14 }, (_, upper) => {
  const sample = (upper << 18) >> 18
  const biased = Math.min(Math.abs(sample), MULAW_CLIP) + MULAW_BIAS
  const segment = 26 - Math.clz32(biased)
  return ((segment << 4) | ((biased >> (segment + 1)) & 0x0f)) ^ (sample < 0 ? 0x7f : 0xff)
})

/** A-law codes by the upper 13 bits of a sample. */
const ALAW_CODES = Uint8Array.from({ length: 1 << 13 }, (_, upper) => {
  const sample = (upper << 19) >> 19
  const magnitude = sample < 0 ? -sample - 1 : sample
  const segment = Math.max(0, 27 - Math.clz32(magnitude))
  return ((segment << 4) | ((magnitude >> Math.max(1, segment)) & 0x0f)) ^ (sample < 0 ? 0x55 : 0xd5)
})

const decoder =
  (samples: Int16Array): Decode =>
  (coded, into, length = coded.length) => {
    const count = Math.min(length, coded.length, into.length >> 1)
    for (let at = 0; at < count; at++) {
      const sample = samples[coded[at] as number] as number
      into[at * 2] = sample
      into[at * 2 + 1] = sample >> 8
    }
    return count * 2
  }

const encoder =
  (codes: Uint8Array, shift: number): Encode =>
  (pcm, into) => {
    const count = Math.min(pcm.length >> 1, into.length)
    for (let at = 0; at < count; at++) {
      into[at] = codes[((pcm[at * 2] as number) | ((pcm[at * 2 + 1] as number) << 8)) >> shift] as number
    }
    return count
  }

export const decodeMulaw = decoder(MULAW_SAMPLES)
export const decodeAlaw = decoder(ALAW_SAMPLES)
export const encodeMulaw = encoder(MULAW_CODES, 2)
export const encodeAlaw = encoder(ALAW_CODES, 3)
