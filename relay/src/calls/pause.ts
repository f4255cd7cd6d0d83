import type { Silence } from './silence.ts'

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

interface PauseOptions {
  silence: Silence
  /** Silences it, after what waits its turn; `now` before that too. */
  hush: (when: 'in-turn' | 'now') => void
  askWaiting: () => void
  forgetWaiting: () => void
}

export function createPause(o: PauseOptions): Pause {
  return new CallPause(o)
}

// A class: a getter in an object literal would make each a slow object of its own shape.
class CallPause implements Pause {
  readonly #o: PauseOptions
  #held: 'not' | 'paused' | 'aside' = 'not'
  #isAway = false
  #waiting: (() => void)[] = []

  constructor(o: PauseOptions) {
    this.#o = o
  }

  get on() {
    return this.#held !== 'not'
  }
  begin() {
    if (this.on) return
    this.#become('paused')
    this.#o.hush('in-turn')
  }
  end() {
    if (this.#held !== 'paused') return
    this.#become('not')
    this.#o.askWaiting()
  }
  standAside() {
    if (this.#held === 'aside') return
    this.#become('aside')
    this.#o.hush('now')
  }
  comeBack() {
    if (this.#held !== 'aside') return
    this.#o.forgetWaiting()
    this.#become('not')
    for (const act of this.#waiting.splice(0)) act()
  }
  onceBack(act: () => void) {
    if (this.#held === 'aside') this.#waiting.push(act)
    else act()
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
    this.#o.silence.away(this.on || this.#isAway)
  }
}
