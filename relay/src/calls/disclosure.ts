import type { Heard } from './ports.ts'

/** That an AI speaks is owed until it was heard: whoever cuts it short hears it with the next answer. */
export interface Disclosure {
  /** Nothing once it was heard, or where nobody wants it said. */
  owed(): string
  /** These words of the agent reached the visitor. */
  heard(words: string): void
}

export function createDisclosure(o: { text: string; said: () => readonly Heard[] }): Disclosure {
  let isOwed = o.text !== ''
  return {
    // Words on their way count: they are the ones just being cut.
    owed: () => (isOwed && !o.said().some(({ role, text }) => role === 'agent' && text.startsWith(o.text)) ? o.text : ''),
    heard(words) {
      if (words.startsWith(o.text)) isOwed = false
    },
  }
}
