import type { CallRow } from '../calls/log/call-view.ts'
import type { FreshView } from './fresh-view.ts'

/** Says that a call has changed. */
export type Teller = (organisationId: string, callId: string) => void

/** Tells each call's newest view, in order for each call; several changes in a row may be told as one. */
export function createTeller(o: {
  view: FreshView
  told: (organisationId: string, call: CallRow) => void
  onFault: (error: unknown) => void
}): Teller {
  /** Calls being looked at, and whether they changed meanwhile. */
  const looking = new Map<string, 'still' | 'changed'>()

  async function tell(organisationId: string, callId: string): Promise<void> {
    looking.set(callId, 'still')
    try {
      const row = await o.view(organisationId, callId)
      if (row) o.told(organisationId, row)
    } catch (error) {
      // The next change tells it, or the reader asks.
      o.onFault(error)
    }
    if (looking.get(callId) === 'changed') return tell(organisationId, callId)
    looking.delete(callId)
  }

  return (organisationId, callId) => {
    if (looking.has(callId)) looking.set(callId, 'changed')
    else void tell(organisationId, callId)
  }
}
