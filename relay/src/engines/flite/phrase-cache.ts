/** Speech kept by its words: least recently used goes first, measured in bytes. Two that ask for the same at once share one making. */
export interface PhraseCache {
  /** The kept bytes, or those that `make` gives. A failure is not kept. The caller must not change them. */
  get(key: string, make: () => Promise<Uint8Array>): Promise<Uint8Array>
  readonly bytes: number
  clear(): void
}

export function createPhraseCache(maxBytes: number): PhraseCache {
  const kept = new Map<string, Uint8Array>()
  const making = new Map<string, Promise<Uint8Array>>()
  let bytes = 0

  function keep(key: string, value: Uint8Array): void {
    if (value.byteLength > maxBytes) return
    kept.set(key, value)
    bytes += value.byteLength
    for (const [oldest, its] of kept) {
      if (bytes <= maxBytes) break
      kept.delete(oldest)
      bytes -= its.byteLength
    }
  }

  return {
    async get(key, make) {
      const found = kept.get(key)
      if (found) {
        kept.delete(key)
        kept.set(key, found)
        return found
      }
      const underWay = making.get(key)
      if (underWay) return underWay
      const made = make()
      making.set(key, made)
      try {
        const value = await made
        keep(key, value)
        return value
      } finally {
        making.delete(key)
      }
    },
    get bytes() {
      return bytes
    },
    clear() {
      kept.clear()
      bytes = 0
    },
  }
}
