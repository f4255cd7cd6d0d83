const sentences = new Intl.Segmenter('en', { granularity: 'sentence' })

/** Longest piece given to the synthesiser at once: about 20 s of speech. */
export const MAX_PIECE = 300
const MIN_PIECE = 24

/**
 * Cuts text into what is synthesised at once: whole sentences, short ones joined with the next ("Dr." is no sentence), long ones cut
 * at a comma or space. The first sound comes after the first piece, and a cancel waits for no more than one.
 */
export function pieces(text: string): string[] {
  const out: string[] = []
  let part = ''
  for (const { segment } of sentences.segment(text)) {
    part += segment
    if (part.trim().length < MIN_PIECE) continue
    out.push(...cutLong(part.trim()))
    part = ''
  }
  const rest = part.trim()
  if (rest === '') return out
  const last = out.at(-1)
  if (last !== undefined && last.length + rest.length < MAX_PIECE) out[out.length - 1] = `${last} ${rest}`
  else out.push(...cutLong(rest))
  return out
}

function cutLong(sentence: string): string[] {
  const out: string[] = []
  let rest = sentence
  while (rest.length > MAX_PIECE) {
    const window = rest.slice(0, MAX_PIECE)
    const comma = Math.max(window.lastIndexOf(', '), window.lastIndexOf('; '), window.lastIndexOf(': '))
    const space = window.lastIndexOf(' ')
    const at = comma > MAX_PIECE / 3 ? comma + 1 : space > MAX_PIECE / 3 ? space : MAX_PIECE
    out.push(rest.slice(0, at).trim())
    rest = rest.slice(at).trim()
  }
  if (rest !== '') out.push(rest)
  return out
}
