/**
 * Room for frames that are kept for a while, shared by all calls: thousands of small buffers would each cost the heap and the collector,
 * and pages of its own each call the room that it does not fill.
 */

/** Frames stand together in slabs of so many bytes. */
const SLAB_BYTES = 16 * 1024
/** Places are whole multiples of this: 20 ms at 8 kHz, so that the frames of our rates fill theirs. */
const STEP_BYTES = 320
/** So many that nobody uses stay: calls that come and go, and hear at different times, take and leave a few all the while. */
const MOST_EMPTY = 4
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
  readonly #allPlaces: readonly number[]
  readonly #slabs: (Slab | undefined)[] = []
  /** A bit for each slab: it has a free place, or is not there. The first with room is used first, so that the last empty. */
  readonly #room: number[] = []
  /** Those that nobody uses. */
  readonly #empty: number[] = []

  constructor(placeBytes: number) {
    this.#placeBytes = placeBytes
    this.#slabPlaces = Math.max(1, Math.floor(SLAB_BYTES / placeBytes))
    this.#allPlaces = Array.from({ length: this.#slabPlaces }, (_, place) => this.#slabPlaces - 1 - place)
  }

  /** How many slabs there are, for tests. */
  get slabs(): number {
    return this.#slabs.filter((slab) => slab !== undefined).length
  }

  /** Copies a frame that is no longer than a place. */
  take(frame: Uint8Array): number {
    const at = this.#first()
    const slab = this.#slabs[at] ?? this.#add(at)
    if (slab.free.length === this.#slabPlaces) this.#uses(at)
    const place = slab.free.pop() as number
    if (slab.free.length === 0) this.#room[at >> 5] = (this.#room[at >> 5] as number) & ~(1 << (at % WORD))
    slab.bytes.set(frame, place * this.#placeBytes)
    return at * this.#slabPlaces + place
  }

  /** Bytes of a place, from `offset` in it on, where they stand: whoever keeps them copies them. */
  read(taken: number, length: number, offset = 0): Uint8Array {
    const at = Math.floor(taken / this.#slabPlaces)
    const from = (taken - at * this.#slabPlaces) * this.#placeBytes + offset
    return (this.#slabs[at] as Slab).bytes.subarray(from, from + length)
  }

  leave(taken: number): void {
    const at = Math.floor(taken / this.#slabPlaces)
    const { free } = this.#slabs[at] as Slab
    free.push(taken - at * this.#slabPlaces)
    this.#room[at >> 5] = (this.#room[at >> 5] as number) | (1 << (at % WORD))
    if (free.length < this.#slabPlaces) return
    this.#empty.push(at)
    if (this.#empty.length <= MOST_EMPTY) return
    const last = Math.max(...this.#empty)
    this.#slabs[last] = undefined
    this.#uses(last)
  }

  /** It is none of the empty ones any more. */
  #uses(at: number): void {
    const index = this.#empty.indexOf(at)
    if (index >= 0) this.#empty.splice(index, 1)
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
    // Nobody reads a place that was not written.
    const slab = {
      bytes: new Uint8Array(Buffer.allocUnsafeSlow(this.#slabPlaces * this.#placeBytes).buffer),
      free: this.#allPlaces.slice(),
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
