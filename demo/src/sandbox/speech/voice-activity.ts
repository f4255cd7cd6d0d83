import loadFvad from '@echogarden/fvad-wasm'

/** Tells frame by frame whether somebody speaks: WebRTC's detector, and louder than the room. */
export interface VoiceActivity {
  /** One frame of `FRAME` samples at 16 kHz. */
  voiced(frame: Int16Array): boolean
  close(): void
}

export const ACTIVITY_HZ = 16_000
export const FRAME_MS = 20
export const FRAME = (ACTIVITY_HZ * FRAME_MS) / 1000

const MODE = 2
const ABOVE_NOISE = 2.2
const QUIETEST_VOICE = 80
const NOISE_RISES = 1.01

const fvad = await loadFvad()
const scratch = fvad._malloc(FRAME * 2)

export function createVoiceActivity(): VoiceActivity {
  let state = fvad._fvad_new()
  fvad._fvad_set_sample_rate(state, ACTIVITY_HZ)
  fvad._fvad_set_mode(state, MODE)
  let noise = QUIETEST_VOICE / ABOVE_NOISE
  return {
    voiced(frame) {
      if (state === 0) return false
      fvad.HEAPU8.set(new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength), scratch)
      const voice = fvad._fvad_process(state, scratch, FRAME) === 1
      const level = Math.sqrt(frame.reduce((sum, sample) => sum + sample * sample, 0) / FRAME)
      noise = Math.max(10, level < noise ? level : noise * NOISE_RISES)
      return voice && level >= Math.max(QUIETEST_VOICE, noise * ABOVE_NOISE)
    },
    close() {
      if (state !== 0) fvad._fvad_free(state)
      state = 0
    },
  }
}
