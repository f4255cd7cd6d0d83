import type { Entry, EntryRole } from '../protocol/index.ts'
import type { FeedWriter, ToldLine } from './feed.ts'
import type { CallLog, Clock, Heard } from './ports.ts'

export interface Transcript {
  /** A line that is whole at once. */
  add(role: EntryRole, text: string): string
  /** A line that will grow. Its place is taken now; it is shown with its first word. */
  begin(role: EntryRole): string
  /** The newest whole text of a line that is not final. */
  update(id: string, text: string): void
  /** The last word on a line: what was heard of it, or what it says by now. A line nobody heard a word of is never shown, or shown empty if it was. */
  finish(id: string, text?: string, interrupted?: boolean): void
  /** What engines may know: every line as heard so far; with `since` only those that began then or later. */
  heard(since?: string): Heard[]
}

interface Line extends ToldLine {
  readonly place: number
}

interface TranscriptOptions {
  callId: string
  feed: FeedWriter
  log: CallLog
  clock: Clock
  newId: () => string
}

export function createTranscript(o: TranscriptOptions): Transcript {
  return new CallTranscript(o)
}

class CallTranscript implements Transcript {
  readonly #o: TranscriptOptions
  /** By place. */
  readonly #lines: Line[] = []
  /** Those that are not final, by id: only they are asked for by it. */
  readonly #growing = new Map<string, Line>()

  constructor(o: TranscriptOptions) {
    this.#o = o
  }

  begin(role: EntryRole) {
    const id = this.#o.newId()
    const entry = { id, role, text: '', final: false, startedAt: this.#now() }
    const line = { seq: 0, entry, place: this.#lines.length }
    this.#lines.push(line)
    this.#growing.set(id, line)
    return id
  }
  add(role: EntryRole, text: string) {
    const id = this.begin(role)
    this.finish(id, text)
    return id
  }
  update(id: string, text: string) {
    const line = this.#growing.get(id)
    if (!line || line.entry.text === text) return
    this.#change(line, { ...line.entry, text })
  }
  finish(id: string, heard?: string, interrupted = false) {
    const line = this.#growing.get(id)
    if (!line) return
    this.#growing.delete(id)
    const { role, startedAt, text: written } = line.entry
    const text = heard ?? written
    // Written out: spread over one another they would take half as much room again, and a call keeps all its lines.
    const entry: Entry = { id, role, text, final: true, startedAt, endedAt: this.#now() }
    this.#change(line, interrupted ? { ...entry, interrupted } : entry)
  }
  // Of its own, for it is handed on.
  readonly heard = (since = ''): Heard[] =>
    this.#lines.flatMap(({ entry: { role, startedAt, text } }) =>
      role === 'system' || text === '' || startedAt < since ? [] : [{ role, text }],
    )

  #now() {
    return new Date(this.#o.clock.nowMs()).toISOString()
  }
  #change(line: Line, entry: Entry) {
    line.entry = entry
    if (line.seq === 0 && entry.text === '') return
    this.#o.feed.transcript(line)
    this.#o.log.entry(this.#o.callId, { place: line.place, seq: line.seq }, entry)
  }
}
