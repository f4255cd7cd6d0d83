import { FRAME } from './beat.ts'

/** Sound that waits to be played, given out frame by frame; the last one is filled with silence. */
export class FrameQueue {
  #pieces: Int16Array[] = []
  #offset = 0
  #samples = 0
  #waiting: (() => void)[] = []

  /** Samples that wait. */
  get samples(): number {
    return this.#samples
  }

  push(samples: Int16Array): void {
    if (samples.length === 0) return
    this.#pieces.push(samples)
    this.#samples += samples.length
  }

  /** The next 20 ms; undefined when nothing waits. */
  next(): Int16Array | undefined {
    const frame = this.#samples > 0 ? this.#take() : undefined
    if (this.#samples === 0) this.#empty()
    return frame
  }

  clear(): void {
    this.#pieces = []
    this.#offset = 0
    this.#samples = 0
    this.#empty()
  }

  /** Drops the oldest until no more than this many samples wait. */
  shorten(most: number): void {
    while (this.#samples > most) this.#take()
  }

  /** Resolves when all of it was given out, or cleared. */
  drained(): Promise<void> {
    if (this.#samples === 0) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #take(): Int16Array {
    const frame = new Int16Array(FRAME)
    let filled = 0
    while (filled < FRAME) {
      const piece = this.#pieces[0]
      if (!piece) break
      const part = piece.subarray(this.#offset, this.#offset + FRAME - filled)
      frame.set(part, filled)
      filled += part.length
      this.#offset += part.length
      if (this.#offset < piece.length) break
      this.#pieces.shift()
      this.#offset = 0
    }
    this.#samples -= filled
    return frame
  }

  #empty(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
