import { createKeptSound } from './kept-sound.ts'

/** What of the visitor's sound is kept for a new connection: a breath before they speak, then the last three seconds until it is answered. Frames of 20 ms. */
const BREATH_FRAMES = 10
const MOST_FRAMES = 150
/** Louder than a quiet room: somebody may be speaking. One of 32768. */
const LOUD = 500

const BEGIN = '{"realtimeInput":{"audio":{"data":"'

/** The visitor's sound on its way to the vendor. It outlives connections: what a lost one swallowed of a question is sent again. */
export interface Uplink {
  /** PCM16LE mono. */
  take(bytes: Uint8Array, sampleRateHz: number): void
  /** The vendor answers: what was said until now is not needed any more. */
  answered(): void
  /** From now on sound is sent here; what was kept goes first. */
  open(send: (json: string) => void): void
  /** There is no connection; sound waits. */
  away(): void
}

export function createUplink(): Uplink {
  const kept = createKeptSound()
  let send: ((json: string) => void) | undefined
  let rateHz = 0
  let end = ''
  let speaks = false

  return {
    take(bytes, sampleRateHz) {
      if (sampleRateHz !== rateHz) {
        kept.clear()
        rateHz = sampleRateHz
        end = `","mimeType":"audio/pcm;rate=${rateHz}"}}}`
      }
      // As the SDK writes it, without its converters: this is 50 frames a second and call.
      if (send) send(BEGIN + base64(bytes) + end)
      if (!speaks) speaks = isLoud(bytes)
      kept.push(bytes)
      kept.keep(speaks ? MOST_FRAMES : BREATH_FRAMES)
    },
    answered() {
      speaks = false
      kept.keep(BREATH_FRAMES)
    },
    open(next) {
      for (const bytes of kept.frames()) next(BEGIN + base64(bytes) + end)
      send = next
    },
    away() {
      send = undefined
    },
  }
}

function base64(bytes: Uint8Array): string {
  return (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)).toString('base64')
}

/** Looks at every eighth sample: enough for a voice. */
function isLoud(bytes: Uint8Array): boolean {
  for (let at = 1; at < bytes.length; at += 16) {
    const high = ((bytes[at] ?? 0) << 24) >> 16
    if (high > LOUD || high < -LOUD) return true
  }
  return false
}
