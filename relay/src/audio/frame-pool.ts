/**
 * Room for frames that are kept for a while, shared by all calls: thousands of small buffers would each cost the heap and the collector,
 * and pages of its own each call the room that it does not fill.
 */

/** Frames stand together in slabs of so many bytes. */
const SLAB_BYTES = 16 * 1024
/** Places are whole multiples of this: 20 ms at 8 kHz, so that the frames of our rates fill theirs. */
const STEP_BYTES = 320
/** Slabs whose room one number tells. */
const WORD = 32

interface Slab {
  bytes: Uint8Array
  /** Places in it that nobody uses; the last that was left is used first: there the processor just was. */
  free: number[]
}

/** Places of one size. A place is a number, good from `take` until `leave`. */
export class FramePool {
  readonly #placeBytes: number
  readonly #slabPlaces: number
  readonly #slabs: (Slab | undefined)[] = []
  /** A bit for each slab: it has a free place, or is not there. The first with room is used first, so that the last empty. */
  readonly #room: number[] = []
  /** The last that nobody uses stays; others go. */
  #empty: number | undefined

  constructor(placeBytes: number) {
    this.#placeBytes = placeBytes
    this.#slabPlaces = Math.max(1, Math.floor(SLAB_BYTES / placeBytes))
  }

  /** How many slabs there are, for tests. */
  get slabs(): number {
    return this.#slabs.filter((slab) => slab !== undefined).length
  }

  /** Copies a frame that is no longer than a place. */
  take(frame: Uint8Array): number {
    const at = this.#first()
    if (at === this.#empty) this.#empty = undefined
    const slab = this.#slabs[at] ?? this.#add(at)
    const place = slab.free.pop() as number
    if (slab.free.length === 0) this.#room[at >> 5] = (this.#room[at >> 5] as number) & ~(1 << (at % WORD))
    slab.bytes.set(frame, place * this.#placeBytes)
    return at * this.#slabPlaces + place
  }

  /** The first bytes of a place, where they stand: whoever keeps them copies them. */
  read(taken: number, length: number): Uint8Array {
    const at = Math.floor(taken / this.#slabPlaces)
    const from = (taken - at * this.#slabPlaces) * this.#placeBytes
    return (this.#slabs[at] as Slab).bytes.subarray(from, from + length)
  }

  leave(taken: number): void {
    const at = Math.floor(taken / this.#slabPlaces)
    const { free } = this.#slabs[at] as Slab
    free.push(taken - at * this.#slabPlaces)
    this.#room[at >> 5] = (this.#room[at >> 5] as number) | (1 << (at % WORD))
    if (free.length < this.#slabPlaces) return
    if (this.#empty !== undefined) this.#slabs[Math.max(at, this.#empty)] = undefined
    this.#empty = Math.min(at, this.#empty ?? at)
  }

  /** Of the slabs with room, or to be made. */
  #first(): number {
    for (let word = 0; ; word++) {
      if (word === this.#room.length) this.#room.push(-1)
      const room = this.#room[word] as number
      if (room !== 0) return word * WORD + 31 - Math.clz32(room & -room)
    }
  }

  #add(at: number): Slab {
    const slab = {
      bytes: new Uint8Array(this.#slabPlaces * this.#placeBytes),
      free: Array.from({ length: this.#slabPlaces }, (_, place) => this.#slabPlaces - 1 - place),
    }
    this.#slabs[at] = slab
    return slab
  }
}

const pools = new Map<number, FramePool>()

/** The pool of all frames that are about this long. */
export function framePool(frameBytes: number): FramePool {
  const placeBytes = Math.max(1, Math.ceil(frameBytes / STEP_BYTES)) * STEP_BYTES
  const pool = pools.get(placeBytes) ?? new FramePool(placeBytes)
  pools.set(placeBytes, pool)
  return pool
}
