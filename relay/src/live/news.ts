import type { Call, LiveCalls } from '../calls/live-calls.ts'
import type { Entry } from '../protocol/index.ts'
import type { Changed } from './teller.ts'

const TOLD: ReadonlySet<string> = new Set(['status', 'speaker', 'human-requested', 'ai'])

/** Follows every call that lives here and says what operators are to see of it, in the order in which it happened. Returns the end of it. */
export function followCalls(o: {
  calls: LiveCalls
  /** A call began, changed or ended. */
  changed: Changed
  transcript: (callId: string, seq: number, entry: Entry) => void
}): () => void {
  const following = new Set<() => void>()

  function follow(call: Call) {
    const { id, organisationId } = call
    const stop = call.feed.listen((event) => {
      if (event.type === 'transcript') o.transcript(id, event.seq, event.entry)
      else if (TOLD.has(event.type)) o.changed(organisationId, id)
    })
    following.add(stop)
    // Its feed is silent by then; only now its end and its cost are in the book.
    void call.closed.then(() => {
      following.delete(stop)
      o.changed(organisationId, id)
    })
    o.changed(organisationId, id)
  }

  const stopOpened = o.calls.onOpened(follow)
  for (const call of o.calls.list()) follow(call)
  return () => {
    stopOpened()
    for (const stop of following) stop()
    following.clear()
  }
}
