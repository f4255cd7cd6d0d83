import { sentencesOf } from './sentences.ts'

/** A stretch of an owner's text that one answer can come from. */
export interface Passage {
  /** The document's title and the headings above it, outermost first; may be empty. */
  headings: string[]
  sentences: string[]
}

const MAX_CHARACTERS = 700
const HEADING = /^[ \t]*(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$/
/** A short line on its own that ends in a colon, or is bold as a whole, heads what follows as well. */
const MINOR_HEADING = /^[ \t]*(?:\*\*([^*]{1,80})\*\*:?|([^.!?:]{1,60}):)[ \t]*$/
const BULLET = /^[ \t]*(?:[-*+•]|\d{1,2}[.)])[ \t]+/

/**
 * Splits plain text or Markdown at headings and blank lines, and long paragraphs between sentences. List items are sentences of
 * their own and stay with the line that introduces them.
 */
export function passagesOf(document: { title: string; body: string }): Passage[] {
  const passages: Passage[] = []
  const outline: { depth: number; text: string }[] = document.title.trim() === '' ? [] : [{ depth: 0, text: document.title.trim() }]
  let sentences: string[] = []
  let size = 0

  const close = () => {
    if (sentences.length > 0) passages.push({ headings: outline.map((heading) => heading.text), sentences })
    sentences = []
    size = 0
  }
  const head = (depth: number, text: string) => {
    close()
    while ((outline.at(-1)?.depth ?? -1) >= depth) outline.pop()
    outline.push({ depth, text: plain(text) })
  }

  const lines = document.body.replace(/\r\n?/g, '\n').split('\n')
  for (const [at, line] of lines.entries()) {
    const heading = HEADING.exec(line)
    const minor = HEADING.test(line) || BULLET.test(line) ? null : MINOR_HEADING.exec(line)
    if (heading) head(heading[1]?.length ?? 1, heading[2] ?? '')
    else if (minor) head(7, minor[1] ?? minor[2] ?? '')
    // A blank line before a list does not part it from its introduction.
    else if (line.trim() === '') {
      if (!BULLET.test(lines[at + 1] ?? '')) close()
    } else {
      for (const sentence of sentencesOf(plain(line.replace(BULLET, '')))) {
        if (size > 0 && size + sentence.length > MAX_CHARACTERS) close()
        sentences.push(sentence)
        size += sentence.length
      }
    }
  }
  close()
  return passages
}

/** Inline Markdown marks gone; what is read out or put in a prompt needs none. */
function plain(text: string): string {
  return text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/(\*\*|__|`)(.+?)\1/g, '$2')
    .replace(/^[ \t]*>+[ \t]?/, '')
    .replace(/^[ \t]*\|(.*)\|[ \t]*$/, (_, cells: string) =>
      /^[\s|:-]+$/.test(cells)
        ? ''
        : cells
            .split('|')
            .map((cell) => cell.trim())
            .filter((cell) => cell !== '')
            .join(', '),
    )
    .trim()
}
