import type { Call, LiveCalls } from '../calls/live-calls.ts'
import type { CallBook } from '../calls/log/call-book.ts'
import type { CallRow } from '../protocol/index.ts'

/** How a call stands now, for its own organisation. */
export type FreshView = (organisationId: string, callId: string) => Promise<CallRow | undefined>

/** The log is gathered before it is written; who holds the call knows how it stands now. */
export function freshen(calls: Pick<LiveCalls, 'unsettled'>): (row: CallRow) => CallRow {
  return (row) => {
    const live = calls.unsettled(row.id)
    if (!live) return row
    const { heldBy: _, ...rest } = row
    const { ai, endReason, heldBy, status } = live
    const lacks = lackingOf(live)
    const capabilities = row.capabilities.filter((able) => !lacks.includes(able))
    return { ...rest, capabilities, status, ai, ...(heldBy ? { heldBy } : {}), ...(endReason ? { endReason } : {}) }
  }
}

/** Only who holds the call knows whether there is anything to hear, and whether the carrier has joined it with another phone. */
const lackingOf = ({ passesSound, stage }: Pick<Call, 'passesSound' | 'stage'>): readonly string[] => [
  ...(passesSound ? [] : ['listen']),
  ...(stage === 'joined' ? ['dtmf'] : []),
]

export function createFreshView(o: { book: Pick<CallBook, 'get'>; calls: Pick<LiveCalls, 'unsettled'> }): FreshView {
  const fresh = freshen(o.calls)
  return async (organisationId, callId) => {
    const row = await o.book.get(organisationId, callId)
    return row && fresh(row)
  }
}
