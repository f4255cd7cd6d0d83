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
  sound(bytes: Uint8Array, sampleRateHz: number): void
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
  return new SoundUplink()
}

// A class, so that a frame finds all it needs in one object.
class SoundUplink implements Uplink {
  readonly #kept = new KeptSound()
  #send: Send | undefined = undefined
  #rateHz = 0
  #end = ''
  #speaks = false

  sound(bytes: Uint8Array, sampleRateHz: number): void {
    if (sampleRateHz !== this.#rateHz) this.#changeTo(sampleRateHz)
    // As the SDK writes it, without its converters: this is 50 frames a second and call.
    if (this.#send) this.#send(BEGIN, bytes, this.#end)
    if (!this.#speaks) this.#speaks = isLoud(bytes)
    this.#kept.push(bytes)
    this.#kept.keep(this.#speaks ? MOST_FRAMES : BREATH_FRAMES)
  }

  answered(): void {
    this.#speaks = false
    this.#kept.keep(BREATH_FRAMES)
  }

  open(next: Send): void {
    for (const bytes of this.#kept.frames()) next(BEGIN, bytes, this.#end)
    this.#send = next
  }

  away(): void {
    this.#send = undefined
  }

  close(): void {
    this.#send = undefined
    this.#kept.clear()
  }

  #changeTo(sampleRateHz: number) {
    this.#kept.clear()
    this.#rateHz = sampleRateHz
    this.#end = `","mimeType":"audio/pcm;rate=${sampleRateHz}"}}}`
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
