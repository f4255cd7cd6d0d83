import type { Cuts } from './cuts.ts'
import { type Floor, type FloorEvent, utteranceOf } from './floor.ts'
import type { EngineChain, Handover } from './handover.ts'
import type { Silence } from './silence.ts'
import type { Transcript } from './transcript.ts'
import type { TurnTimes } from './turns/times.ts'
import type { Visitor } from './turns/visitor.ts'

/** The visitor's questions on their way to an engine, and to the next one when it fails. */
export interface Questions {
  ask(text: string, by: By): void
  /** What was said while the agent was held back. */
  askWaiting(): void
  /** What was said was for somebody else. */
  forgetWaiting(): void
  /** Resolves with the utterance under which the failed engine's turn is to be answered anew, if it still is. */
  answerAnew(failed: Pick<Handover, 'utterance' | 'question'>): Promise<string | undefined>
}

type By = 'typing' | 'speech' | 'keys'

export function createQuestions(o: {
  /** The visitor may still be answered. */
  talking: () => boolean
  /** An operator holds the agent back: what is said waits. */
  heldBack: () => boolean
  floor: () => Floor
  move: (event: FloorEvent) => void
  /** One after the other: each waits until it is known what was heard of the words that the one before has cut. */
  inOrder: (act: () => Promise<void>) => void
  cuts: Pick<Cuts, 'cut' | 'cutForAnother'>
  chain: () => EngineChain
  transcript: Transcript
  silence: Silence
  times: TurnTimes
  visitor: () => Visitor
  note: (type: string, payload: Record<string, unknown>) => void
  newId: () => string
}): Questions {
  const { cuts, floor, move, newId, talking } = o
  /** Said by the visitor and not given to the engine yet. */
  let unasked: string[] = []
  let lastBy: By = 'typing'

  function askUnasked(by: By, lastVoiceMs?: number) {
    o.inOrder(async () => {
      // Asked already, together with what came right before it.
      if (unasked.length === 0 || o.heldBack()) return
      await cuts.cut('visitor')
      if (!talking()) return move({ type: 'silenced' })
      const whole = unasked.join('\n')
      unasked = []
      const utterance = newId()
      o.note('turn', { utterance, by, text: whole })
      o.times.asked(utterance, by, lastVoiceMs)
      move({ type: 'asked', utterance })
      o.chain().take({ type: 'turn', utterance, text: whole, by })
    })
  }

  return {
    ask(text, by) {
      if (!talking()) return
      o.silence.visitorSpoke()
      // What was spoken stands there already.
      if (by !== 'speech') o.transcript.add('visitor', text)
      unasked.push(text)
      lastBy = by
      askUnasked(by, by === 'speech' ? o.visitor().lastVoiceMs : undefined)
    },
    askWaiting() {
      if (talking() && unasked.length > 0) askUnasked(lastBy)
    },
    forgetWaiting() {
      unasked = []
    },
    async answerAnew({ question, utterance }) {
      if (utterance === undefined && question !== '' && floor().is === 'open' && talking()) {
        // Said to an engine that never began to answer.
        const anew = newId()
        move({ type: 'asked', utterance: anew })
        return anew
      }
      if (utterance === undefined || utterance !== utteranceOf(floor())) return undefined
      const anew = newId()
      const mayAnswer = talking()
      move(mayAnswer ? { type: 'handed-over', utterance, to: anew } : { type: 'cut' })
      await cuts.cutForAnother(utterance)
      if (!mayAnswer) move({ type: 'silenced' })
      // The visitor may have said something else meanwhile.
      return utteranceOf(floor()) === anew ? anew : undefined
    },
  }
}
