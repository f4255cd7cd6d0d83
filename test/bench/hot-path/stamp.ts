/**
 * A number hidden in the low four bits of a frame's first eight samples: what room noise would be, so that nobody takes it for a voice.
 * So it is for PCM16LE (two bytes a sample), and for µ-law codes from 0xf0 up, which come back from PCM as they were.
 */

const SAMPLES = 8
/** Bytes of PCM16LE that hold a stamp, and their base64 (a whole number of its groups). */
export const STAMP_BYTES = 18
export const STAMP_LETTERS = 24
/** The same of µ-law. */
export const STAMP_CODES = 9
export const STAMP_CODE_LETTERS = 12

const FRAMES = 1 << 20

export interface Stamp {
  call: number
  frame: number
}

/** Up to 4,096 calls of a million frames. */
export function writeStamp(bytes: Uint8Array, at: number, { call, frame }: Stamp, bytesASample = 2): void {
  let left = call * FRAMES + frame
  for (let sample = 0; sample < SAMPLES; sample++) {
    const place = at + sample * bytesASample
    bytes[place] = ((bytes[place] ?? 0) & 0xf0) | (left & 15)
    left = Math.floor(left / 16)
  }
}

export function readStamp(bytes: Uint8Array, bytesASample = 2): Stamp {
  let whole = 0
  for (let sample = SAMPLES - 1; sample >= 0; sample--) whole = whole * 16 + ((bytes[sample * bytesASample] ?? 0) & 15)
  return { call: Math.floor(whole / FRAMES), frame: whole % FRAMES }
}
