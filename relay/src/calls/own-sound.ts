import { createFramer, type Framer, frameBytes, isSilent, soundingBytes } from '../audio/frames.ts'
import { createResampler, type Resampler } from '../audio/resample.ts'
import type { Ledger } from './playback.ts'
import type { Track } from './playout.ts'
import type { AudioFormat } from './ports.ts'

/** An engine that speaks itself: PCM16LE mono at this rate. */
export interface OwnSound {
  ownHz: number
}

/** An engine's own sound, cut into the leg's frames onto a track; its words go to the ledger beside the sound they belong to. */
export class OwnVoice {
  #open = true
  readonly #frameBytes: number
  readonly #frameMs: number
  /** Equal rates pass: this is every frame of a spoken answer. */
  readonly #resampler: Resampler | undefined
  /** Not before a piece is no whole frames. */
  #framer: Framer | undefined = undefined
  readonly #ledger: Ledger
  readonly #track: Track
  readonly #format: AudioFormat

  constructor(o: OwnSound & { format: AudioFormat; ledger: Ledger; track: Track }) {
    const { sampleRateHz, frameMs } = o.format
    this.#frameBytes = frameBytes(sampleRateHz, frameMs)
    this.#frameMs = frameMs
    this.#resampler = o.ownHz === sampleRateHz ? undefined : createResampler(o.ownHz, sampleRateHz)
    this.#ledger = o.ledger
    this.#track = o.track
    this.#format = o.format
  }

  write(text: string): void {
    if (this.#open) this.#ledger.words(text)
  }

  sound(bytes: Uint8Array): void {
    if (!this.#open) return
    if (this.#resampler !== undefined) this.#cut(this.#resampler.push(bytes))
    else if (bytes.length === this.#frameBytes && this.#framer === undefined) this.#send(bytes)
    else this.#cut(bytes)
  }

  end(): void {
    if (!this.#open) return
    if (this.#resampler) this.#cut(this.#resampler.flush())
    const last = this.#framer?.flush()
    if (last) this.#send(last)
    this.#ledger.wordsMade()
    this.stop()
    this.#track.end()
  }

  stop(): void {
    if (!this.#open) return
    this.#open = false
    this.#resampler?.close()
  }

  #cut(sound: Uint8Array): void {
    const size = this.#frameBytes
    // Whole frames, as most pieces are, need no copy.
    if (sound.length % size === 0 && (this.#framer === undefined || this.#framer.waiting === 0)) this.#sendAll(sound)
    else {
      this.#framer ??= createFramer(this.#format.sampleRateHz, this.#format.frameMs)
      for (const frame of this.#framer.push(sound)) this.#send(frame)
    }
  }

  /** Whole frames. */
  #sendAll(frames: Uint8Array): void {
    const count = frames.length / this.#frameBytes
    const sounding = Math.ceil(soundingBytes(frames) / this.#frameBytes)
    this.#ledger.made(sounding * this.#frameMs)
    this.#ledger.made((count - sounding) * this.#frameMs, true)
    if (count > 0) this.#track.push(frames, count)
  }

  #send(frame: Uint8Array): void {
    this.#ledger.made(this.#frameMs, isSilent(frame))
    this.#track.push(frame)
  }
}
