interface Piece {
  utterance: number
  from: number
  to: number
  /** The relay said whose it is; else it is guessed from the marks. */
  sure: boolean
}

const REMEMBERED = 64
const NOBODY = 0

/** Which samples belong to which utterance, so that what was heard of one can be told exactly, over cuts and reconnections. */
export class Ledger {
  #pieces: Piece[] = [{ utterance: NOBODY, from: 0, to: Number.POSITIVE_INFINITY, sure: false }]
  #lastMarkAt = 0

  /** Samples from `at` on belong to `utterance`. */
  begin(utterance: number, at: number, sure = true): void {
    this.#open.to = at
    this.#pieces.push({ utterance, from: at, to: Number.POSITIVE_INFINITY, sure })
    this.#lastMarkAt = at
    if (this.#pieces.length > REMEMBERED) this.#pieces.shift()
  }

  /** A mark of `utterance` stands at `at`: where nobody said whose the samples since the last mark are, they are its. */
  mark(utterance: number, at: number): void {
    const open = this.#open
    if (open.sure) return
    if (open.utterance === NOBODY) open.utterance = utterance
    else if (open.utterance !== utterance) this.begin(utterance, this.#lastMarkAt, false)
    this.#lastMarkAt = at
  }

  /** Everything from `at` on was dropped and nothing of it will be heard. */
  cut(at: number): void {
    for (const piece of this.#pieces) {
      piece.from = Math.min(piece.from, at)
      piece.to = Math.min(piece.to, at)
    }
    this.begin(NOBODY, at, false)
  }

  /** Samples of `utterance` before `position`. */
  heard(utterance: number, position: number): number {
    let sum = 0
    for (const piece of this.#pieces) {
      if (piece.utterance === utterance) sum += Math.max(0, Math.min(piece.to, position) - piece.from)
    }
    return sum
  }

  get #open(): Piece {
    return this.#pieces[this.#pieces.length - 1] as Piece
  }
}
