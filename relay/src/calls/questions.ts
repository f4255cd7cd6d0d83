import { utteranceOf } from './floor.ts'
import type { Handover } from './handover.ts'
import type { Scene } from './scene.ts'

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

type Around = Pick<
  Scene,
  'floor' | 'move' | 'talks' | 'heldBack' | 'inOrder' | 'cuts' | 'chain' | 'transcript' | 'silence' | 'times' | 'visitor' | 'note' | 'newId'
>

export function createQuestions(scene: Around): Questions {
  return new CallQuestions(scene)
}

const NONE: readonly string[] = []

class CallQuestions implements Questions {
  readonly #scene: Around
  /** Said by the visitor and not given to the engine yet. */
  #unasked = NONE
  #lastBy: By = 'typing'

  constructor(scene: Around) {
    this.#scene = scene
  }

  ask(text: string, by: By) {
    const { silence, talks, transcript, visitor } = this.#scene
    if (!talks) return
    silence.visitorSpoke()
    // What was spoken stands there already.
    if (by !== 'speech') transcript.add('visitor', text)
    this.#unasked = [...this.#unasked, text]
    this.#lastBy = by
    this.#askUnasked(by, by === 'speech' ? visitor.lastVoiceMs : undefined)
  }
  askWaiting() {
    if (this.#scene.talks && this.#unasked.length > 0) this.#askUnasked(this.#lastBy)
  }
  forgetWaiting() {
    this.#unasked = NONE
  }
  async answerAnew({ question, utterance }: Pick<Handover, 'utterance' | 'question'>) {
    const scene = this.#scene
    if (utterance === undefined && question !== '' && scene.floor.is === 'open' && scene.talks) {
      // Said to an engine that never began to answer.
      const anew = scene.newId()
      scene.move({ type: 'asked', utterance: anew })
      return anew
    }
    if (utterance === undefined || utterance !== utteranceOf(scene.floor)) return undefined
    const anew = scene.newId()
    const mayAnswer = scene.talks
    scene.move(mayAnswer ? { type: 'handed-over', utterance, to: anew } : { type: 'cut' })
    await scene.cuts.cutForAnother(utterance)
    if (!mayAnswer) scene.move({ type: 'silenced' })
    // The visitor may have said something else meanwhile.
    return utteranceOf(scene.floor) === anew ? anew : undefined
  }

  #askUnasked(by: By, lastVoiceMs?: number) {
    const scene = this.#scene
    scene.inOrder(async () => {
      // Asked already, together with what came right before it.
      if (this.#unasked.length === 0 || scene.heldBack) return
      await scene.cuts.cut('visitor')
      if (!scene.talks) return scene.move({ type: 'silenced' })
      const whole = this.#unasked.join('\n')
      this.#unasked = NONE
      const utterance = scene.newId()
      scene.note('turn', { utterance, by, text: whole })
      scene.times.asked(utterance, by, lastVoiceMs)
      scene.move({ type: 'asked', utterance })
      scene.chain.take({ type: 'turn', utterance, text: whole, by })
    })
  }
}
