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

export function createRemarks(o: { route: TextRoute; send: (json: string) => void }): Remarks {
  let waiting: string[] = []
  let open = false
  const flush = () => {
    for (const text of waiting.splice(0)) o.send(remark(o.route, text))
  }
  return {
    add(text) {
      waiting = [...waiting, `(${text})`].slice(-MOST_WAITING)
      if (open || o.route === 'client-content') flush()
    },
    visitorSpeaks() {
      open = true
      flush()
    },
    modelSpeaks() {
      open = false
    },
    before(question) {
      return [...waiting.splice(0), question].join('\n')
    },
  }
}
