import type { ConversationState } from '../protocol/index.ts'

/**
 * Who has the word, as a table. The visitor has it while the floor is `open`; the engine owes an answer (`owed`), then gives it
 * (`answering`; `whole` once all its words are there); the house says something of its own (`telling`); what was said or owed is
 * being cut, and it is not known yet what of it was heard (`cutting`).
 */
export type Floor =
  | { readonly is: 'open' }
  | { readonly is: 'owed'; readonly utterance: string }
  | { readonly is: 'answering'; readonly utterance: string; readonly whole: boolean; readonly begun: boolean }
  | { readonly is: 'telling'; readonly utterance: string; readonly begun: boolean }
  | { readonly is: 'cutting' }

export type FloorEvent =
  /** The visitor's turn was given to the engine, to be answered under this utterance. */
  | { type: 'asked'; utterance: string }
  /** The house says something. */
  | { type: 'told'; utterance: string }
  /** The engine's first words. */
  | { type: 'words'; utterance: string }
  /** The engine has no more words. */
  | { type: 'done'; utterance: string }
  /** Its first sound has left. */
  | { type: 'begun'; utterance: string }
  /** It was heard to its end. */
  | { type: 'heard'; utterance: string }
  /** Whatever is being said or awaited is cut. */
  | { type: 'cut' }
  /** It is silent, and nothing follows. */
  | { type: 'silenced' }
  /** Another engine answers, under another utterance. */
  | { type: 'handed-over'; utterance: string; to: string }

export const OPEN: Floor = { is: 'open' }

type Is = Floor['is']
type In<S extends Is> = Extract<Floor, { is: S }>
type Row<S extends Is> = { [E in FloorEvent['type']]?: (floor: In<S>, event: Extract<FloorEvent, { type: E }>) => Floor }

const ALWAYS = {
  asked: (_: Floor, { utterance }: { utterance: string }): Floor => ({ is: 'owed', utterance }),
  told: (_: Floor, { utterance }: { utterance: string }): Floor => ({ is: 'telling', utterance, begun: false }),
}
const CUT = { ...ALWAYS, cut: (): Floor => ({ is: 'cutting' }) }

const TABLE: { [S in Is]: Row<S> } = {
  open: ALWAYS,
  owed: {
    ...CUT,
    words: ({ utterance }) => ({ is: 'answering', utterance, whole: false, begun: false }),
    // An answer without a word: nothing to hear, so it is the visitor's turn.
    done: () => OPEN,
    'handed-over': (_, { to }) => ({ is: 'owed', utterance: to }),
  },
  answering: {
    ...CUT,
    begun: (floor) => ({ ...floor, begun: true }),
    done: (floor) => ({ ...floor, whole: true }),
    // What was written so far was heard, and the engine has not finished.
    heard: (floor) => (floor.whole ? OPEN : { is: 'owed', utterance: floor.utterance }),
    'handed-over': (floor, { to }) => (floor.whole ? floor : { is: 'owed', utterance: to }),
  },
  telling: {
    ...CUT,
    begun: (floor) => ({ ...floor, begun: true }),
    heard: () => OPEN,
  },
  cutting: { ...ALWAYS, silenced: () => OPEN },
}

/** Events that begin something; all others belong to the utterance that has the floor. */
const BEGINNINGS = new Set<FloorEvent['type']>(['asked', 'told'])

/** The next floor. An event of an utterance that does not have the floor changes nothing: late words never come back. */
export function nextFloor(floor: Floor, event: FloorEvent): Floor {
  const stale = !BEGINNINGS.has(event.type) && 'utterance' in event && utteranceOf(floor) !== event.utterance
  const step = TABLE[floor.is][event.type] as ((floor: Floor, event: FloorEvent) => Floor) | undefined
  return step && !stale ? step(floor, event) : floor
}

/** The utterance that has the floor. */
export function utteranceOf(floor: Floor): string | undefined {
  return 'utterance' in floor ? floor.utterance : undefined
}

/** What the page is shown; undefined where nothing changes for it: what follows decides. */
export function stateOf(floor: Floor): ConversationState | undefined {
  switch (floor.is) {
    case 'open':
      return 'listening'
    case 'owed':
      return 'thinking'
    case 'answering':
      return floor.begun ? 'speaking' : 'thinking'
    case 'telling':
      return floor.begun ? 'speaking' : undefined
    case 'cutting':
      return undefined
  }
}
