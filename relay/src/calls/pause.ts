import type { Scene } from './scene.ts'

/**
 * The agent is held back by an operator (paused), or stands aside for one who speaks in its place: it falls silent and answers nothing, while it
 * goes on hearing and what is said is written down.
 */
export interface Pause {
  readonly on: boolean
  /** Twice is once. */
  begin(): void
  /** It answers what it was not asked meanwhile. */
  end(): void
  /** At once, whatever is being said or waits to be; what the visitor says from now on is for somebody else. */
  standAside(): void
  /** It goes on, also when it was paused before; nothing that was said meanwhile waits for its answer. */
  comeBack(): void
  /** Runs this once nobody speaks in its place: now, or when it comes back. */
  onceBack(act: () => void): void
  /** Media away or back; while the agent is held back nobody is asked whether they are still there. */
  away(isAway: boolean): void
}

type Around = Pick<Scene, 'silence' | 'asides' | 'cuts' | 'questions'>

export function createPause(scene: Around): Pause {
  return new CallPause(scene)
}

// A class: a getter in an object literal would make each a slow object of its own shape.
class CallPause implements Pause {
  readonly #scene: Around
  #held: 'not' | 'paused' | 'aside' = 'not'
  #isAway = false
  /** Most calls have none. */
  #waiting: (() => void)[] | undefined = undefined

  constructor(scene: Around) {
    this.#scene = scene
  }

  get on() {
    return this.#held !== 'not'
  }
  begin() {
    if (this.on) return
    this.#become('paused')
    this.#scene.cuts.cutInTurn('call')
  }
  end() {
    if (this.#held !== 'paused') return
    this.#become('not')
    this.#scene.questions.askWaiting()
  }
  standAside() {
    if (this.#held === 'aside') return
    this.#become('aside')
    const { asides, cuts } = this.#scene
    asides.cut()
    cuts.cutNow('call')
    cuts.cutInTurn('call')
  }
  comeBack() {
    if (this.#held !== 'aside') return
    this.#scene.questions.forgetWaiting()
    this.#become('not')
    const waiting = this.#waiting
    this.#waiting = undefined
    for (const act of waiting ?? []) act()
  }
  onceBack(act: () => void) {
    if (this.#held !== 'aside') return act()
    this.#waiting ??= []
    this.#waiting.push(act)
  }
  away(isAway: boolean) {
    this.#isAway = isAway
    this.#count()
  }

  #become(held: 'not' | 'paused' | 'aside') {
    this.#held = held
    this.#count()
  }
  #count() {
    this.#scene.silence.away(this.on || this.#isAway)
  }
}
