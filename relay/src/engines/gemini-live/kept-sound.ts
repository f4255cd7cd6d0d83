/** Frames that are kept together: what is forgotten makes room for what comes, so that a steady stream allocates nothing. */
const PAGE_FRAMES = 10

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
  let spare: Page | undefined

  function pageFor(size: number): Page {
    const last = pages.at(-1)
    if (last && last.size === size && last.filled < PAGE_FRAMES) return last
    const page = spare?.size === size ? spare : { bytes: Buffer.allocUnsafeSlow(size * PAGE_FRAMES), size, first: 0, filled: 0 }
    spare = undefined
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
        spare = Object.assign(page, { first: 0, filled: 0 })
      }
    },
    frames() {
      return pages.flatMap(({ bytes, size, first, filled }) =>
        Array.from({ length: filled - first }, (_, at) => bytes.subarray((first + at) * size, (first + at + 1) * size)),
      )
    },
    clear() {
      pages = []
      spare = undefined
      kept.length = 0
    },
  }
  return kept
}
