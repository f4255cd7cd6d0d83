/** How far into an utterance its listener has come, in letters: all of it, and where the piece that was told of last begins. */
export interface Place {
  readonly heard: number
  readonly piece: number
}

export const UNHEARD: Place = { heard: 0, piece: 0 }

/**
 * Where the far end is, by the words that it says were played. It tells the piece that was just spoken (a sentence, mostly), sometimes again and longer,
 * never the whole utterance for sure, and in its own spacing. Undefined when these words are none of this utterance.
 * @param again told of words that may have been told of already: at an interruption
 */
export function placeAfter(text: string, before: Place, told: string, again = false): Place | undefined {
  const spoken = wordsOf(text)
  const said = wordsOf(told)
  if (said.length === 0) return before
  const tail = /[\p{P}\s]+$/u.test(told)
  const at = (from: number): Place | undefined => {
    const last = from < 0 ? undefined : matched(spoken, from, said)
    if (last === undefined) return undefined
    const heard = tail ? withMarks(text, last) : last
    return heard < before.heard ? undefined : { heard, piece: spoken[from]?.start ?? 0 }
  }
  const following = wordAt(spoken, before.heard)
  const same = wordAt(spoken, before.piece)
  for (const from of again ? [same, following, 0] : [following, same, 0]) {
    const place = at(from)
    if (place) return place
  }
  // Pieces in between were played without a word of it.
  for (let from = Math.max(0, following); from < spoken.length && following >= 0; from++) {
    const begins = from === 0 || /[.!?…:;।॥。！？\n]/.test(text.slice(spoken[from - 1]?.end, spoken[from]?.start))
    const place = begins || said.length >= DISTINCT_WORDS ? at(from) : undefined
    if (place) return place
  }
  return undefined
}

/** So many words in a row are not met by chance. */
const DISTINCT_WORDS = 3

/** The place after so many more words: where what was played is told in other letters than it was written in ("5" as "five"). */
export function placeByCount(text: string, before: Place, told: string): Place {
  const spoken = wordsOf(text)
  const from = wordAt(spoken, before.heard)
  const last = spoken[Math.min(spoken.length, from + wordsOf(told).length) - 1]
  return from < 0 || !last ? before : { heard: Math.max(before.heard, last.end), piece: spoken[from]?.start ?? 0 }
}

/** Nothing but signs and spaces is left. */
export const isAllHeard = (text: string, { heard }: Place) => wordsOf(text.slice(heard)).length === 0

interface Word {
  readonly word: string
  readonly start: number
  readonly end: number
}

function wordsOf(text: string): Word[] {
  return [...text.matchAll(/[\p{L}\p{N}\p{M}]+(?:['’][\p{L}\p{M}]+)*/gu)].map((found) => ({
    word: found[0].toLowerCase().replace('’', "'"),
    start: found.index,
    end: found.index + found[0].length,
  }))
}

/** The word at this place or after it; -1 after the last. */
const wordAt = (words: readonly Word[], letter: number) => words.findIndex(({ end }) => end > letter)

/** Where these words end in the others; the last one may have been cut. */
function matched(spoken: readonly Word[], from: number, said: readonly Word[]): number | undefined {
  let end: number | undefined
  for (const [nth, { word }] of said.entries()) {
    const other = spoken[from + nth]
    const cut = nth === said.length - 1 && other?.word.startsWith(word)
    if (other?.word !== word && !cut) return undefined
    end = other && other.start + Math.min(word.length, other.end - other.start)
  }
  return end
}

function withMarks(text: string, end: number): number {
  return end + (/^[\p{P}]+/u.exec(text.slice(end))?.[0].length ?? 0)
}
