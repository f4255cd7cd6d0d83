/** Frames that are kept together. */
const PAGE_FRAMES = 5

/**
 * What one stream forgets makes room for what comes on any other, the last first: a steady stream allocates nothing, and writes where the
 * processor just was.
 */
const spares = new Map<number, Uint8Array[]>()
const MOST_SPARES = 64

function takePage(bytes: number): Uint8Array {
  return spares.get(bytes)?.pop() ?? new Uint8Array(bytes)
}

function givePage(page: Uint8Array): void {
  const alike = spares.get(page.length)
  if (!alike) spares.set(page.length, [page])
  else if (alike.length < MOST_SPARES) alike.push(page)
}

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
  /** Where the next goes: the newest page, how much of it is filled, and its length. Full before there is any. */
  #page: Uint8Array | undefined = undefined
  #filled = 0
  #full = 0
  /** Index of the first frame of the first page. */
  #from = 0
  /** The newest is the last. */
  readonly #pages: Uint8Array[] = []

  /** @throws RangeError when it is not as long as the ones before */
  push(frame: Uint8Array): void {
    this.#size ||= frame.length
    if (frame.length !== this.#size) throw new RangeError(`a frame of ${frame.length} bytes among those of ${this.#size}`)
    if (this.#page === undefined || this.#filled === this.#full) this.#page = this.#turn()
    this.#page.set(frame, this.#filled)
    this.#filled += frame.length
    this.end += 1
  }

  #turn(): Uint8Array {
    const page = takePage(this.#size * PAGE_FRAMES)
    this.#pages.push(page)
    this.#filled = 0
    this.#full = page.length
    return page
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
      const page = this.#pages.shift()
      if (page) givePage(page)
      this.#from += PAGE_FRAMES
    }
  }

  clear(): void {
    this.first = this.end
    this.#from = this.end
    this.#page = undefined
    for (const page of this.#pages.splice(0)) givePage(page)
  }
}
