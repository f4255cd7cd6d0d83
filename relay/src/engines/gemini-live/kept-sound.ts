import { type FramePool, framePool } from '../../audio/frame-pool.ts'

/** A piece takes a place in its pool, however little it holds. */
const LEAST_BYTES = 320

/** Pieces of one size that came one after the other: of most streams all. */
interface Run {
  size: number
  /** What each counts as. */
  weight: number
  pool: FramePool
  /** Where they stand, oldest first; never none. */
  places: number[]
}

/** The last pieces of a stream, copied: whoever gave them may use the bytes again. */
export class KeptSound {
  /** Of all that is kept; a tiny piece counts as `LEAST_BYTES`. */
  bytes = 0
  readonly #runs: Run[] = []

  push(piece: Uint8Array): void {
    const { length: size } = piece
    let run = this.#runs.at(-1)
    if (run?.size !== size) {
      run = { size, weight: Math.max(size, LEAST_BYTES), pool: framePool(size), places: [] }
      this.#runs.push(run)
    }
    run.places.push(run.pool.take(piece))
    this.bytes += run.weight
  }

  /** Forgets the oldest pieces, as long as those after them are still so many bytes. */
  keep(bytes: number): void {
    for (let run = this.#runs[0]; run && this.bytes - run.weight >= bytes; run = this.#runs[0]) {
      run.pool.leave(run.places.shift() as number)
      this.bytes -= run.weight
      if (run.places.length === 0) this.#runs.shift()
    }
  }

  /** Oldest first; good until anything is pushed or forgotten. */
  pieces(): Uint8Array[] {
    return this.#runs.flatMap(({ places, pool, size }) => places.map((place) => pool.read(place, size)))
  }

  clear(): void {
    this.keep(0)
  }
}
