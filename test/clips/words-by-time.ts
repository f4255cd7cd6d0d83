import { CLIP_HZ, speak } from './speech.ts'

/** Before the first sound of a sentence, and after its last: Flite's own, as the relay leaves it. */
const LEAD_MS = 20
const TAIL_MS = 200

/** How many words of these sentences Flite's `slt` has said to their end after `ms`: its own word, from speaking parts of each. */
export function wordsAfter(sentences: readonly string[], ms: number): number {
  let startMs = LEAD_MS
  let count = 0
  for (const sentence of sentences) {
    for (const endMs of wordEnds(sentence)) {
      if (startMs + endMs > ms) return count
      count += 1
    }
    startMs += lengthOf(sentence) + LEAD_MS + TAIL_MS
  }
  return count
}

/** A word spoken last is drawn out: what comes up to it is too long by that, and the whole without what follows it too short. */
function wordEnds(sentence: string): number[] {
  const words = sentence.split(' ')
  const whole = lengthOf(sentence)
  return words.map((_, at) => {
    const rest = words.slice(at + 1)
    return rest.length === 0 ? whole : (lengthOf(words.slice(0, at + 1).join(' ')) + whole - lengthOf(rest.join(' '))) / 2
  })
}

const lengthOf = (text: string) => (speak(text).length / CLIP_HZ) * 1000
