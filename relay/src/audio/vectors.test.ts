import { describe, expect, it } from 'vitest'
import vectors from './audio.vectors.json' with { type: 'json' }
import { base64Length, bytesOfBase64, readBase64, writeBase64 } from './base64.ts'
import { durationMs, frameBytes, isSilent } from './frames.ts'
import { decodeAlaw, decodeMulaw, encodeAlaw, encodeMulaw } from './g711.ts'

/** Sound of each format in the sizes of the vectors. */

const ENCODERS: Record<string, typeof encodeMulaw> = { ulaw: encodeMulaw, alaw: encodeAlaw }
const DECODERS: Record<string, typeof decodeMulaw> = { ulaw: decodeMulaw, alaw: decodeAlaw }

/** So long of silence, as the relay writes this format. */
function silence(format: string, ms: number): Uint8Array {
  const [encoding = '', rate] = format.split('_')
  const pcm = new Uint8Array(frameBytes(Number(rate), ms))
  const encode = ENCODERS[encoding]
  if (!encode) return pcm
  const into = new Uint8Array(pcm.length)
  return into.subarray(0, encode(pcm, into))
}

function inBase64(bytes: Uint8Array): string {
  const into = Buffer.alloc(base64Length(bytes.length))
  return into.toString('latin1', 0, writeBase64(bytes, into, 0))
}

function outOfBase64(letters: string): Buffer {
  const bytes = Buffer.from(letters, 'latin1')
  const into = Buffer.alloc(bytesOfBase64(bytes, 0, bytes.length))
  expect(readBase64(bytes, 0, into, into.length)).toBe(true)
  return into
}

describe('the sizes of sound', () => {
  it.each(vectors.frames)('$format', ({ format, ...sizes }) => {
    const frame = silence(format, 20)
    expect({
      bytes20ms: frame.length,
      bytes100ms: silence(format, 100).length,
      bytesPerSecond: silence(format, 1000).length,
      base64len20ms: inBase64(frame).length,
    }).toEqual(sizes)
    const [encoding = '', rate] = format.split('_')
    const into = new Uint8Array(frame.length * 2)
    const pcm = DECODERS[encoding]?.(frame, into) ?? frame.length
    expect(durationMs(pcm, Number(rate))).toBe(20)
  })
})

describe('20 ms of silence', () => {
  const { pcm16_20ms_8k, ulaw_20ms_8k } = vectors.silence_base64

  it('are written as the vectors have them', () => {
    expect(inBase64(silence('ulaw_8000', 20))).toBe(ulaw_20ms_8k)
    expect(inBase64(silence('pcm_8000', 20))).toBe(pcm16_20ms_8k)
  })

  it('are read as silence', () => {
    const into = new Uint8Array(320)
    expect(decodeMulaw(outOfBase64(ulaw_20ms_8k), into)).toBe(320)
    expect(into).toEqual(new Uint8Array(320))
    expect(isSilent(outOfBase64(pcm16_20ms_8k))).toBe(true)
  })
})
