import type { LiveCalls } from '../calls/live-calls.ts'
import type { Changed } from './teller.ts'

/** What was said in the moments before Redis went may not have got there. */
const SLACK_MS = 5000
const KEPT_MS = 60_000

/** What the other relays may have missed while Redis was away: every call that lives here, and those that ended meanwhile. */
export interface MissedNews {
  /** This was told just now. */
  note(organisationId: string, callId: string, nowMs: number): void
  /** Tells it all anew, as it stands now. */
  tellAnew(awayMs: number, nowMs: number): void
}

export function createMissedNews(o: { calls: Pick<LiveCalls, 'list'>; isAway: () => boolean; changed: Changed }): MissedNews {
  /** Calls in the order in which they were told last. */
  const told = new Map<string, { organisationId: string; atMs: number }>()
  return {
    note(organisationId, callId, nowMs) {
      told.delete(callId)
      told.set(callId, { organisationId, atMs: nowMs })
      if (o.isAway()) return
      for (const [id, { atMs }] of told) {
        if (atMs > nowMs - KEPT_MS) break
        told.delete(id)
      }
    },
    tellAnew(awayMs, nowMs) {
      const since = nowMs - awayMs - SLACK_MS
      const anew = new Map([...told].filter(([, { atMs }]) => atMs >= since).map(([id, { organisationId }]) => [id, organisationId]))
      for (const { id, organisationId } of o.calls.list()) anew.set(id, organisationId)
      for (const [id, organisationId] of anew) o.changed(organisationId, id)
    },
  }
}
