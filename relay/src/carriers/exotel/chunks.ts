/** Exotel plays whole chunks only: multiples of 320 bytes, none too small. */
export interface Chunks {
  /** A frame of the agent's sound, of this utterance; returns the chunk that it fills. */
  push(frame: Uint8Array, utterance: string): Chunk | undefined
  /** What waits, filled up with silence. */
  flush(): Chunk | undefined
  drop(): void
  readonly empty: boolean
}

export interface Chunk {
  readonly pcm: Buffer
  /** How many bytes are whose. */
  readonly of: readonly { utterance: string; bytes: number }[]
}

/** @param frameBytes of every frame, a multiple of 320; chunks are whole frames, so that they are whole for Exotel too */
export function createChunks(frameBytes: number, minBytes: number): Chunks {
  const size = Math.ceil(minBytes / frameBytes) * frameBytes
  let pcm = Buffer.alloc(size)
  let filled = 0
  let of: { utterance: string; bytes: number }[] = []

  function take(): Chunk {
    const chunk = { pcm, of }
    pcm = Buffer.alloc(size)
    filled = 0
    of = []
    return chunk
  }
  return {
    push(frame, utterance) {
      pcm.set(frame, filled)
      filled += frame.length
      const last = of.at(-1)
      if (last?.utterance === utterance) last.bytes += frame.length
      else of.push({ utterance, bytes: frame.length })
      return filled === size ? take() : undefined
    },
    flush: () => (filled === 0 ? undefined : take()),
    drop() {
      filled = 0
      of = []
      pcm.fill(0)
    },
    get empty() {
      return filled === 0
    },
  }
}
