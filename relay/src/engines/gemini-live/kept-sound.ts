/** Frames that are kept together. */
const PAGE_FRAMES = 5
/** What one stream forgets makes room for what comes on any other, so that steady streams allocate nothing. */
const spares: Page[] = []
const MOST_SPARES = 64

interface Page {
  bytes: Buffer
  /** Of each frame in it. */
  size: number
  first: number
  filled: number
}

/** The last frames of a stream, copied: whoever gave them may use the bytes again. */
export interface KeptSound {
  push(frame: Uint8Array): void
  /** Forgets all but the newest. */
  keep(most: number): void
  /** Oldest first. */
  frames(): Buffer[]
  readonly length: number
  clear(): void
}

export function createKeptSound(): KeptSound {
  let pages: Page[] = []

  function pageFor(size: number): Page {
    const last = pages.at(-1)
    if (last && last.size === size && last.filled < PAGE_FRAMES) return last
    const spare = spares.pop()
    const page = spare?.size === size ? spare : { bytes: Buffer.allocUnsafeSlow(size * PAGE_FRAMES), size, first: 0, filled: 0 }
    pages.push(page)
    return page
  }
  const kept = {
    length: 0,
    push(frame: Uint8Array) {
      const page = pageFor(frame.length)
      page.bytes.set(frame, page.filled * page.size)
      page.filled += 1
      kept.length += 1
    },
    keep(most: number) {
      for (let page = pages[0]; page && kept.length > most; page = pages[0]) {
        const gone = Math.min(kept.length - most, page.filled - page.first)
        page.first += gone
        kept.length -= gone
        if (page.first < page.filled) return
        pages.shift()
        leave(page)
      }
    },
    frames() {
      return pages.flatMap(({ bytes, size, first, filled }) =>
        Array.from({ length: filled - first }, (_, at) => bytes.subarray((first + at) * size, (first + at + 1) * size)),
      )
    },
    clear() {
      for (const page of pages) leave(page)
      pages = []
      kept.length = 0
    },
  }
  return kept
}

function leave(page: Page): void {
  page.first = 0
  page.filled = 0
  if (spares.length < MOST_SPARES) spares.push(page)
}
