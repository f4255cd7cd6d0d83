/** One sentence to whoever looks at the console. */
export interface Told {
  id: number
  sentence: string
  kind: 'done' | 'fault'
}

const STAYS_MS = 6000
const MOST = 3

/** What is said at the bottom of the console: good news go by themselves, faults stay until they are read. */
export class ToldList {
  items: readonly Told[] = []
  #next = 1
  readonly #timers = new Set<ReturnType<typeof setTimeout>>()
  readonly #changed: () => void

  constructor(changed: () => void) {
    this.#changed = changed
  }

  add(sentence: string, kind: Told['kind']): void {
    const id = this.#next
    this.#next += 1
    // Said again it is one sentence; good news replace good news.
    const others = this.items.filter((each) => each.sentence !== sentence && (kind === 'fault' || each.kind === 'fault'))
    this.items = [...others, { id, sentence, kind }].slice(-MOST)
    if (kind === 'done') {
      const timer = setTimeout(() => {
        this.#timers.delete(timer)
        this.drop(id)
      }, STAYS_MS)
      this.#timers.add(timer)
    }
    this.#changed()
  }

  drop(id: number): void {
    this.items = this.items.filter((each) => each.id !== id)
    this.#changed()
  }

  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    this.items = []
  }
}
