import { phrase } from './phrases.ts'
import type { Scene } from './scene.ts'

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

type Around = Pick<
  Scene,
  'floor' | 'talks' | 'heldBack' | 'modality' | 'language' | 'how' | 'mouth' | 'chain' | 'clock' | 'newId' | 'onFault'
>

export function createAsides(scene: Around): Asides {
  return new CallAsides(scene)
}

// A class: a getter in an object literal would make each a slow object of its own shape.
class CallAsides implements Asides {
  readonly #scene: Around
  /** Most calls have none. */
  #running: string[] | undefined = undefined
  #announced = false
  #cancelSlow: (() => void) | undefined = undefined

  constructor(scene: Around) {
    this.#scene = scene
  }

  get speaking() {
    return this.#running !== undefined
  }
  say(text: string) {
    const { how, mouth, newId } = this.#scene
    const utterance = newId()
    this.#running = [...(this.#running ?? []), utterance]
    mouth.speak(utterance, { ...how, cache: true })
    mouth.write(utterance, text)
    mouth.end(utterance)
  }
  owed(isOwed: boolean) {
    this.#cancelSlow?.()
    this.#cancelSlow = isOwed ? this.#scene.clock.after(SLOW_MS, () => this.oneMoment()) : undefined
  }
  oneMoment() {
    if (this.#announced || !this.#isAwaited()) return
    this.#announced = true
    this.say(phrase('oneMoment', this.#scene.language))
  }
  answered() {
    this.#announced = false
  }
  cut() {
    for (const utterance of this.#running ?? []) this.#scene.mouth.cut(utterance).catch(this.#scene.onFault)
  }
  over(utterance: string) {
    const left = this.#running?.filter((each) => each !== utterance)
    this.#running = left?.length ? left : undefined
  }
  close() {
    this.#cancelSlow?.()
  }

  /** The visitor listens for an answer. */
  #isAwaited(): boolean {
    const { chain, floor, heldBack, modality, talks } = this.#scene
    const isOwed = floor.is === 'owed' || (floor.is === 'open' && chain.ownHz !== undefined)
    return isOwed && talks && !heldBack && modality === 'voice'
  }
}
