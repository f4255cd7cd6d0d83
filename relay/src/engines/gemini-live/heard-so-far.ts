import { randomUUID } from 'node:crypto'
import type { Heard } from '../../calls/ports.ts'

/** Both sides' words as this engine knows them: for the call's transcript, and for a session that has to begin anew. */
export interface HeardSoFar {
  /** The next piece of what the visitor says; returns all of this turn of theirs. */
  visitor(piece: string, finished: boolean): { id: string; text: string; final: boolean } | undefined
  /** The visitor's turn is over: undefined when nothing of it is open. */
  visitorDone(): { id: string; text: string; final: boolean } | undefined
  /** What they are saying is sent once more: the next piece begins their line anew. */
  visitorAgain(): void
  typed(text: string): void
  agent(utterance: string, piece: string): void
  /** Only this much of it was heard. */
  cut(utterance: string, heard: string): void
  words(utterance: string): string
  readonly lastQuestion: string
  /** Oldest first; without the question that is asked anew: as text, or as the sound of the line that is still open. */
  history(askedAnew: 'typed' | 'spoken' | 'nothing'): Heard[]
}

interface Line extends Heard {
  utterance?: string
}

const MOST_LINES = 200

export function createHeardSoFar(before: readonly Heard[]): HeardSoFar {
  let lines: Line[] = [...before]
  let open: { id: string; line: Line; stale: boolean } | undefined
  const add = (line: Line) => {
    lines.push(line)
    if (lines.length > MOST_LINES) lines = lines.slice(-MOST_LINES / 2)
    return line
  }
  const of = (utterance: string) => lines.findLast((line) => line.utterance === utterance)
  const told = (final: boolean) => {
    if (!open) return undefined
    const { id, line } = open
    if (final) open = undefined
    return { id, text: line.text.replace(/\s+/g, ' ').trim(), final }
  }
  return {
    visitor(piece, finished) {
      if (piece === '' && !open) return undefined
      open ??= { id: randomUUID(), line: add({ role: 'visitor', text: '' }), stale: false }
      open.line.text = open.stale ? piece : open.line.text + piece
      open.stale = false
      return told(finished)
    },
    visitorDone: () => told(true),
    visitorAgain() {
      if (open) open.stale = true
    },
    typed: (text) => void add({ role: 'visitor', text }),
    agent(utterance, piece) {
      const line = of(utterance) ?? add({ role: 'agent', text: '', utterance })
      line.text += piece
    },
    cut(utterance, heard) {
      const line = of(utterance)
      if (line) line.text = heard
    },
    words: (utterance) => of(utterance)?.text.trim() ?? '',
    get lastQuestion() {
      return lines.findLast((line) => line.role === 'visitor')?.text.trim() ?? ''
    },
    history(askedAnew) {
      const typed = lines.findLast((line) => line !== open?.line && line.role === 'visitor')
      const again = { typed, spoken: open?.line, nothing: undefined }[askedAnew]
      return lines.filter((line) => line.text.trim() !== '' && line !== again).map(({ role, text }) => ({ role, text: text.trim() }))
    },
  }
}
