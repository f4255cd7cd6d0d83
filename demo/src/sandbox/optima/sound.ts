import { decodeALaw, decodeMuLaw, encodeALaw, encodeMuLaw } from '../carriers/g711.ts'

/** Sound as Optima takes and gives it: 8 kHz, mono. */

export const FORMATS = ['pcm16', 'ulaw', 'alaw'] as const
export type Format = (typeof FORMATS)[number]

export function encode(samples: Int16Array, format: Format): Buffer {
  if (format !== 'pcm16') return Buffer.from(format === 'ulaw' ? encodeMuLaw(samples) : encodeALaw(samples))
  const bytes = Buffer.alloc(samples.length * 2)
  for (const [n, sample] of samples.entries()) bytes.writeInt16LE(sample, n * 2)
  return bytes
}

/** @throws RangeError for half a sample */
export function decode(bytes: Uint8Array, format: Format): Int16Array {
  if (format !== 'pcm16') return format === 'ulaw' ? decodeMuLaw(bytes) : decodeALaw(bytes)
  if (bytes.length % 2 !== 0) throw new RangeError('half a sample')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Int16Array.from({ length: bytes.length / 2 }, (_, n) => view.getInt16(n * 2, true))
}
