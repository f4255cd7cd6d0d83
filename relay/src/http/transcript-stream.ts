import type { Call } from '../calls/live-calls.ts'
import type { EndReason, Entry } from '../protocol/index.ts'
import type { HttpContext } from './endpoint.ts'
import { eventStream, lastEventId } from './sse.ts'

/** The stored transcript with what a live call knows newer of it; entries keep their places. */
export function newestEntries(stored: readonly Entry[], live: Call | undefined): Entry[] {
  const newer = new Map(live?.feed.since(0).map(({ entry }) => [entry.id, entry]))
  const known = stored.map((entry) => {
    const newest = newer.get(entry.id) ?? entry
    newer.delete(entry.id)
    return newest
  })
  return [...known, ...[...newer.values()].sort((a, b) => a.startedAt.localeCompare(b.startedAt))]
}

/**
 * A call's transcript as events `transcript` {seq, entry} and, last, `ended` {reason}: live while the call lives, the stored one when it is over.
 * Entries are whole and repeat their id, so a reader that comes back may see one again and loses nothing.
 */
export function streamTranscript(
  c: HttpContext,
  o: {
    live: Call | undefined
    ended: EndReason | undefined
    lines: readonly { seq: number; entry: Entry }[]
    streamsEnd: AbortSignal
    hasEnded: boolean
  },
): Response {
  const after = lastEventId(c)
  return eventStream(c, o.streamsEnd, (stream) => {
    const transcript = (seq: number, entry: Entry) => stream.send({ type: 'transcript', data: { seq, entry }, id: seq })
    const end = (reason: EndReason) => {
      stream.send({ type: 'ended', data: { reason } })
      stream.close()
    }
    if (!o.live) {
      const missed = o.lines.filter(({ seq }) => seq > after).sort((a, b) => a.seq - b.seq)
      for (const { seq, entry } of missed) transcript(seq, entry)
      end(o.ended ?? 'error')
      return () => {}
    }
    for (const { seq, entry } of o.live.feed.since(after)) transcript(seq, entry)
    // Its feed has said so already, after the last word was cut to what was heard.
    if (o.hasEnded) end(o.live.endReason ?? 'error')
    return o.live.feed.listen((event) => {
      if (event.type === 'transcript') transcript(event.seq, event.entry)
      if (event.type === 'ended') end(event.reason)
    })
  })
}
