import fc from 'fast-check'
import { expect, it } from 'vitest'
import { OwnVoice } from './own-sound.ts'
import { createLedger } from './playback.ts'
import type { Track } from './playout.ts'

const FRAME_BYTES = 320
const format = { encoding: 'pcm_s16le', sampleRateHz: 8000, frameMs: 20 } as const

/** What becomes of an utterance whose frames are loud or not, given in pieces of so many. */
function said(loud: readonly boolean[], framesAPiece: number) {
  const bytes = Buffer.concat(loud.map((isLoud) => Buffer.alloc(FRAME_BYTES, isLoud ? 0x20 : 0)))
  const ledger = createLedger()
  const frames: Buffer[] = []
  const push = (pieces: Uint8Array) => void frames.push(Buffer.from(pieces))
  const track = { push, end: () => undefined } satisfies Partial<Track> as unknown as Track
  const voice = new OwnVoice({ ownHz: 8000, format, ledger, track })
  voice.write('a b c')
  for (let at = 0; at < bytes.length; at += framesAPiece * FRAME_BYTES) voice.sound(bytes.subarray(at, at + framesAPiece * FRAME_BYTES))
  // All but the last frame was heard.
  ledger.sentUpTo(loud.length * 20)
  ledger.heardUpTo(loud.length * 20 - 20)
  return { bytes: Buffer.concat(frames), madeMs: ledger.madeMs, heard: ledger.close() }
}

it('frames that come together are what they are one by one, and a pause behind the words is none of them', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), fc.integer({ min: 2, max: 9 }), (loud, framesAPiece) => {
      expect(said(loud, framesAPiece)).toEqual(said(loud, 1))
    }),
  )
  // Thirty frames of words, ten of a pause, the last of which was not heard.
  expect(said([...Array(30).fill(true), ...Array(10).fill(false)], 40).heard.text).toBe('a b c')
})
