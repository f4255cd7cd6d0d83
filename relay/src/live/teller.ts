import type { CallRow } from '../protocol/index.ts'
import type { FreshView } from './fresh-view.ts'

/** Says that a call has changed. */
export type Changed = (organisationId: string, callId: string) => void

export interface Teller {
  readonly changed: Changed
  /** Resolves when everything was told that has changed so far. */
  idle(): Promise<void>
}

/** Tells each call's newest view, in order for each call; several changes in a row may be told as one. */
export function createTeller(o: {
  view: FreshView
  told: (organisationId: string, call: CallRow) => void
  onFault: (error: unknown) => void
}): Teller {
  /** Calls being looked at, and whether they changed meanwhile. */
  const looking = new Map<string, 'still' | 'changed'>()
  const telling = new Set<Promise<void>>()

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

  return {
    changed(organisationId, callId) {
      if (looking.has(callId)) return void looking.set(callId, 'changed')
      const told: Promise<void> = tell(organisationId, callId).finally(() => telling.delete(told))
      telling.add(told)
      return undefined
    },
    async idle() {
      await Promise.all(telling)
    },
  }
}
