import type { Clock } from '../../calls/ports.ts'

/** Who has begun a chunk that more sound is to fill. */
export interface Lingerer {
  /** Sends what waits once nothing has come for long. How long the rest may still wait, in ms; 0 when nothing does. */
  waitsMs(nowMs: number): number
}

/** Sound that waits for its chunk to be full goes as it is when nothing more comes for so long: longer than what comes in pieces of 100 ms has gaps. */
export const LINGER_MS = 150
/** So much later at most, for each look wakes the process. */
const LOOK_MS = 50

/** One timer for all who wait: one for each would wake the process as often as their sound does. */
export class Lingering {
  readonly #clock: Clock
  readonly #waiting = new Set<Lingerer>()
  readonly #look = () => this.#lookAtAll()
  #cancel: (() => void) | undefined = undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whose chunk begins now: it is due in `LINGER_MS`. */
  add(one: Lingerer): void {
    this.#waiting.add(one)
    this.#cancel ??= this.#clock.after(LINGER_MS, this.#look)
  }

  remove(one: Lingerer): void {
    this.#waiting.delete(one)
    if (this.#waiting.size > 0) return
    this.#cancel?.()
    this.#cancel = undefined
  }

  #lookAtAll(): void {
    this.#cancel = undefined
    const nowMs = this.#clock.monotonicMs()
    let soonestMs = LINGER_MS
    try {
      for (const one of this.#waiting) {
        const waitsMs = one.waitsMs(nowMs)
        if (waitsMs === 0) this.#waiting.delete(one)
        else soonestMs = Math.min(soonestMs, waitsMs)
      }
    } finally {
      // One that fails keeps nobody else waiting.
      if (this.#waiting.size > 0) this.#cancel ??= this.#clock.after(Math.max(LOOK_MS, soonestMs), this.#look)
    }
  }
}
