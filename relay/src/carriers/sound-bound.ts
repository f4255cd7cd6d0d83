import type { Clock } from '../calls/ports.ts'

/** Sound is stored up to this much beyond real time, for a line that stalled sends what it held back in one go. */
const STORE_MS = 3000
const FASTER = 1.5
/** Of a ms, so that samples at every rate of a telephone are whole numbers of it: those need no objects of their own. */
const PARTS = 96
const STORE = STORE_MS * PARTS
const REFILL = FASTER * PARTS

/** Bounds how much sound a far end may bring, by real time. */
export class SoundBound {
  #left: number
  #atMs: number
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#left = STORE
    this.#atMs = Math.floor(clock.monotonicMs())
    this.#clock = clock
  }

  /** Whether this much more may be; it counts when it may. */
  mayCome(ms: number): boolean {
    const nowMs = Math.floor(this.#clock.monotonicMs())
    const left = Math.min(STORE, this.#left + (nowMs - this.#atMs) * REFILL)
    const asked = Math.round(ms * PARTS)
    const may = asked <= left
    this.#left = may ? left - asked : left
    this.#atMs = nowMs
    return may
  }
}
