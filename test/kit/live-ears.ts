import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'vitest'
import { bestMatch } from '../../relay/src/audio/correlation.test-kit.ts'
import { resampled } from '../clips/wav.ts'
import type { fromInt16 } from './waveform.ts'

/** What is heard of something while it is said, piece by piece. */

type Sound = ReturnType<typeof fromInt16>
type Ear = () => Sound | Promise<Sound>

const TIMES = 5
const PIECE_MS = 400
const cut = ({ samples, sampleRate }: Sound, fromMs: number, toMs = Number.POSITIVE_INFINITY): Sound => ({
  samples: samples.slice(
    Math.max(0, Math.round((fromMs * sampleRate) / 1000)),
    Math.min(samples.length, Math.round((toMs * sampleRate) / 1000)),
  ),
  sampleRate,
})
const msOf = ({ samples, sampleRate }: Sound) => (samples.length / sampleRate) * 1000
const loudness = ({ samples }: Sound) => Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)

/** What is said in them; a pause is like anything. */
function piecesOf(whole: Sound): readonly Sound[] {
  const count = Math.floor(msOf(whole) / PIECE_MS)
  const pieces = Array.from({ length: count }, (_, at) => cut(whole, at * PIECE_MS, (at + 1) * PIECE_MS))
  return pieces.filter((piece) => loudness(piece) > loudness(whole) / 3)
}

/**
 * Says it until each of these ears has heard every piece of it, at most five times. Who listens to something live gets what comes in
 * time, and a machine that others share is not always in time: that costs a piece, and may not cost all of them each time.
 */
export async function sayUntilHeard(what: Sound, say: () => Promise<void>, ...ears: Ear[]): Promise<void> {
  const pieces = piecesOf(what)
  const listening = ears.map((ear) => ({ ear, missing: pieces as readonly Sound[], fromMs: 0 }))
  for (const each of listening) each.fromMs = msOf(await each.ear())
  for (let time = 1; time <= TIMES && listening.some(({ missing }) => missing.length > 0); time++) {
    await say()
    for (const each of listening) {
      const sound = await each.ear()
      const news = cut(sound, each.fromMs - PIECE_MS)
      each.fromMs = msOf(sound)
      each.missing = await missingIn(news, each.missing)
    }
    const left = listening.map(({ missing }) => missing.length)
    console.log(`${Math.round(msOf(what))} ms: ${pieces.length} pieces, not heard after ${time}: ${left.join(' ')}`)
  }
  expect(listening.map(({ missing }) => missing.length)).toEqual(ears.map(() => 0))
}

/** At least two thirds of it are in that sound: it was said there, whatever a busy machine made of its pace. */
export async function expectMostHeard(what: Sound, heard: Sound): Promise<void> {
  const pieces = piecesOf(what)
  const missing = await missingIn(heard, pieces)
  console.log(`${Math.round(msOf(what))} ms: ${pieces.length} pieces, not heard: ${missing.length}`)
  expect(missing.length * 3).toBeLessThanOrEqual(pieces.length)
}

async function missingIn(sound: Sound, pieces: readonly Sound[]): Promise<Sound[]> {
  const missing: Sound[] = []
  const heard = at16(sound)
  for (const piece of pieces) {
    if (!holds(heard, at16(piece))) missing.push(piece)
    // Others of this process have to answer in time.
    await turn()
  }
  return missing
}

const HZ = 16_000
const at16 = ({ samples, sampleRate }: Sound) =>
  resampled(
    Int16Array.from(samples, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768)))),
    sampleRate,
    HZ,
  )
/** Of the coarse search, in samples. */
const STEP = 8

function holds(heard: Int16Array, piece: Int16Array): boolean {
  const { at } = bestMatch(piece, heard, STEP)
  let best = { correlation: 0, level: 0 }
  for (let lag = Math.max(0, at - STEP); lag <= at + STEP; lag++) {
    let [both, one, other] = [0, 0, 0]
    for (let n = 0; n < piece.length; n++) {
      const a = piece[n] ?? 0
      const b = heard[lag + n] ?? 0
      both += a * b
      one += a * a
      other += b * b
    }
    const correlation = other > 0 ? both / Math.sqrt(one * other) : 0
    if (correlation > best.correlation) best = { correlation, level: Math.sqrt(other / one) }
  }
  return best.correlation >= 0.95 && Math.abs(20 * Math.log10(best.level)) <= 2
}
