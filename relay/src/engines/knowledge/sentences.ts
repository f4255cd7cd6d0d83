const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' })
const ABBREVIATION =
  /(?:^|[\s(])(?:Dr|Mr|Mrs|Ms|Prof|St|No|Nos|Rs|approx|etc|e\.g|i\.e|vs|Inc|Ltd|Pvt|Co|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|[A-Z])\.\s*$/

/** The sentences of a text, trimmed; each line break ends one, and abbreviations do not. */
export function sentencesOf(text: string): string[] {
  const out: string[] = []
  for (const line of text.split(/\n+/)) {
    let part = ''
    for (const { segment } of segmenter.segment(line)) {
      part += segment
      if (ABBREVIATION.test(part)) continue
      if (part.trim() !== '') out.push(part.trim())
      part = ''
    }
    if (part.trim() !== '') out.push(part.trim())
  }
  return out
}
