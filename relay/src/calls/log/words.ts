/** Words as people look for them: whatever their case, width or accents. */

const MOST_WORDS = 10

export function wordsOf(text: string): string[] {
  return [...new Set(plain(text).split(/\s+/))].filter((word) => word !== '').slice(0, MOST_WORDS)
}

/** Whether every word, or a longer one that holds it, stands somewhere in these texts. */
export function hasWords(texts: readonly string[], words: readonly string[]): boolean {
  const left = new Set(words)
  for (const text of texts) {
    const said = plain(text)
    for (const word of left) if (said.includes(word)) left.delete(word)
    if (left.size === 0) return true
  }
  return left.size === 0
}

/** Accents of Latin letters go; signs of other scripts, such as Devanagari's vowels, are part of the word. */
function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/(?<=\p{Script=Latin})\p{Mn}+/gu, '')
    .normalize('NFC')
    .toLowerCase()
}
