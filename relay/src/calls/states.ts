import type { CallStatus, EndReason } from '../protocol/index.ts'

/**
 * A call's life as a table. Stages are finer than statuses: `away` (media dropped, may come back) and `ending`
 * (the last words are still being heard) are `connected` to the outside, and so are `answered` (the phone was taken up, its sound is on its way)
 * and `joined` (two people talk over the carrier, without us).
 */
export type Stage = 'waiting' | 'ringing' | 'answered' | 'joined' | 'live' | 'away' | 'ending' | 'over'

export type CallEvent =
  /** The far end is being rung (lines). */
  | { type: 'rings' }
  /** Somebody took the phone up. */
  | { type: 'answers' }
  /** The carrier joins it with another phone; the agent leaves, and may be asked back. */
  | { type: 'joined' }
  | { type: 'attached' }
  /** `leaving`: the far end said that it goes, and why. */
  | { type: 'detached'; leaving?: EndReason }
  /** `last-words`: end when what was said has been heard; `now`: at once. */
  | { type: 'hang-up'; reason: EndReason; when: 'now' | 'last-words' }
  | { type: 'last-words-heard' }
  /** The stage's own deadline passed. */
  | { type: 'time-up' }

export type CallState =
  | { readonly stage: 'waiting' | 'ringing' | 'answered' | 'joined' | 'live' }
  | { readonly stage: 'away'; readonly leaving: EndReason | undefined }
  | { readonly stage: 'ending'; readonly reason: EndReason }
  | { readonly stage: 'over'; readonly reason: EndReason; readonly connected: boolean }

export const BEGINNING: CallState = { stage: 'waiting' }

type In<S extends Stage> = Extract<CallState, { stage: S }>
type Row<S extends Stage> = { [E in CallEvent['type']]?: (state: In<S>, event: Extract<CallEvent, { type: E }>) => CallState }

const LIVE: CallState = { stage: 'live' }
const ANSWERED: CallState = { stage: 'answered' }
const JOINED: CallState = { stage: 'joined' }
const failed = (reason: EndReason): CallState => ({ stage: 'over', reason, connected: false })
const over = (reason: EndReason): CallState => ({ stage: 'over', reason, connected: true })

const TABLE: { [S in Stage]: Row<S> } = {
  waiting: {
    rings: () => ({ stage: 'ringing' }),
    answers: () => ANSWERED,
    attached: () => LIVE,
    'hang-up': (_, { reason }) => failed(reason),
    'time-up': () => failed('connection'),
  },
  ringing: {
    answers: () => ANSWERED,
    attached: () => LIVE,
    'hang-up': (_, { reason }) => failed(reason),
    'time-up': () => failed('no-answer'),
  },
  answered: {
    attached: () => LIVE,
    joined: () => JOINED,
    'hang-up': (_, { reason }) => over(reason),
    'time-up': () => over('connection'),
  },
  joined: {
    attached: () => LIVE,
    'hang-up': (_, { reason }) => over(reason),
  },
  live: {
    joined: () => JOINED,
    detached: (_, { leaving }) => ({ stage: 'away', leaving }),
    'hang-up': (_, { reason, when }) => (when === 'now' ? over(reason) : { stage: 'ending', reason }),
  },
  away: {
    attached: () => LIVE,
    joined: () => JOINED,
    'hang-up': (_, { reason }) => over(reason),
    'time-up': (state) => over(state.leaving ?? 'connection'),
  },
  // Whatever happens during the last words, the reason they were said for stays the reason.
  ending: {
    detached: (state) => over(state.reason),
    'hang-up': (state, { when }) => (when === 'now' ? over(state.reason) : state),
    'last-words-heard': (state) => over(state.reason),
    'time-up': (state) => over(state.reason),
  },
  over: {},
}

/** The next state; an event that means nothing in this stage changes nothing. Nothing leaves `over`. */
export function next(state: CallState, event: CallEvent): CallState {
  const step = TABLE[state.stage][event.type] as ((state: CallState, event: CallEvent) => CallState) | undefined
  return step ? step(state, event) : state
}

const STATUS: Record<Exclude<Stage, 'over'>, CallStatus> = {
  waiting: 'initiated',
  ringing: 'connecting',
  answered: 'connected',
  joined: 'connected',
  live: 'connected',
  away: 'connected',
  ending: 'connected',
}
/** Ends that are a failure even after a conversation. */
const FAILURES = new Set<EndReason>(['busy', 'no-answer', 'rejected', 'canceled', 'blocked', 'error'])

export function statusOf(state: CallState): CallStatus {
  if (state.stage !== 'over') return STATUS[state.stage]
  return endStatus(state)
}

export function endStatus(end: In<'over'>): 'completed' | 'failed' {
  return !end.connected || FAILURES.has(end.reason) ? 'failed' : 'completed'
}
