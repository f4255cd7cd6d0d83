/** What people say to any agent. */
export const COMMON_PHRASES = [
  'Hello.',
  'Goodbye.',
  'Thank you.',
  'Thank you, goodbye.',
  'Yes, please.',
  'No, thank you.',
  'Stop.',
  'Wait a moment.',
  'What is my name?',
  'What did I just say?',
]

const QUESTION = /^\s*[-*]?\s*(?:q|question|visitor)\s*[:.]\s*(.+)$/gim

/** Questions that a system instruction has answers for: each sentence, and those that stand together as a whole. */
export function phrasesIn(system: string): string[] {
  return [...system.matchAll(QUESTION)].flatMap(([, asked = '']) => {
    const sentences = asked.match(/[^.?!]+[.?!]*/g)?.map((each) => each.trim()) ?? []
    return sentences.length > 1 ? [...sentences, asked.trim()] : sentences
  })
}
