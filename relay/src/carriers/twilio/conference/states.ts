/**
 * Where the two people of a call are that an operator takes over at the carrier: the caller leaves the agent's session for a conference, the operator
 * comes in by their own way, and the caller comes back to the agent. What is told comes late, twice and out of order.
 */

type Operator = 'coming' | 'in' | 'gone'

export type ConferenceState =
  /** The agent says its last words (`told: 'not'`), then the caller is told to go over: by the session that ends, or by the call's own control. */
  | { readonly is: 'moving'; readonly operator: Operator; readonly told: 'not' | 'by-session' | 'by-control' }
  /** The caller is in the conference. */
  | { readonly is: 'met'; readonly operator: Operator }
  /** The caller is told to come back; `asked` so often. */
  | { readonly is: 'returning'; readonly asked: number }
  | { readonly is: 'over'; readonly how: 'back' | 'call' | 'failed' }

export type ConferenceEvent =
  | { readonly type: 'caller-in' }
  /** The session is ended, and what follows is asked for. */
  | { readonly type: 'told' }
  /** There is no session that could be ended. */
  | { readonly type: 'no-session' }
  /** The carrier does not take the caller over. */
  | { readonly type: 'not-moved' }
  /** The caller left the conference by itself, and asks what to do. */
  | { readonly type: 'caller-out' }
  /** The operator has a way in, once more perhaps. */
  | { readonly type: 'invited' }
  | { readonly type: 'operator-in' }
  | { readonly type: 'operator-out' }
  /** The operator's phone did not come off. */
  | { readonly type: 'operator-failed' }
  | { readonly type: 'give-back' }
  /** The caller's words come here again. */
  | { readonly type: 'words' }
  | { readonly type: 'call-over' }
  /** The state's own deadline passed. */
  | { readonly type: 'time-up' }

export const MOVING: ConferenceState = { is: 'moving', operator: 'coming', told: 'not' }

/** Telling it again mends an answer that was lost; more than that does not help. */
export const MOST_ASKED = 3

type In<Is extends ConferenceState['is']> = Extract<ConferenceState, { is: Is }>
type Row<Is extends ConferenceState['is']> = { readonly [E in ConferenceEvent['type']]?: (state: In<Is>) => ConferenceState }

const RETURNING: ConferenceState = { is: 'returning', asked: 1 }
const CALL_OVER: ConferenceState = { is: 'over', how: 'call' }
const withOperator =
  (from: readonly Operator[], to: Operator) =>
  (state: In<'moving' | 'met'>): ConferenceState =>
    from.includes(state.operator) ? { ...state, operator: to } : state
const invited = withOperator(['gone'], 'coming')
const entered = withOperator(['coming', 'gone'], 'in')
const left = withOperator(['in'], 'gone')

const TABLE: { readonly [Is in ConferenceState['is']]: Row<Is> } = {
  moving: {
    told: (state) => (state.told === 'not' ? { ...state, told: 'by-session' } : state),
    'no-session': (state) => (state.told === 'not' ? { ...state, told: 'by-control' } : state),
    'caller-in': ({ operator }) => ({ is: 'met', operator }),
    invited,
    'operator-in': entered,
    'operator-out': left,
    'operator-failed': () => RETURNING,
    'not-moved': () => RETURNING,
    'give-back': () => RETURNING,
    'call-over': () => CALL_OVER,
    // Nobody asked what follows: then the call is told without being asked.
    'time-up': (state) => (state.told === 'by-session' ? { ...state, told: 'by-control' } : RETURNING),
  },
  met: {
    'caller-out': () => RETURNING,
    invited,
    'operator-in': entered,
    'operator-out': left,
    'operator-failed': (state) => (state.operator === 'in' ? state : RETURNING),
    'give-back': () => RETURNING,
    'call-over': () => CALL_OVER,
    'time-up': () => RETURNING,
  },
  returning: {
    words: () => ({ is: 'over', how: 'back' }),
    'call-over': () => CALL_OVER,
    'time-up': ({ asked }) => (asked < MOST_ASKED ? { is: 'returning', asked: asked + 1 } : { is: 'over', how: 'failed' }),
  },
  over: {},
}

/** The next state; an event that means nothing in this one changes nothing. Nothing leaves `over`. */
export function nextOf(state: ConferenceState, event: ConferenceEvent): ConferenceState {
  const step = TABLE[state.is][event.type] as ((state: ConferenceState) => ConferenceState) | undefined
  return step ? step(state) : state
}

/** The agent's last words. */
const WORDS_MS = 30_000
/** A session ends within a tenth of a second, and what follows is asked for at once. */
const MOVE_MS = 12_000
/** A phone rings, or a page asks for its microphone. */
const JOIN_MS = 45_000
/** A page that was loaded anew is back by then. */
const GONE_MS = 5000
const RETURN_MS = 8000

/** How long it may stay so; undefined: as long as they talk. */
export function deadlineOf(state: ConferenceState): number | undefined {
  if (state.is === 'moving') return state.told === 'not' ? WORDS_MS : MOVE_MS
  if (state.is === 'returning') return RETURN_MS
  if (state.is === 'over' || state.operator === 'in') return undefined
  return state.operator === 'gone' ? GONE_MS : JOIN_MS
}
