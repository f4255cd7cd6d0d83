import type { Clock } from '../../calls/ports.ts'

/** Who has begun a chunk that more sound is to fill. */
export interface Lingerer {
  /** Sends what waits once nothing has come for long. False when nothing waits any more. */
  stillWaits(nowMs: number): boolean
}

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

  add(one: Lingerer): void {
    this.#waiting.add(one)
    this.#cancel ??= this.#clock.after(LOOK_MS, this.#look)
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
    try {
      for (const one of this.#waiting) if (!one.stillWaits(nowMs)) this.#waiting.delete(one)
    } finally {
      // One that fails keeps nobody else waiting.
      if (this.#waiting.size > 0) this.#cancel ??= this.#clock.after(LOOK_MS, this.#look)
    }
  }
}
