/** Frames that are kept together. What is forgotten makes room for what comes, so that a steady stream allocates nothing. */
const PAGE_FRAMES = 25

/**
 * Frames of one size, counted from 0, copied into pages: thousands of small buffers that wait to be heard would each cost the collector.
 * A frame that is read is a view, good until that frame is forgotten.
 */
export class KeptFrames {
  /** Index of the oldest that is kept. */
  first = 0
  /** How many there have been: the index of the next. */
  end = 0
  #size = 0
  #pages: Uint8Array[] = []
  /** Index of the first frame of the first page. */
  #from = 0
  #spare: Uint8Array | undefined

  /** @throws RangeError when it is not as long as the ones before */
  push(frame: Uint8Array): void {
    this.#size ||= frame.length
    if (frame.length !== this.#size) throw new RangeError(`a frame of ${frame.length} bytes among those of ${this.#size}`)
    const place = this.end - this.#from
    if (place === this.#pages.length * PAGE_FRAMES) {
      this.#pages.push(this.#spare ?? new Uint8Array(this.#size * PAGE_FRAMES))
      this.#spare = undefined
    }
    this.#pages.at(-1)?.set(frame, (place % PAGE_FRAMES) * this.#size)
    this.end += 1
  }

  /** Undefined when it is not there: forgotten, or not yet. */
  at(index: number): Uint8Array | undefined {
    if (index < this.first || index >= this.end) return undefined
    const place = index - this.#from
    const start = (place % PAGE_FRAMES) * this.#size
    return this.#pages[Math.floor(place / PAGE_FRAMES)]?.subarray(start, start + this.#size)
  }

  /** All before this index. */
  forgetBefore(index: number): void {
    this.first = Math.max(this.first, Math.min(index, this.end))
    while (this.first - this.#from >= PAGE_FRAMES) {
      this.#spare = this.#pages.shift()
      this.#from += PAGE_FRAMES
    }
  }

  clear(): void {
    this.first = this.end
    this.#from = this.end
    this.#pages = []
    this.#spare = undefined
  }
}
