import type { EndedBy } from '../../protocol/index.ts'

/**
 * Who has the visitor, as a table. `free`: the agent. `taking`: an operator took the call and the sentence that says so is being said, `here`
 * once their socket is there. `held`: operator and visitor talk. `away`: the operator's socket is not there (`everHere`: not any more, else not yet).
 * Giving back is what happens on the way to `free`; `why` it came to that stays for whoever does what follows.
 */
export type Takeover =
  | { readonly is: 'free'; readonly why?: EndedBy }
  | { readonly is: 'taking'; readonly here: boolean; readonly everHere: boolean }
  | { readonly is: 'held' }
  | { readonly is: 'away'; readonly everHere: boolean }

export type TakeoverEvent =
  | { type: 'take' }
  /** The sentence that tells the visitor was heard. */
  | { type: 'said' }
  /** The operator's sound and words are there. */
  | { type: 'here' }
  | { type: 'gone' }
  /** The state's own deadline passed. */
  | { type: 'time-up' }
  | { type: 'give-back' }
  /** Nobody may speak for the house by this operator's right any more. */
  | { type: 'right-lost' }
  | { type: 'call-over' }

export const FREE: Takeover = { is: 'free' }

type Is = Takeover['is']
type In<S extends Is> = Extract<Takeover, { is: S }>
type Row<S extends Is> = { [E in TakeoverEvent['type']]?: (state: In<S>) => Takeover }

const back = (why: EndedBy) => (): Takeover => ({ is: 'free', why })
const ENDS = { 'give-back': back('operator'), 'right-lost': back('connection'), 'call-over': back('call') }
const HELD: Takeover = { is: 'held' }
const begun = ({ everHere, here }: In<'taking'>): Takeover => (here ? HELD : { is: 'away', everHere })

const TABLE: { [S in Is]: Row<S> } = {
  free: { take: () => ({ is: 'taking', here: false, everHere: false }) },
  taking: {
    ...ENDS,
    here: () => ({ is: 'taking', here: true, everHere: true }),
    gone: ({ everHere }) => ({ is: 'taking', here: false, everHere }),
    said: begun,
    // A far end that never tells what it heard keeps nobody waiting.
    'time-up': begun,
  },
  held: { ...ENDS, gone: () => ({ is: 'away', everHere: true }) },
  away: { ...ENDS, here: () => HELD, 'time-up': back('connection') },
}

/** The next state; an event that means nothing in this one changes nothing. */
export function nextTakeover(state: Takeover, event: TakeoverEvent): Takeover {
  const step = TABLE[state.is][event.type] as ((state: Takeover) => Takeover) | undefined
  return step ? step(state) : state
}

export interface TakeoverTimes {
  /** The sentence that tells the visitor may take so long. */
  sentenceMs: number
  /** From the end of the sentence until the operator's socket has to be there for the first time. */
  firstConnectMs: number
  /** An operator whose socket was lost is waited for so long. */
  awayMs: number
}

/** How long a state may last; undefined where nothing presses. */
export function takeoverDeadlineMs(state: Takeover, times: TakeoverTimes): number | undefined {
  if (state.is === 'taking') return times.sentenceMs
  if (state.is === 'away') return state.everHere ? times.awayMs : times.firstConnectMs
  return undefined
}
