import { type FramePool, framePool } from './frame-pool.ts'

/** 100 ms at 24 kHz: room for each length of run stays when it is empty, so there are to be few lengths. */
const LONGEST_RUN_BYTES = 4800

/**
 * Frames of one size, counted from 0, copied into room that all calls share: thousands of small buffers that wait to be heard would each
 * cost the collector. Frames that come together lie together, while all come in short runs as long as the first. A frame that is read is a
 * view, good until that frame is forgotten.
 */
export class KeptFrames {
  /** Index of the oldest that is kept. */
  first = 0
  /** How many there have been: the index of the next. */
  end = 0
  #size = 0
  /** How many lie together. */
  #run = 1
  #pool: FramePool | undefined
  /** Where the runs stand, from that of `first` on. */
  #places: number[] = []

  /**
   * One frame, or `count` of them that follow each other.
   * @throws RangeError when they are not as long as the ones before
   */
  push(frames: Uint8Array, count = 1): void {
    if (!this.#pool) {
      this.#size = frames.length / count
      this.#run = frames.length > LONGEST_RUN_BYTES ? 1 : count
      this.#pool = framePool(this.#run * this.#size)
    }
    const size = this.#size
    if (frames.length !== size * count) throw new RangeError(`a frame of ${frames.length / count} bytes among those of ${size}`)
    if (count === this.#run) this.#places.push(this.#pool.take(frames))
    else {
      if (this.#run > 1) this.#part(this.#pool)
      for (let at = 0; at < frames.length; at += size) this.#places.push(this.#pool.take(frames.subarray(at, at + size)))
    }
    this.end += count
  }

  /** Undefined when it is not there: forgotten, or not yet. */
  at(index: number): Uint8Array | undefined {
    if (index < this.first || index >= this.end) return undefined
    const place = this.#places[this.#runOf(index) - this.#runOf(this.first)]
    return place === undefined ? undefined : this.#pool?.read(place, this.#size, (index % this.#run) * this.#size)
  }

  /** All before this index. */
  forgetBefore(index: number): void {
    const to = Math.min(index, this.end)
    if (to <= this.first) return
    for (let runs = this.#runOf(to) - this.#runOf(this.first); runs > 0; runs--) {
      const place = this.#places.shift()
      if (place !== undefined) this.#pool?.leave(place)
    }
    this.first = to
  }

  clear(): void {
    this.forgetBefore(this.end)
  }

  #runOf(index: number): number {
    return this.#run === 1 ? index : Math.floor(index / this.#run)
  }

  /** Lays each frame for itself. */
  #part(together: FramePool): void {
    const pool = framePool(this.#size)
    const places: number[] = []
    for (let index = this.first; index < this.end; index++) places.push(pool.take(this.at(index) as Uint8Array))
    for (const place of this.#places) together.leave(place)
    this.#pool = pool
    this.#places = places
    this.#run = 1
  }
}
