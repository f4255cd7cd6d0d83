/**
 * Whose words the model's are, as a table: `listening`, or in a turn under an utterance. A turn's words are `wanted` until the visitor
 * or the call cut it; what was typed is answered by the turn that follows.
 */
export type ModelTurn =
  | { readonly is: 'listening' }
  /** A text was sent, and its answer has not begun. */
  | { readonly is: 'asked'; readonly utterance: string; readonly wanted: boolean }
  | { readonly is: 'speaking'; readonly utterance: string; readonly wanted: boolean; readonly generated: boolean }
  /** A text was sent into a turn that still speaks: that one is not wanted any more. */
  | { readonly is: 'yielding'; readonly next: string; readonly wanted: boolean; readonly generated: boolean }

export type ModelEvent =
  | { type: 'asked'; utterance: string }
  /** Words or sound; `utterance` names the turn where it begins unasked. */
  | { type: 'speaks'; utterance: string }
  | { type: 'generated' }
  | { type: 'turn-over' }
  /** The model's own detector. */
  | { type: 'interrupted' }
  /** The call does not want this utterance any more. */
  | { type: 'unwanted'; utterance: string }
  /** The connection is gone, and with it all that was still to come. */
  | { type: 'lost' }

export const LISTENING: ModelTurn = { is: 'listening' }

type Is = ModelTurn['is']
type In<S extends Is> = Extract<ModelTurn, { is: S }>
type Row<S extends Is> = { [E in ModelEvent['type']]?: (turn: In<S>, event: Extract<ModelEvent, { type: E }>) => ModelTurn }

const asked = (utterance: string): ModelTurn => ({ is: 'asked', utterance, wanted: true })
const speaking = (utterance: string, wanted: boolean): ModelTurn => ({ is: 'speaking', utterance, wanted, generated: false })

const TABLE: { [S in Is]: Row<S> } = {
  listening: {
    asked: (_, { utterance }) => asked(utterance),
    speaks: (_, { utterance }) => speaking(utterance, true),
  },
  asked: {
    asked: (_, { utterance }) => asked(utterance),
    speaks: (turn) => speaking(turn.utterance, turn.wanted),
    unwanted: (turn, { utterance }) => (turn.utterance === utterance ? { ...turn, wanted: false } : turn),
    lost: (turn) => (turn.wanted ? turn : LISTENING),
    // The end of a turn before it says nothing of this one.
  },
  speaking: {
    asked: ({ generated }, { utterance }) => ({ is: 'yielding', next: utterance, wanted: true, generated }),
    generated: (turn) => ({ ...turn, generated: true }),
    'turn-over': () => LISTENING,
    interrupted: () => LISTENING,
    unwanted: (turn, { utterance }) => (turn.utterance === utterance ? { ...turn, wanted: false } : turn),
    lost: (turn) => (turn.wanted && !turn.generated ? turn : LISTENING),
    // Some turns are not declared over before the next one speaks.
    speaks: (turn, { utterance }) => (turn.generated ? speaking(utterance, true) : turn),
  },
  yielding: {
    asked: (turn, { utterance }) => ({ ...turn, next: utterance, wanted: true }),
    generated: (turn) => ({ ...turn, generated: true }),
    'turn-over': (turn) => ({ is: 'asked', utterance: turn.next, wanted: turn.wanted }),
    interrupted: (turn) => ({ is: 'asked', utterance: turn.next, wanted: turn.wanted }),
    unwanted: (turn, { utterance }) => (turn.next === utterance ? { ...turn, wanted: false } : turn),
    lost: ({ next, wanted }) => (wanted ? asked(next) : LISTENING),
    speaks: (turn) => (turn.generated ? speaking(turn.next, turn.wanted) : turn),
  },
}

export function nextTurn(turn: ModelTurn, event: ModelEvent): ModelTurn {
  const step = TABLE[turn.is][event.type] as ((turn: ModelTurn, event: ModelEvent) => ModelTurn) | undefined
  return step ? step(turn, event) : turn
}
