import { KeptSound } from './kept-sound.ts'

/** What of the visitor's sound is kept for a new connection: a breath before they speak, then the last three seconds until it is answered. Frames of 20 ms. */
const BREATH_FRAMES = 10
const MOST_FRAMES = 150
/** Louder than a quiet room: somebody may be speaking. One of 32768. */
const LOUD = 500

const BEGIN = '{"realtimeInput":{"audio":{"data":"'

type Send = (before: string, sound: Uint8Array, after: string) => void

/** The visitor's sound on its way to the vendor. It outlives connections: what a lost one swallowed of a question is sent again. */
export interface Uplink {
  /** PCM16LE mono. */
  take(bytes: Uint8Array, sampleRateHz: number): void
  /** The vendor answers: what was said until now is not needed any more. */
  answered(): void
  /** From now on sound is sent here, between the two halves of its message; what was kept goes first. */
  open(send: Send): void
  /** There is no connection; sound waits. */
  away(): void
  /** No more sound comes, and what was kept is forgotten. */
  close(): void
}

export function createUplink(): Uplink {
  const kept = new KeptSound()
  let send: Send | undefined
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
      if (send) send(BEGIN, bytes, end)
      if (!speaks) speaks = isLoud(bytes)
      kept.push(bytes)
      kept.keep(speaks ? MOST_FRAMES : BREATH_FRAMES)
    },
    answered() {
      speaks = false
      kept.keep(BREATH_FRAMES)
    },
    open(next) {
      for (const bytes of kept.frames()) next(BEGIN, bytes, end)
      send = next
    },
    away() {
      send = undefined
    },
    close() {
      send = undefined
      kept.clear()
    },
  }
}

/** Looks at every eighth sample: enough for a voice. */
function isLoud(bytes: Uint8Array): boolean {
  for (let at = 1; at < bytes.length; at += 16) {
    const high = ((bytes[at] ?? 0) << 24) >> 16
    if (high > LOUD || high < -LOUD) return true
  }
  return false
}
