/** Exotel plays whole chunks only: multiples of 320 bytes, none too small. One that is filled, and read at once, and filled again. */
export class Chunk {
  /** Whole once it is full. */
  readonly pcm: Buffer
  /** How many bytes are whose. */
  readonly of: { utterance: string; bytes: number }[]
  #filled: number

  /** @param frameBytes of every frame, a multiple of 320; chunks are whole frames, so that they are whole for Exotel too */
  constructor(frameBytes: number, minBytes: number) {
    this.pcm = Buffer.alloc(Math.ceil(minBytes / frameBytes) * frameBytes)
    this.of = []
    this.#filled = 0
  }

  get isEmpty(): boolean {
    return this.#filled === 0
  }

  get isFull(): boolean {
    return this.#filled === this.pcm.length
  }

  /** Frames of the agent's sound, of this utterance; returns how many bytes of them found room. */
  add(frames: Uint8Array, utterance: string): number {
    const room = this.pcm.length - this.#filled
    const bytes = Math.min(room, frames.length)
    this.pcm.set(bytes < frames.length ? frames.subarray(0, bytes) : frames, this.#filled)
    this.#filled += bytes
    const last = this.of.at(-1)
    if (last?.utterance === utterance) last.bytes += bytes
    else this.of.push({ utterance, bytes })
    return bytes
  }

  /** The rest becomes silence. */
  fill(): void {
    this.pcm.fill(0, this.#filled)
    this.#filled = this.pcm.length
  }

  clear(): void {
    this.#filled = 0
    this.of.length = 0
  }
}
