import { KeptSound } from './kept-sound.ts'

/** What of the visitor's sound is kept for a new connection: a breath before they speak, then the last three seconds until it is answered. */
const BREATH_MS = 200
const MOST_MS = 3000
/** What waits for a connection was heard by nobody yet, so all of it is kept: a recording comes whole before there is one. Longer than a recording is listened to. */
const WAITING_MS = 150_000
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
  /** How much is kept of silence, and of a voice. */
  #breathBytes = 0
  #mostBytes = 0

  sound(bytes: Uint8Array, sampleRateHz: number): void {
    if (sampleRateHz !== this.#rateHz) this.#changeTo(sampleRateHz)
    // As the SDK writes it, without its converters: this is 50 frames a second and call.
    if (this.#send) this.#send(BEGIN, bytes, this.#end)
    if (!this.#speaks) this.#speaks = isLoud(bytes)
    this.#kept.push(bytes)
    this.#kept.keep(this.#speaks ? this.#mostBytes : this.#breathBytes)
  }

  answered(): void {
    this.#speaks = false
    this.#mostBytes = this.#bytesOf(this.#send ? MOST_MS : WAITING_MS)
    this.#kept.keep(this.#breathBytes)
  }

  open(next: Send): void {
    for (const bytes of this.#kept.pieces()) next(BEGIN, bytes, this.#end)
    this.#send = next
    // What waited stays until it is answered: this connection may be lost with it.
    this.#mostBytes = Math.max(this.#bytesOf(MOST_MS), this.#kept.bytes)
  }

  away(): void {
    this.#send = undefined
    this.#mostBytes = this.#bytesOf(WAITING_MS)
  }

  close(): void {
    this.#send = undefined
    this.#kept.clear()
  }

  #changeTo(sampleRateHz: number) {
    this.#kept.clear()
    this.#rateHz = sampleRateHz
    this.#breathBytes = this.#bytesOf(BREATH_MS)
    this.#mostBytes = this.#bytesOf(this.#send ? MOST_MS : WAITING_MS)
    this.#end = `","mimeType":"audio/pcm;rate=${sampleRateHz}"}}}`
  }

  /** Of samples of two bytes. */
  #bytesOf(ms: number) {
    return (this.#rateHz * 2 * ms) / 1000
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
