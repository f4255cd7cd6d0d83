import { FRAME, FRAME_MS, PHONE_HZ } from '../phones/beat.ts'
import { FrameQueue } from '../phones/frames.ts'

/** More than ten minutes of waiting sound are thrown away (31931). */
const MOST_SAMPLES = 600 * PHONE_HZ

/** The customer's sound on its way to the phone, in order, with the marks between. */
export class Playout {
  readonly #queue = new FrameQueue()
  readonly #jitterMs: number
  readonly #played: (mark: string) => void
  #marks: { after: number; name: string }[] = []
  #pushed = 0
  #given = 0
  /** How long it has been gathering; undefined while it plays. */
  #gatheringMs: number | undefined = 0

  /** @param played is told each mark when the sound before it was played */
  constructor(jitterMs: number, played: (mark: string) => void) {
    this.#jitterMs = jitterMs
    this.#played = played
  }

  get playedMs(): number {
    return (this.#given * 1000) / PHONE_HZ
  }

  /** False when there is no room. */
  push(samples: Int16Array): boolean {
    if (this.#queue.samples + samples.length > MOST_SAMPLES) return false
    this.#queue.push(samples)
    this.#pushed += samples.length
    return true
  }

  mark(name: string): void {
    this.#marks.push({ after: this.#pushed, name })
    this.#tell()
  }

  /** Drops what waits; the marks in it come back at once. */
  clear(): void {
    this.#queue.clear()
    this.#given = this.#pushed
    this.#tell()
  }

  /** The next 20 ms. What was given out before has been played by now. */
  next(): Int16Array | undefined {
    this.#tell()
    const { samples } = this.#queue
    if (samples === 0) {
      this.#gatheringMs = 0
      return undefined
    }
    if (this.#gatheringMs !== undefined) {
      this.#gatheringMs += FRAME_MS
      if (this.#gatheringMs <= this.#jitterMs && samples < (this.#jitterMs * PHONE_HZ) / 1000) return undefined
      this.#gatheringMs = undefined
    }
    this.#given += Math.min(FRAME, samples)
    return this.#queue.next()
  }

  #tell(): void {
    while (this.#marks[0] && this.#marks[0].after <= this.#given) {
      const mark = this.#marks.shift()
      if (mark) this.#played(mark.name)
    }
  }
}
