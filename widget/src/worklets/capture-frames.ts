import { BandLimit } from './band-limit.ts'

const WIRE_HZ = 16_000
const FRAME_SAMPLES = 320
const LEVEL_SAMPLES = 1_600
/** Muting fades this long, so that it does not click. */
const FADE_SAMPLES = 80
const SILENT_AFTER_S = 2

export interface CaptureListener {
  /** Its buffer is the listener's from here on. */
  frame(pcm: Int16Array<ArrayBuffer>, atMs: number): void
  level(level: number): void
  silent(): void
  sound(): void
}

/**
 * From the device's blocks to what goes over the wire: mixed to one channel, 16 kHz, frames of 20 ms, faded to zeros while muted.
 * A frame is handed over with its memory, so each has a buffer of its own; nothing else is allocated.
 */
export class CaptureFrames {
  readonly #hz: number
  readonly #limit: BandLimit
  readonly #to: CaptureListener
  #frame = new Int16Array(FRAME_SAMPLES)
  #filled = 0
  #atMs = 0
  #muted: boolean
  #gain: number
  #energy = 0
  #counted = 0
  #zeros = 0
  #silent = false

  constructor(o: { deviceHz: number; muted: boolean; to: CaptureListener }) {
    this.#hz = o.deviceHz
    this.#limit = new BandLimit(o.deviceHz, WIRE_HZ)
    this.#to = o.to
    this.#muted = o.muted
    this.#gain = o.muted ? 0 : 1
  }

  setMuted(muted: boolean): void {
    this.#muted = muted
    this.#zeros = 0
  }

  /** One block, which begins at sample `at` of the context's clock. No channels: the device gives nothing, and the clock goes on. */
  take(channels: readonly Float32Array[], length: number, at: number): void {
    const before = this.#limit.written
    for (let i = 0; i < length; i += 1) {
      let sum = 0
      for (let c = 0; c < channels.length; c += 1) sum += (channels[c] as Float32Array)[i] as number
      this.#listen(sum)
      this.#limit.write(channels.length > 1 ? sum / channels.length : sum)
      while (this.#limit.ready) {
        if (this.#filled === 0) this.#atMs = ((at + this.#limit.position - before) * 1000) / this.#hz
        this.#add(this.#limit.read())
      }
    }
  }

  #add(sample: number): void {
    const step = 1 / FADE_SAMPLES
    this.#gain = this.#muted ? Math.max(0, this.#gain - step) : Math.min(1, this.#gain + step)
    const value = Math.max(-1, Math.min(32767 / 32768, sample * this.#gain))
    this.#frame[this.#filled] = Math.round(value * 32768)
    this.#filled += 1
    if (this.#filled === FRAME_SAMPLES) {
      this.#filled = 0
      this.#to.frame(this.#frame, this.#atMs)
      this.#frame = new Int16Array(FRAME_SAMPLES)
    }
    this.#energy += value * value
    this.#counted += 1
    if (this.#counted === LEVEL_SAMPLES) {
      this.#to.level(Math.sqrt(this.#energy / LEVEL_SAMPLES))
      this.#energy = 0
      this.#counted = 0
    }
  }

  /** Even a quiet room gives some sample that is not zero: two seconds without any mean that another app has the microphone. */
  #listen(sample: number): void {
    if (sample !== 0) {
      this.#zeros = 0
      if (this.#silent) this.#to.sound()
      this.#silent = false
    } else if (!this.#muted) {
      this.#zeros += 1
      if (this.#zeros < SILENT_AFTER_S * this.#hz) return
      this.#zeros = 0
      this.#silent = true
      this.#to.silent()
    }
  }
}
