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
/** So long before the phone has played all it has, the rest goes: the latest look comes 30 ms before. */
export const SPARE_MS = LOOK_MS + 30

/** One timer for all who wait: one for each would wake the process as often as their sound does. */
export class Lingering {
  readonly #clock: Clock
  readonly #waiting = new Set<Lingerer>()
  readonly #look = () => this.#lookAtAll()
  #cancel: (() => void) | undefined = undefined
  /** While one is planned. */
  #lookAtMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whose chunk begins now, and is due at this time if nothing more comes. */
  add(one: Lingerer, dueAtMs: number): void {
    this.#waiting.add(one)
    if (this.#cancel && this.#lookAtMs <= dueAtMs) return
    this.#cancel?.()
    this.#lookIn(dueAtMs - this.#clock.monotonicMs())
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
      if (this.#waiting.size > 0) this.#lookIn(Math.max(LOOK_MS, soonestMs))
    }
  }

  #lookIn(ms: number): void {
    this.#lookAtMs = this.#clock.monotonicMs() + ms
    this.#cancel = this.#clock.after(ms, this.#look)
  }
}
