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

export function createAsides(o: {
  mouth: () => Mouth
  how: HowToSpeak
  clock: Clock
  newId: () => string
  /** The words that announce a slow answer; undefined where nothing needs to be announced. */
  moment: () => string | undefined
  onFault: (error: unknown) => void
}): Asides {
  const running = new Set<string>()
  let announced = false
  let cancelSlow: (() => void) | undefined

  const asides: Asides = {
    say(text) {
      const utterance = o.newId()
      running.add(utterance)
      o.mouth().speak(utterance, { ...o.how, cache: true })
      o.mouth().write(utterance, text)
      o.mouth().end(utterance)
    },
    owed(isOwed) {
      cancelSlow?.()
      cancelSlow = isOwed ? o.clock.after(SLOW_MS, asides.oneMoment) : undefined
    },
    oneMoment() {
      const words = announced ? undefined : o.moment()
      if (words === undefined) return
      announced = true
      asides.say(words)
    },
    answered() {
      announced = false
    },
    cut() {
      for (const utterance of running) o.mouth().cut(utterance).catch(o.onFault)
    },
    over: (utterance) => void running.delete(utterance),
    get speaking() {
      return running.size > 0
    },
    close: () => cancelSlow?.(),
  }
  return asides
}
