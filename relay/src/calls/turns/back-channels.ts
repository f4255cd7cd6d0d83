/** Words by which somebody shows that they listen, by language. */
const LISTENING: Record<string, readonly string[]> = {
  en: [
    'mhm',
    'mm',
    'mmm',
    'mm hmm',
    'hmm',
    'uh huh',
    'uhhuh',
    'aha',
    'ah',
    'oh',
    'yeah',
    'yep',
    'yes',
    'okay',
    'ok',
    'right',
    'sure',
    'i see',
    'got it',
    'good',
    'great',
    'nice',
    'cool',
    'wow',
    'really',
    'alright',
    'all right',
  ],
  hi: ['हाँ', 'हां', 'हूँ', 'हूं', 'हम्म', 'अच्छा', 'ठीक है', 'ठीक', 'जी', 'जी हाँ', 'जी हां', 'सही', 'haan', 'accha', 'achha', 'theek hai', 'ji'],
}

/** Whether these words only show that somebody listens: one or more of the list, nothing else. `own` replaces the language's list. */
export function isBackChannel(text: string, language: string, own: readonly string[]): boolean {
  const list = new Set(own.length > 0 ? own.map(plain) : [...(LISTENING[language.split('-')[0] ?? ''] ?? []), ...(LISTENING.en ?? [])])
  const words = plain(text).split(' ').filter(Boolean)
  if (words.length === 0) return true
  // Longest phrases first; every word has to belong to one.
  for (let at = 0; at < words.length; ) {
    const length = [3, 2, 1].find((many) => list.has(words.slice(at, at + many).join(' ')))
    if (length === undefined) return false
    at += Math.min(length, words.length - at)
  }
  return true
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim()
}
