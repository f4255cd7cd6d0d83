/** A phone call as the network sees it. What is not in the table cannot happen, and changes nothing. */

export const CALL_STATES = ['dialling', 'ringing', 'talking', 'over'] as const
export type CallState = (typeof CALL_STATES)[number]

export const CALL_ENDS = ['hung-up', 'cancelled', 'busy', 'declined', 'no-answer', 'failed', 'dropped'] as const
export type CallEnd = (typeof CALL_ENDS)[number]

/** `cancel` and `give-up` are the caller's: it hangs up early, or the ringing was long enough. `drop` is the line's own doing. */
export const CALL_EVENTS = ['ring', 'answer', 'hang-up', 'cancel', 'decline', 'busy', 'give-up', 'fail', 'drop'] as const
export type CallEvent = (typeof CALL_EVENTS)[number]

type Next = 'ringing' | 'talking' | CallEnd

const TABLE: Record<CallState, Partial<Record<CallEvent, Next>>> = {
  dialling: { ring: 'ringing', busy: 'busy', fail: 'failed', cancel: 'cancelled', 'give-up': 'no-answer', drop: 'failed' },
  ringing: {
    answer: 'talking',
    decline: 'declined',
    busy: 'busy',
    fail: 'failed',
    cancel: 'cancelled',
    'give-up': 'no-answer',
    drop: 'failed',
  },
  talking: { 'hang-up': 'hung-up', drop: 'dropped' },
  over: {},
}

/** What the event makes of a call in that state; undefined when it cannot happen there. */
export function nextState(state: CallState, event: CallEvent): { state: CallState; end?: CallEnd } | undefined {
  const next = TABLE[state][event]
  if (next === undefined) return undefined
  return next === 'ringing' || next === 'talking' ? { state: next } : { state: 'over', end: next }
}

/** What hanging up is called, by who does it and when: before the answer the caller cancels, and the other side declines. */
export function hangUpIn(state: CallState, by: 'caller' | 'callee'): CallEvent {
  if (state === 'talking') return 'hang-up'
  if (by === 'caller') return 'cancel'
  return state === 'dialling' ? 'busy' : 'decline'
}
