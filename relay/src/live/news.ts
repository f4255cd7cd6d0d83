import type { Call, LiveCalls } from '../calls/live-calls.ts'
import type { CallRow } from '../calls/log/call-view.ts'
import type { Entry } from '../protocol/index.ts'
import type { FreshView } from './fresh-view.ts'

/** Told in the order in which it happened, for each call. */
export interface NewsDesk {
  /** A call began, changed or ended: its newest view. Several changes in a row may be told as one. */
  updated(organisationId: string, call: CallRow): void
  transcript(callId: string, seq: number, entry: Entry): void
}

const TOLD: ReadonlySet<string> = new Set(['status', 'speaker', 'human-requested', 'ai'])

/** Follows every call that lives here and tells what operators are to see of it. Returns the end of it. */
export function followCalls(o: { calls: LiveCalls; view: FreshView; desk: NewsDesk; onFault: (error: unknown) => void }): () => void {
  const following = new Set<() => void>()

  function follow(call: Call) {
    const { id, organisationId } = call
    let state: 'told' | 'telling' | 'changed' = 'told'

    const changed = () => {
      if (state === 'told') void tell()
      else state = 'changed'
    }
    async function tell() {
      state = 'telling'
      try {
        const row = await o.view(organisationId, id)
        if (row) o.desk.updated(organisationId, row)
      } catch (error) {
        // The next change tells it, or the reader asks.
        o.onFault(error)
      }
      const more = (state as string) === 'changed'
      state = 'told'
      if (more) await tell()
    }

    const stop = call.feed.listen((event) => {
      if (event.type === 'transcript') o.desk.transcript(id, event.seq, event.entry)
      else if (TOLD.has(event.type)) changed()
    })
    following.add(stop)
    // Its feed is silent by then; only now its end and its cost are in the book.
    void call.closed.then(() => {
      following.delete(stop)
      changed()
    })
    changed()
  }

  const stopOpened = o.calls.onOpened(follow)
  for (const call of o.calls.list()) follow(call)
  return () => {
    stopOpened()
    for (const stop of following) stop()
    following.clear()
  }
}
