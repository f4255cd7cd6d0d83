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
  return new WholeFrames(Math.ceil(minBytes / frameBytes) * frameBytes)
}

class WholeFrames implements Chunks {
  #pcm: Buffer
  #filled: number
  #of: { utterance: string; bytes: number }[]

  constructor(size: number) {
    this.#pcm = Buffer.alloc(size)
    this.#filled = 0
    this.#of = []
  }

  push(frame: Uint8Array, utterance: string): Chunk | undefined {
    this.#pcm.set(frame, this.#filled)
    this.#filled += frame.length
    const last = this.#of.at(-1)
    if (last?.utterance === utterance) last.bytes += frame.length
    else this.#of.push({ utterance, bytes: frame.length })
    return this.#filled === this.#pcm.length ? this.#take() : undefined
  }

  flush(): Chunk | undefined {
    return this.#filled === 0 ? undefined : this.#take()
  }

  drop(): void {
    this.#filled = 0
    this.#of = []
    this.#pcm.fill(0)
  }

  get empty(): boolean {
    return this.#filled === 0
  }

  #take(): Chunk {
    const chunk = { pcm: this.#pcm, of: this.#of }
    this.#pcm = Buffer.alloc(chunk.pcm.length)
    this.#filled = 0
    this.#of = []
    return chunk
  }
}
