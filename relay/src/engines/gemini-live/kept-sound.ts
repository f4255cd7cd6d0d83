import { type FramePool, framePool } from '../../audio/frame-pool.ts'

/** Frames of one size that came one after the other: of most streams all. */
interface Run {
  size: number
  pool: FramePool
  /** Where they stand, oldest first. */
  places: number[]
}

/** The last frames of a stream, copied: whoever gave them may use the bytes again. */
export class KeptSound {
  length = 0
  #runs: Run[] = []

  push(frame: Uint8Array): void {
    const { length: size } = frame
    let run = this.#runs.at(-1)
    if (run?.size !== size) {
      run = { size, pool: framePool(size), places: [] }
      this.#runs.push(run)
    }
    run.places.push(run.pool.take(frame))
    this.length += 1
  }

  /** Forgets all but the newest. */
  keep(most: number): void {
    for (let run = this.#runs[0]; run && this.length > most; run = this.#runs[0]) {
      const place = run.places.shift()
      if (place === undefined) this.#runs.shift()
      else {
        run.pool.leave(place)
        this.length -= 1
      }
    }
  }

  /** Oldest first; good until anything is pushed or forgotten. */
  frames(): Uint8Array[] {
    return this.#runs.flatMap(({ places, pool, size }) => places.map((place) => pool.read(place, size)))
  }

  clear(): void {
    this.keep(0)
    this.#runs = []
  }
}
