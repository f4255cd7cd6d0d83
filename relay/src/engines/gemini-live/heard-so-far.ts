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
  return new HeardLines(before)
}

// A class: a getter in an object literal would make each a slow object of its own shape.
class HeardLines implements HeardSoFar {
  #lines: Line[]
  #open: { id: string; line: Line; stale: boolean } | undefined

  constructor(before: readonly Heard[]) {
    this.#lines = [...before]
  }

  visitor(piece: string, finished: boolean) {
    if (piece === '' && !this.#open) return undefined
    this.#open ??= { id: randomUUID(), line: this.#add({ role: 'visitor', text: '' }), stale: false }
    const { line, stale } = this.#open
    line.text = stale ? piece : line.text + piece
    this.#open.stale = false
    return this.#told(finished)
  }
  visitorDone() {
    return this.#told(true)
  }
  visitorAgain() {
    if (this.#open) this.#open.stale = true
  }
  typed(text: string) {
    this.#add({ role: 'visitor', text })
  }
  agent(utterance: string, piece: string) {
    const line = this.#of(utterance) ?? this.#add({ role: 'agent', text: '', utterance })
    line.text += piece
  }
  cut(utterance: string, heard: string) {
    const line = this.#of(utterance)
    if (line) line.text = heard
  }
  words(utterance: string) {
    return this.#of(utterance)?.text.trim() ?? ''
  }
  get lastQuestion() {
    return this.#lines.findLast((line) => line.role === 'visitor')?.text.trim() ?? ''
  }
  history(askedAnew: 'typed' | 'spoken' | 'nothing') {
    const typed = this.#lines.findLast((line) => line !== this.#open?.line && line.role === 'visitor')
    const again = { typed, spoken: this.#open?.line, nothing: undefined }[askedAnew]
    return this.#lines.filter((line) => line.text.trim() !== '' && line !== again).map(({ role, text }) => ({ role, text: text.trim() }))
  }

  #add(line: Line): Line {
    const last = this.#lines.at(-1)
    // Put together piece by piece, it would keep every piece for as long as the call lasts.
    if (last) last.text = JSON.parse(JSON.stringify(last.text)) as string
    this.#lines.push(line)
    if (this.#lines.length > MOST_LINES) this.#lines = this.#lines.slice(-MOST_LINES / 2)
    return line
  }
  #of(utterance: string) {
    return this.#lines.findLast((line) => line.utterance === utterance)
  }
  #told(final: boolean) {
    if (!this.#open) return undefined
    const { id, line } = this.#open
    if (final) this.#open = undefined
    return { id, text: line.text.trim().replace(/\s+/g, ' '), final }
  }
}
