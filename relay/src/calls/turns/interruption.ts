/**
 * What becomes of the agent's words while the visitor makes a sound over them: `held` until it is known whether the visitor wants the
 * word, then cut, or let go on.
 */
export type Interruption = { readonly is: 'none' } | { readonly is: 'held'; readonly utterance: string }

export type InterruptionEvent =
  /** Speech over this utterance. */
  | { type: 'speech'; utterance: string }
  /** The speech took the word by its length. */
  | { type: 'long'; utterance: string }
  /** Words over this utterance, so far or in all. */
  | { type: 'words'; utterance: string; backChannel: boolean; final: boolean }
  /** The speech is over and never took the word. */
  | { type: 'passed' }
  /** The utterance is over, however it ended. */
  | { type: 'over' }

export type Deed = 'hold' | 'cut' | 'go-on'

export const NOT_INTERRUPTED: Interruption = { is: 'none' }

export function interrupt(before: Interruption, event: InterruptionEvent): [Interruption, Deed?] {
  const held = before.is === 'held'
  switch (event.type) {
    case 'speech':
      return held ? [before] : [{ is: 'held', utterance: event.utterance }, 'hold']
    case 'long':
      return [NOT_INTERRUPTED, 'cut']
    case 'words':
      if (!event.backChannel) return [NOT_INTERRUPTED, 'cut']
      return held && event.final ? [NOT_INTERRUPTED, 'go-on'] : [before]
    case 'passed':
      return held ? [NOT_INTERRUPTED, 'go-on'] : [before]
    case 'over':
      return [NOT_INTERRUPTED]
  }
}
