import type { Mouth } from './mouth.ts'
import type { Clock } from './ports.ts'
import type { HowToSpeak } from './synthesis.ts'

/** An answer that takes longer is announced. */
const SLOW_MS = 4000

/** What the house says beside an answer: heard before it, and cut with it. */
export interface Asides {
  say(text: string): void
  /** An answer is owed from now on, or not any more: who waits long hears once that it is coming. */
  owed(isOwed: boolean): void
  /** Says now that the answer takes a moment, once an answer. */
  oneMoment(): void
  /** The next answer may be announced again. */
  answered(): void
  cut(): void
  over(utterance: string): void
  /** Something of it is still to be heard. */
  readonly speaking: boolean
  close(): void
}

interface AsidesOptions {
  mouth: () => Mouth
  how: HowToSpeak
  clock: Clock
  newId: () => string
  /** The words that announce a slow answer; undefined where nothing needs to be announced. */
  moment: () => string | undefined
  onFault: (error: unknown) => void
}

export function createAsides(o: AsidesOptions): Asides {
  return new CallAsides(o)
}

// A class: a getter in an object literal would make each a slow object of its own shape.
class CallAsides implements Asides {
  readonly #o: AsidesOptions
  readonly #running = new Set<string>()
  #announced = false
  #cancelSlow: (() => void) | undefined

  constructor(o: AsidesOptions) {
    this.#o = o
  }

  get speaking() {
    return this.#running.size > 0
  }
  say(text: string) {
    const utterance = this.#o.newId()
    const mouth = this.#o.mouth()
    this.#running.add(utterance)
    mouth.speak(utterance, { ...this.#o.how, cache: true })
    mouth.write(utterance, text)
    mouth.end(utterance)
  }
  owed(isOwed: boolean) {
    this.#cancelSlow?.()
    this.#cancelSlow = isOwed ? this.#o.clock.after(SLOW_MS, this.oneMoment) : undefined
  }
  // Of its own, for it is handed on.
  readonly oneMoment = () => {
    const words = this.#announced ? undefined : this.#o.moment()
    if (words === undefined) return
    this.#announced = true
    this.say(words)
  }
  answered() {
    this.#announced = false
  }
  cut() {
    for (const utterance of this.#running) this.#o.mouth().cut(utterance).catch(this.#o.onFault)
  }
  over(utterance: string) {
    this.#running.delete(utterance)
  }
  close() {
    this.#cancelSlow?.()
  }
}
