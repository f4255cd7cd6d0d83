import type { CallStatus, EndReason } from '../protocol/index.ts'

/**
 * A call's life as a table. Stages are finer than statuses: `away` (media dropped, may come back) and `ending`
 * (goodbye is still being heard) are `connected` to the outside.
 */
export type Stage = 'waiting' | 'live' | 'away' | 'ending' | 'over'

export type CallEvent =
  | { type: 'attached' }
  | { type: 'detached' }
  /** `last-words`: end when what was said has been heard; `now`: at once. */
  | { type: 'hang-up'; reason: EndReason; when: 'now' | 'last-words' }
  | { type: 'last-words-heard' }
  /** The stage's own deadline passed. */
  | { type: 'time-up' }

export interface CallState {
  readonly stage: Stage
  /** Known from `ending` on. */
  readonly reason?: EndReason
  readonly connected: boolean
}

export const BEGINNING: CallState = { stage: 'waiting', connected: false }

type Row = { [Event in CallEvent['type']]?: (state: CallState, event: Extract<CallEvent, { type: Event }>) => CallState }

const over = (state: CallState, reason: EndReason): CallState => ({ ...state, stage: 'over', reason })
const hangUp = (state: CallState, event: { reason: EndReason; when: 'now' | 'last-words' }): CallState =>
  event.when === 'now' ? over(state, event.reason) : { ...state, stage: 'ending', reason: event.reason }

const TABLE: Record<Stage, Row> = {
  waiting: {
    attached: (state) => ({ ...state, stage: 'live', connected: true }),
    'hang-up': (state, event) => over(state, event.reason),
    'time-up': (state) => over(state, 'connection'),
  },
  live: {
    detached: (state) => ({ ...state, stage: 'away' }),
    'hang-up': hangUp,
  },
  away: {
    attached: (state) => ({ ...state, stage: 'live' }),
    'hang-up': (state, event) => over(state, event.reason),
    'time-up': (state) => over(state, 'connection'),
  },
  ending: {
    detached: (state) => over(state, state.reason ?? 'connection'),
    'hang-up': (state, event) => (event.when === 'now' ? over(state, event.reason) : state),
    'last-words-heard': (state) => over(state, state.reason ?? 'agent'),
    'time-up': (state) => over(state, state.reason ?? 'agent'),
  },
  over: {},
}

/** The next state; an event that means nothing in this stage changes nothing. Nothing leaves `over`. */
export function next(state: CallState, event: CallEvent): CallState {
  const step = TABLE[state.stage][event.type] as ((state: CallState, event: CallEvent) => CallState) | undefined
  return step ? step(state, event) : state
}

const FAILURES = new Set<EndReason>(['busy', 'no-answer', 'rejected', 'canceled', 'blocked', 'error'])

export function statusOf(state: CallState): CallStatus {
  if (state.stage === 'waiting') return 'initiated'
  if (state.stage !== 'over') return 'connected'
  return !state.connected || FAILURES.has(state.reason ?? 'error') ? 'failed' : 'completed'
}
