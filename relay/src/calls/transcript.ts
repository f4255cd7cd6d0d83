import type { Entry, EntryRole } from '../protocol/index.ts'
import type { FeedWriter } from './feed.ts'
import type { CallLog, Clock, Heard } from './ports.ts'

export interface Transcript {
  /** A line that is whole at once. */
  add(role: EntryRole, text: string): string
  /** A line that will grow. Its place is taken now; it is shown with its first word. */
  begin(role: EntryRole): string
  /** The newest whole text of a line that is not final. */
  update(id: string, text: string): void
  /** The last word on a line: what was heard of it. A line nobody heard a word of is never shown, or shown empty if it was. */
  finish(id: string, text: string, interrupted?: boolean): void
  /** What engines may know: every line as heard so far; with `since` only those that began then or later. */
  heard(since?: string): Heard[]
  /** The newest text of a line. */
  textOf(id: string): string
}

interface Line {
  entry: Entry
  place: number
  shown: boolean
}

export function createTranscript(o: { callId: string; feed: FeedWriter; log: CallLog; clock: Clock; newId: () => string }): Transcript {
  const lines = new Map<string, Line>()
  const now = () => new Date(o.clock.nowMs()).toISOString()

  const begin = (role: EntryRole) => {
    const id = o.newId()
    lines.set(id, { entry: { id, role, text: '', final: false, startedAt: now() }, place: lines.size, shown: false })
    return id
  }
  const change = (line: Line, entry: Entry) => {
    line.entry = entry
    if (!line.shown && entry.text === '') return
    line.shown = true
    o.feed.transcript(entry)
    o.log.entry(o.callId, { place: line.place, seq: o.feed.lastSeq }, entry)
  }
  const finish = (id: string, text: string, interrupted = false) => {
    const line = lines.get(id)
    if (!line || line.entry.final) return
    change(line, { ...line.entry, text, final: true, endedAt: now(), ...(interrupted ? { interrupted } : {}) })
  }

  return {
    begin,
    finish,
    add(role, text) {
      const id = begin(role)
      finish(id, text)
      return id
    },
    update(id, text) {
      const line = lines.get(id)
      if (!line || line.entry.final || line.entry.text === text) return
      change(line, { ...line.entry, text })
    },
    heard: (since = '') =>
      [...lines.values()].flatMap(({ entry: { role, startedAt, text } }) =>
        role === 'system' || text === '' || startedAt < since ? [] : [{ role, text }],
      ),
    textOf: (id) => lines.get(id)?.entry.text ?? '',
  }
}
