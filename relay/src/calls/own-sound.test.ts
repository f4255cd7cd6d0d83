import fc from 'fast-check'
import { expect, it } from 'vitest'
import { OwnVoice } from './own-sound.ts'
import { createLedger } from './playback.ts'
import type { Track } from './playout.ts'

const FRAME_BYTES = 320
const format = { encoding: 'pcm_s16le', sampleRateHz: 8000, frameMs: 20 } as const

/** What becomes of an utterance whose frames are loud or not, given in pieces of so many, and so many of them heard. */
function said(loud: readonly boolean[], framesAPiece: number, heardFrames = loud.length - 1) {
  const bytes = Buffer.concat(loud.map((isLoud) => Buffer.alloc(FRAME_BYTES, isLoud ? 0x20 : 0)))
  const ledger = createLedger()
  const frames: Buffer[] = []
  const push = (pieces: Uint8Array) => void frames.push(Buffer.from(pieces))
  const track = { push, end: () => undefined } satisfies Partial<Track> as unknown as Track
  const voice = new OwnVoice({ ownHz: 8000, format, ledger, track })
  voice.write('a b c d e f')
  for (let at = 0; at < bytes.length; at += framesAPiece * FRAME_BYTES) voice.sound(bytes.subarray(at, at + framesAPiece * FRAME_BYTES))
  ledger.sentUpTo(loud.length * 20)
  ledger.heardUpTo(heardFrames * 20)
  return { bytes: Buffer.concat(frames), madeMs: ledger.madeMs, heard: ledger.close() }
}

it('frames that come together are what they are one by one, and a pause behind the words is none of them', () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: 20, maxLength: 120 }),
      fc.integer({ min: 2, max: 9 }),
      fc.nat(120),
      (loud, framesAPiece, heard) => {
        expect(said(loud, framesAPiece, heard)).toEqual(said(loud, 1, heard))
      },
    ),
  )
  // Fifty frames of words, ten of a pause, the last of which was not heard.
  expect(said([...Array(50).fill(true), ...Array(10).fill(false)], 40).heard.text).toBe('a b c d e f')
})
