import loadFvad from '@echogarden/fvad-wasm'
import { createFramer } from './frames.ts'
import { createResampler } from './resample.ts'

/** Hears whether somebody speaks, frame by frame, in one PCM16LE mono stream. */
export interface VoiceActivity {
  /** Any number of bytes; for each whole 20 ms frame that they complete, whether it holds a voice. */
  push(bytes: Uint8Array): readonly boolean[]
  /** Forgets the stream. */
  reset(): void
  /** Frees the detector. Idempotent. */
  close(): void
}

export const ACTIVITY_FRAME_MS = 20

const RATES = new Set([8000, 16_000, 32_000, 48_000])
/** The strictest: what it takes for a voice seldom is none. */
const MODE = 3
/** A voice stands out of the room's noise by at least this factor (8 dB); WebRTC's detector alone goes on for 100 ms after the last sound. */
const ABOVE_NOISE = 2.5
/** Root mean square of int16 samples: quieter is no voice in any room (−54 dB). */
const SILENCE_RMS = 65
/** How quickly the room's noise is believed to have grown, per frame; quieter is believed at once. */
const NOISE_RISES = 1.01
const LOUDEST_NOISE_RMS = 1500
/** What a stream begins with is its room: a fan that ran before the call is no voice. */
const FIRST_FRAMES = 5

/** Every second sample tells how loud a frame is as well as all of them. */
const STEP = 2
/** One frame at a time is the rule: its answer needs no array of its own. */
const VOICED: readonly boolean[] = [true]
const NOT_VOICED: readonly boolean[] = [false]

const fvad = await loadFvad()
const scratch = fvad._malloc((48_000 / 50) * 2)
const forgotten = new FinalizationRegistry<number>((state) => fvad._fvad_free(state))

/** @throws RangeError for rates that cannot be resampled. */
export function createVoiceActivity(sampleRateHz: number): VoiceActivity {
  const rate = RATES.has(sampleRateHz) ? sampleRateHz : 16_000
  const resampler = rate === sampleRateHz ? undefined : createResampler(sampleRateHz, rate)
  const framer = createFramer(rate, ACTIVITY_FRAME_MS)
  const owner = {}
  let state = fvad._fvad_new()
  if (state === 0) throw new Error('No memory left for another voice activity detector')
  fvad._fvad_set_sample_rate(state, rate)
  fvad._fvad_set_mode(state, MODE)
  forgotten.register(owner, state, owner)
  // In an object: a number that a closure keeps is a new one on the heap each time it changes.
  const room = { noise: SILENCE_RMS, frames: 0 }

  function voiced(frame: Uint8Array): boolean {
    fvad.HEAPU8.set(frame, scratch)
    const voice = fvad._fvad_process(state, scratch, frame.length >> 1) === 1
    const level = loudness(frame.length >> 1)
    // Digital silence comes before a device has begun.
    if (level >= 1) room.frames += 1
    const noise = room.frames <= FIRST_FRAMES ? Math.max(level, room.noise) : Math.min(level, room.noise * NOISE_RISES)
    room.noise = Math.min(LOUDEST_NOISE_RMS, Math.max(SILENCE_RMS, noise))
    return voice && level >= room.noise * ABOVE_NOISE
  }

  return {
    push(bytes) {
      if (state === 0) return []
      const sound = resampler ? resampler.push(bytes) : bytes
      if (sound.length === framer.frameBytes && framer.waiting === 0) return voiced(sound) ? VOICED : NOT_VOICED
      return framer.push(sound).map(voiced)
    },
    reset() {
      framer.reset()
      resampler?.reset()
      if (state !== 0) fvad._fvad_reset(state)
      room.noise = SILENCE_RMS
      room.frames = 0
    },
    close() {
      if (state === 0) return
      forgotten.unregister(owner)
      fvad._fvad_free(state)
      resampler?.close()
      state = 0
    },
  }
}

/** Root mean square of the frame in the scratch, 0 to 32768. */
function loudness(samples: number): number {
  const { HEAP16 } = fvad
  const from = scratch >> 1
  let sum = 0
  for (let at = from; at < from + samples; at += STEP) {
    const sample = HEAP16[at] ?? 0
    sum += sample * sample
  }
  return Math.sqrt((sum * STEP) / samples)
}
