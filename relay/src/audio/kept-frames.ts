/** Frames that are kept together. */
const PAGE_FRAMES = 5
/** Pages that lie in one buffer. */
const SLAB_PAGES = 64

/** Where frames of one stream lie, one after the other. */
interface Page {
  readonly slab: Slab
  /** Of its first byte. */
  readonly at: number
}

/** One buffer for many streams: a buffer of their own for each would be two more objects that every frame finds cold. */
class Slab {
  readonly bytes: Uint8Array
  readonly free: Page[]

  constructor(pageBytes: number) {
    this.bytes = new Uint8Array(pageBytes * SLAB_PAGES)
    this.free = Array.from({ length: SLAB_PAGES }, (_, place) => ({ slab: this, at: place * pageBytes }))
  }
}

/**
 * Slabs with room, by the size of their pages. What one stream forgets makes room for what comes on any other, the last first: a steady
 * stream allocates nothing, and writes where the processor just was.
 */
const roomy = new Map<number, Slab[]>()

function takePage(bytes: number): Page {
  const slabs = roomy.get(bytes) ?? []
  roomy.set(bytes, slabs)
  const slab = slabs.at(-1) ?? new Slab(bytes)
  if (slabs.length === 0) slabs.push(slab)
  const page = slab.free.pop() as Page
  if (slab.free.length === 0) slabs.pop()
  return page
}

function givePage(page: Page, bytes: number): void {
  const { slab } = page
  const slabs = roomy.get(bytes) ?? []
  slab.free.push(page)
  if (slab.free.length === 1) slabs.push(slab)
  // One that nobody uses is enough.
  if (slab.free.length === SLAB_PAGES && slabs.some((other) => other !== slab && other.free.length === SLAB_PAGES))
    slabs.splice(slabs.indexOf(slab), 1)
}

const NOTHING = new Uint8Array(0)

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
  /** Where the next goes, and where its page ends. */
  #bytes: Uint8Array = NOTHING
  #at = 0
  #until = 0
  /** Index of the first frame of the first page. */
  #from = 0
  readonly #pages: Page[] = []

  /** @throws RangeError when it is not as long as the ones before */
  push(frame: Uint8Array): void {
    this.#size ||= frame.length
    if (frame.length !== this.#size) throw new RangeError(`a frame of ${frame.length} bytes among those of ${this.#size}`)
    if (this.#at === this.#until) this.#turn()
    this.#bytes.set(frame, this.#at)
    this.#at += frame.length
    this.end += 1
  }

  /** Undefined when it is not there: forgotten, or not yet. */
  at(index: number): Uint8Array | undefined {
    if (index < this.first || index >= this.end) return undefined
    const place = index - this.#from
    const page = this.#pages[Math.floor(place / PAGE_FRAMES)] as Page
    const at = page.at + (place % PAGE_FRAMES) * this.#size
    return page.slab.bytes.subarray(at, at + this.#size)
  }

  /** All before this index. */
  forgetBefore(index: number): void {
    this.first = Math.max(this.first, Math.min(index, this.end))
    for (; this.first - this.#from >= PAGE_FRAMES; this.#from += PAGE_FRAMES) {
      givePage(this.#pages.shift() as Page, this.#size * PAGE_FRAMES)
    }
  }

  clear(): void {
    this.first = this.end
    this.#from = this.end
    this.#bytes = NOTHING
    this.#at = 0
    this.#until = 0
    for (const page of this.#pages.splice(0)) givePage(page, this.#size * PAGE_FRAMES)
  }

  #turn(): void {
    const page = takePage(this.#size * PAGE_FRAMES)
    this.#pages.push(page)
    this.#bytes = page.slab.bytes
    this.#at = page.at
    this.#until = page.at + this.#size * PAGE_FRAMES
  }
}
