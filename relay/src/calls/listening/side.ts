import { createResampler, type Resampler } from '../../audio/resample.ts'

/**
 * One side of a call on its way to who listens: samples of any rate in, samples of one rate out, a frame at a time. What was sent ahead of real
 * time waits here as long as it does at the far end.
 */
export class Side {
  readonly #hz: number
  /** A ring, of a power of two. */
  readonly #samples: Int16Array
  #read = 0
  #write = 0
  #resampler: Resampler | undefined
  /** Sound that comes in real time waits at most so long: beyond, time was lost on the way and is caught up with. */
  readonly #mostSamples: number
  /** So much has to be there before it begins to sound, so that the next frame may be late. */
  readonly #cushion: number
  #sounds = false

  constructor(o: { hz: number; cushionMs: number; mostMs: number }) {
    this.#hz = o.hz
    this.#cushion = (o.cushionMs * o.hz) / 1000
    this.#mostSamples = (o.mostMs * o.hz) / 1000
    this.#samples = new Int16Array(2 ** Math.ceil(Math.log2(this.#mostSamples + o.hz)))
  }

  /** PCM16LE mono. */
  push(bytes: Uint8Array, sampleRateHz: number): void {
    const sound = sampleRateHz === this.#hz ? bytes : this.#toRate(bytes, sampleRateHz)
    const all = this.#samples
    const mask = all.length - 1
    for (let at = 0; at + 1 < sound.length; at += 2) all[this.#write++ & mask] = ((sound[at + 1] as number) << 8) | (sound[at] as number)
    if (this.#write - this.#read > this.#mostSamples) this.#read = this.#write - (2 * this.#cushion || this.#mostSamples)
  }

  /** Adds the next samples onto `frame`, and says how loud they are (root mean square, 0 to 1); what is not there is silence. */
  addTo(frame: Int32Array): number {
    const there = this.#write - this.#read
    if (!this.#sounds && there < Math.max(1, this.#cushion)) return 0
    const count = Math.min(there, frame.length)
    const all = this.#samples
    const mask = all.length - 1
    this.#sounds = there > count
    let power = 0
    for (let at = 0; at < count; at++) {
      const sample = all[this.#read++ & mask] as number
      frame[at] = (frame[at] as number) + sample
      power += sample * sample
    }
    return Math.sqrt(power / frame.length) / 32_768
  }

  drop(): void {
    this.#read = this.#write
    this.#sounds = false
    this.#resampler?.reset()
  }

  close(): void {
    this.#resampler?.close()
    this.#resampler = undefined
  }

  #toRate(bytes: Uint8Array, fromHz: number): Uint8Array {
    if (this.#resampler?.fromHz !== fromHz) {
      this.#resampler?.close()
      this.#resampler = createResampler(fromHz, this.#hz)
    }
    return this.#resampler.push(bytes)
  }
}
