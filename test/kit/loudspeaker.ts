/** Plays in real time without a sound: what a page's loudspeaker has let be heard of each utterance, and when a mark is reached. */

const BYTES_A_MS = 48 // 24 kHz, 16 bit, mono

interface Piece {
  utterance: string
  atMs: number
  ms: number
}

export class Loudspeaker {
  readonly #reached: (utterance: string, name: string) => void
  #pieces: Piece[] = []
  #marks = new Map<NodeJS.Timeout, string>()
  #freeAtMs = 0
  #current = ''

  constructor(reached: (utterance: string, name: string) => void) {
    this.#reached = reached
  }

  play(bytes: number): void {
    const now = performance.now()
    this.#freeAtMs = Math.max(this.#freeAtMs, now)
    this.#pieces.push({ utterance: this.#current, atMs: this.#freeAtMs, ms: bytes / BYTES_A_MS })
    this.#freeAtMs += bytes / BYTES_A_MS
  }

  mark(utterance: string, name: string): void {
    if (name === 'start') this.#current = utterance
    const timer = setTimeout(
      () => {
        this.#marks.delete(timer)
        this.#reached(utterance, name)
      },
      Math.max(0, this.#freeAtMs - performance.now()),
    )
    this.#marks.set(timer, utterance)
  }

  /** Ms of this utterance that were heard in all. */
  heard(utterance: string): number {
    const now = performance.now()
    return this.#pieces
      .filter((piece) => piece.utterance === utterance)
      .reduce((sum, { atMs, ms }) => sum + Math.min(ms, Math.max(0, now - atMs)), 0)
  }

  /** Drops what waits of it; answers what was heard. */
  clear(utterance: string): number {
    const heard = this.heard(utterance)
    const now = performance.now()
    this.#pieces = this.#pieces.flatMap((piece) => {
      if (piece.utterance !== utterance) return [piece]
      const ms = Math.min(piece.ms, now - piece.atMs)
      return ms > 0 ? [{ ...piece, ms }] : []
    })
    this.#freeAtMs = Math.max(now, ...this.#pieces.map(({ atMs, ms }) => atMs + ms))
    for (const [timer, owner] of this.#marks) {
      if (owner !== utterance) continue
      clearTimeout(timer)
      this.#marks.delete(timer)
    }
    return heard
  }

  stop(): void {
    for (const timer of this.#marks.keys()) clearTimeout(timer)
    this.#marks.clear()
  }
}
