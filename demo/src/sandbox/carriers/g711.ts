/** Mu-law and A-law (ITU-T G.711), the sandbox’s own: the relay’s is what it checks. */

const BIAS = 132
const LOUDEST = 32_635

const DECODED = Int16Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff
  const size = ((((bits & 0x0f) << 3) + BIAS) << ((bits >> 4) & 7)) - BIAS
  return bits & 0x80 ? -size : size
})

export const decodeMuLaw = (codes: Uint8Array): Int16Array => Int16Array.from(codes, (code) => DECODED[code] ?? 0)

export const encodeMuLaw = (samples: Int16Array): Uint8Array => Uint8Array.from(samples, encode)

function encode(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0
  const size = Math.min(Math.abs(sample), LOUDEST) + BIAS
  const exponent = 24 - Math.clz32(size)
  return ~(sign | (exponent << 4) | ((size >> (exponent + 3)) & 0x0f)) & 0xff
}

const A_DECODED = Int16Array.from({ length: 256 }, (_, code) => {
  const bits = code ^ 0x55
  const exponent = (bits >> 4) & 7
  const step = ((bits & 0x0f) << 4) | 8
  const size = exponent === 0 ? step : (step | 0x100) << (exponent - 1)
  return bits & 0x80 ? size : -size
})

export const decodeALaw = (codes: Uint8Array): Int16Array => Int16Array.from(codes, (code) => A_DECODED[code] ?? 0)

export const encodeALaw = (samples: Int16Array): Uint8Array => Uint8Array.from(samples, encodeA)

function encodeA(sample: number): number {
  // One below zero is as far as zero from the middle.
  const size = sample < 0 ? ~sample : sample
  const exponent = Math.max(0, 24 - Math.clz32(size))
  return ((sample < 0 ? 0 : 0x80) | (exponent << 4) | ((size >> Math.max(4, exponent + 3)) & 0x0f)) ^ 0x55
}
