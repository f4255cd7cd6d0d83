/**
 * Cuts streamed text into pieces that can be spoken: sentences, or a clause where a sentence runs long.
 * The pieces joined are the input, letter for letter.
 */
export interface Sentences {
  /** The pieces that are complete now. */
  push(text: string): string[]
  /** What is left. */
  flush(): string[]
}

/** A sentence longer than this is cut at its last clause, or else between words. */
const LONG_LETTERS = 240
const ABBREVIATION = /(?:^|[\s(])(?:mr|mrs|ms|dr|st|prof|sr|jr|vs|etc|e\.g|i\.e|[a-z])\.$/i
/** These are words too: they stand for something only before a number. */
const BEFORE_NUMBERS = /(?:^|[\s(])(?:nos?|rs|approx|pp?)\.$/i
const END = /[.!?…]+["'”’)\]]*(?=\s)|[।॥。!?]+["'”’)\]]*|\n+/g

export function createSentences(): Sentences {
  let rest = ''
  return {
    push(text) {
      rest += text
      const pieces: string[] = []
      for (let cut = firstCut(rest); cut > 0; cut = firstCut(rest)) {
        pieces.push(rest.slice(0, cut))
        rest = rest.slice(cut)
      }
      return pieces
    },
    flush() {
      const last = rest
      rest = ''
      return last === '' ? [] : [last]
    },
  }
}

function firstCut(text: string): number {
  END.lastIndex = 0
  for (let end = END.exec(text); end; end = END.exec(text)) {
    const upTo = end.index + end[0].length
    if (upTo > LONG_LETTERS) break
    const before = text.slice(0, upTo)
    if (before.trim() !== '' && !isAbbreviation(before, text.slice(upTo))) return upTo
  }
  if (text.length <= LONG_LETTERS) return 0
  const window = text.slice(0, LONG_LETTERS)
  const clause = Math.max(window.lastIndexOf(', '), window.lastIndexOf('; '), window.lastIndexOf(': '), window.lastIndexOf(' – '))
  if (clause > 0) return clause + 1
  const word = window.lastIndexOf(' ')
  if (word > 0) return word + 1
  // Never between the halves of a character.
  return /[\uD800-\uDBFF]$/.test(window) ? LONG_LETTERS - 1 : LONG_LETTERS
}

/** What comes after may not be there yet; then it is waited for. */
function isAbbreviation(before: string, after: string): boolean {
  return ABBREVIATION.test(before) || (BEFORE_NUMBERS.test(before) && /^\s*(?:[\d₹$€]|$)/.test(after))
}
