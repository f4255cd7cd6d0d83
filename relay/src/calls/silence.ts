import type { Clock } from './ports.ts'

/** Watches how long nobody says anything: asks once, then gives up. Time with the media away does not count. */
export interface Silence {
  /** It is the visitor's turn: the clock runs, or runs anew. */
  listen(): void
  /** Somebody speaks or thinks: the clock stands. */
  stop(): void
  /** The visitor said something: they may be asked again. */
  visitorSpoke(): void
  away(isAway: boolean): void
  close(): void
}

interface SilenceOptions {
  clock: Clock
  ms: number
  onAsk: () => void
  onGiveUp: () => void
}

export function createSilence(o: SilenceOptions): Silence {
  return new WatchedSilence(o)
}

class WatchedSilence implements Silence {
  readonly #o: SilenceOptions
  #listening = false
  #asked = false
  #isAway = false
  #cancel: (() => void) | undefined

  constructor(o: SilenceOptions) {
    this.#o = o
  }

  listen() {
    this.#listening = true
    this.#run()
  }
  stop() {
    this.#listening = false
    this.#run()
  }
  visitorSpoke() {
    this.#asked = false
  }
  away(isAway: boolean) {
    this.#isAway = isAway
    this.#run()
  }
  close() {
    this.stop()
  }

  #run() {
    this.#cancel?.()
    this.#cancel = this.#listening && !this.#isAway ? this.#o.clock.after(this.#o.ms, () => this.#passed()) : undefined
  }
  #passed() {
    this.#cancel = undefined
    this.#listening = false
    if (this.#asked) return this.#o.onGiveUp()
    this.#asked = true
    this.#o.onAsk()
  }
}
