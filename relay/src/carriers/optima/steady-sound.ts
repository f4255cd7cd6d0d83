import type { Clock } from '../../calls/ports.ts'

/** A stray piece, or what was held back and comes at once, is shorter by the clock. */
const LONG_MS = 300
/** A longer break begins it anew. */
const BREAK_MS = 200

/** Whether sound has come for a while now. */
export class SteadySound {
  readonly #clock: Clock
  #sinceMs = Number.NEGATIVE_INFINITY
  #lastMs = Number.NEGATIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** With each piece. */
  heard(): boolean {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#lastMs > BREAK_MS) this.#sinceMs = nowMs
    this.#lastMs = nowMs
    return nowMs - this.#sinceMs >= LONG_MS
  }

  /** What comes next is the first. */
  restart(): void {
    this.#lastMs = Number.NEGATIVE_INFINITY
  }
}
