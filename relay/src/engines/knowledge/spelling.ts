import MiniSearch from 'minisearch'

const FUZZY_FROM = 5
const TWO_FROM = 8

/**
 * Puts right what was mistyped or misheard, towards the words the agent knows: one letter wrong, missing, added or two swapped in
 * a word of five letters or more, two such faults from eight letters on. A word that is known, short or like none stays as it is.
 */
export async function createSpelling(known: Iterable<string>): Promise<(word: string) => string> {
  const words = new Set(known)
  const index = new MiniSearch<{ id: string }>({ fields: ['id'], tokenize: (word) => [word], processTerm: (word) => word })
  await index.addAllAsync(
    [...words].map((id) => ({ id })),
    { chunkSize: 500 },
  )
  return (word) => {
    if (words.has(word) || word.length < FUZZY_FROM || !/^\p{L}+$/u.test(word)) return word
    for (let i = 0; i < word.length - 1; i++) {
      const swapped = `${word.slice(0, i)}${word[i + 1]}${word[i]}${word.slice(i + 2)}`
      if (words.has(swapped)) return swapped
    }
    const [best] = index.search(word, { fuzzy: word.length >= TWO_FROM ? 2 : 1 })
    return best && best.id[0] === word[0] ? (best.id as string) : word
  }
}
