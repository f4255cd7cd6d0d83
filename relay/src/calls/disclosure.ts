import type { Heard } from './ports.ts'

/** That an AI speaks is owed until it was heard: whoever cuts it short hears it with the next answer. */
export interface Disclosure {
  /** Nothing once it was heard, or where nobody wants it said. */
  owed(): string
  /** These words of the agent reached the visitor. */
  heard(words: string): void
}

interface DisclosureOptions {
  text: string
  said: () => readonly Heard[]
}

export function createDisclosure(o: DisclosureOptions): Disclosure {
  return new OwedDisclosure(o)
}

class OwedDisclosure implements Disclosure {
  readonly #o: DisclosureOptions
  #isOwed: boolean

  constructor(o: DisclosureOptions) {
    this.#o = o
    this.#isOwed = o.text !== ''
  }

  owed() {
    const { said, text: disclosure } = this.#o
    // Words on their way count: they are the ones just being cut.
    return this.#isOwed && !said().some(({ role, text }) => role === 'agent' && text.startsWith(disclosure)) ? disclosure : ''
  }
  heard(words: string) {
    if (words.startsWith(this.#o.text)) this.#isOwed = false
  }
}
