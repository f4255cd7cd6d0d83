import { type FramePool, framePool } from './frame-pool.ts'

/**
 * Frames of one size, counted from 0, copied into room that all calls share: thousands of small buffers that wait to be heard would each
 * cost the collector. A frame that is read is a view, good until that frame is forgotten.
 */
export class KeptFrames {
  /** Index of the oldest that is kept. */
  first = 0
  /** How many there have been: the index of the next. */
  end = 0
  #size = 0
  #pool: FramePool | undefined
  /** Where those that are kept stand, from `first` on. */
  #places: number[] = []

  /**
   * One frame, or `count` of them that follow each other.
   * @throws RangeError when they are not as long as the ones before
   */
  push(frames: Uint8Array, count = 1): void {
    if (!this.#pool) {
      this.#size = frames.length / count
      this.#pool = framePool(this.#size)
    }
    const size = this.#size
    if (frames.length !== size * count) throw new RangeError(`a frame of ${frames.length / count} bytes among those of ${size}`)
    if (count === 1) this.#places.push(this.#pool.take(frames))
    else for (let at = 0; at < frames.length; at += size) this.#places.push(this.#pool.take(frames.subarray(at, at + size)))
    this.end += count
  }

  /** Undefined when it is not there: forgotten, or not yet. */
  at(index: number): Uint8Array | undefined {
    const place = this.#places[index - this.first]
    return place === undefined ? undefined : this.#pool?.read(place, this.#size)
  }

  /** All before this index. */
  forgetBefore(index: number): void {
    while (this.first < Math.min(index, this.end)) {
      const place = this.#places.shift()
      if (place !== undefined) this.#pool?.leave(place)
      this.first += 1
    }
  }

  clear(): void {
    this.forgetBefore(this.end)
  }
}
