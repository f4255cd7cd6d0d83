import { remark, type TextRoute } from './text-route.ts'

/** What the model should know without answering it: at once where that is possible, else with the visitor's next words. */
export interface Remarks {
  add(text: string): void
  /** The visitor's own turn is open: what is told now is no turn of its own. */
  visitorSpeaks(): void
  /** The model speaks: the visitor's turn is closed. */
  modelSpeaks(): void
  /** A question with all that waited before it. */
  before(question: string): string
}

const MOST_WAITING = 20
const NONE: readonly string[] = []

interface RemarksOptions {
  route: TextRoute
  send: (json: string) => void
}

export function createRemarks(o: RemarksOptions): Remarks {
  return new WaitingRemarks(o)
}

class WaitingRemarks implements Remarks {
  readonly #o: RemarksOptions
  #waiting = NONE
  #open = false

  constructor(o: RemarksOptions) {
    this.#o = o
  }

  add(text: string) {
    this.#waiting = [...this.#waiting, `(${text})`].slice(-MOST_WAITING)
    if (this.#open || this.#o.route === 'client-content') this.#flush()
  }
  visitorSpeaks() {
    this.#open = true
    this.#flush()
  }
  modelSpeaks() {
    this.#open = false
  }
  before(question: string) {
    return [...this.#take(), question].join('\n')
  }

  #take(): readonly string[] {
    const waiting = this.#waiting
    this.#waiting = NONE
    return waiting
  }
  #flush() {
    for (const text of this.#take()) this.#o.send(remark(this.#o.route, text))
  }
}
