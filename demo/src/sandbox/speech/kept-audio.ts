/** The audio of one session as it came, the newest part of it up to a limit. A client that changes its rate starts anew. */
export class KeptAudio {
  #pieces: Uint8Array[] = []
  #bytes = 0
  #rateHz = 16_000
  /** All that ever came, kept or not. */
  total = 0

  /** What is kept now. */
  get bytes(): number {
    return this.#bytes
  }

  get rateHz(): number {
    return this.#rateHz
  }

  add(pcm: Uint8Array, rateHz: number, limitMs: number): void {
    this.total += pcm.length
    if (rateHz !== this.#rateHz) {
      this.#pieces = []
      this.#bytes = 0
      this.#rateHz = rateHz
    }
    if (limitMs === 0) return
    this.#pieces.push(pcm)
    this.#bytes += pcm.length
    const most = (limitMs / 1000) * rateHz * 2
    while (this.#bytes > most && this.#pieces.length > 1) this.#bytes -= this.#pieces.shift()?.length ?? 0
  }

  forget(): void {
    this.#pieces = []
    this.#bytes = 0
  }

  wav(): Uint8Array<ArrayBuffer> {
    const out = Buffer.alloc(44 + this.#bytes)
    out.write('RIFF', 0)
    out.writeUInt32LE(36 + this.#bytes, 4)
    out.write('WAVEfmt ', 8)
    out.writeUInt32LE(16, 16)
    out.writeUInt16LE(1, 20)
    out.writeUInt16LE(1, 22)
    out.writeUInt32LE(this.#rateHz, 24)
    out.writeUInt32LE(this.#rateHz * 2, 28)
    out.writeUInt16LE(2, 32)
    out.writeUInt16LE(16, 34)
    out.write('data', 36)
    out.writeUInt32LE(this.#bytes, 40)
    let at = 44
    for (const piece of this.#pieces) {
      out.set(piece, at)
      at += piece.length
    }
    return new Uint8Array(out)
  }
}
