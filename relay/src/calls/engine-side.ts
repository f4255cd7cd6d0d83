import { utteranceOf } from './floor.ts'
import type { EngineEvent } from './ports.ts'
import type { Scene } from './scene.ts'

type Answer = Exclude<EngineEvent, { type: 'failed' }>
type Around = Pick<
  Scene,
  | 'floor'
  | 'move'
  | 'talks'
  | 'heldBack'
  | 'how'
  | 'mouth'
  | 'chain'
  | 'passage'
  | 'cuts'
  | 'disclosure'
  | 'asides'
  | 'heardLines'
  | 'silence'
  | 'times'
  | 'visitor'
  | 'clock'
  | 'note'
  | 'onFault'
>

/** An engine that speaks itself says goodbye before or after it asks to hang up; it is waited for this long. */
const GOODBYE_WAIT_MS = 4000

/** What an engine says, put to the floor and the mouth. */
export class EngineSide {
  readonly #scene: Around
  readonly #hangUp: () => void
  #cancelGoodbye: (() => void) | undefined = undefined

  constructor(scene: Around, hangUp: () => void) {
    this.#scene = scene
    this.#hangUp = hangUp
  }

  take(event: Answer): void {
    // Sound comes fifty times a second: found without looking it up by name.
    if (event.type === 'audio') this.#sound(event.utterance, event.bytes)
    else (EngineSide.#TAKEN[event.type] as (side: EngineSide, event: Answer) => void)(this, event)
  }

  /** An utterance is over: an engine that asked to hang up may have said its goodbye now. */
  over(): void {
    if (this.#cancelGoodbye && this.#scene.floor.is === 'open' && !this.#scene.asides.speaking) this.#hangUp()
  }

  close(): void {
    this.#cancelGoodbye?.()
  }

  static readonly #TAKEN: {
    readonly [Type in Exclude<Answer['type'], 'audio'>]: (side: EngineSide, event: Extract<Answer, { type: Type }>) => void
  } = {
    text(side, { utterance, text }) {
      const { disclosure, how, mouth } = side.#scene
      if (side.#begins(utterance)) {
        mouth.speak(utterance, how)
        const owed = disclosure.owed()
        if (owed !== '') mouth.write(utterance, `${owed} `)
      }
      if (side.#isAnswering(utterance)) mouth.write(utterance, text)
    },
    said(side, { utterance, text }) {
      if (side.#speaksItself(utterance)) side.#scene.mouth.write(utterance, text)
    },
    done(side, { utterance }) {
      const wasSpoken = side.#isAnswering(utterance)
      side.#scene.move({ type: 'done', utterance })
      if (wasSpoken) side.#scene.mouth.end(utterance)
    },
    answers(side, { utterance }) {
      const scene = side.#scene
      if (!scene.talks) return
      scene.visitor.engineHears()
      scene.silence.visitorSpoke()
      // Nobody heard a word of it.
      if (scene.heldBack) return scene.chain.take({ type: 'interrupted', utterance, heard: '' })
      scene.heardLines.keepPlace()
      scene.cuts.cut('speech').catch(scene.onFault)
      scene.note('turn', { utterance, by: 'speech' })
      scene.times.asked(utterance, 'speech', scene.visitor.lastVoiceMs)
      scene.move({ type: 'asked', utterance })
      const owed = scene.disclosure.owed()
      if (owed !== '') scene.asides.say(owed)
    },
    heard(side, { id, text, final }) {
      const { heardLines, note, silence, visitor } = side.#scene
      visitor.engineHears()
      silence.visitorSpoke()
      heardLines.put(id, text, final)
      if (final) note('heard', { id, text })
    },
    interrupted(side, { utterance }) {
      const { cuts, floor, visitor } = side.#scene
      visitor.engineHears()
      if (utteranceOf(floor) === utterance) cuts.cutNow('speech')
    },
    'hang-up'(side) {
      const { chain, clock, floor, heldBack } = side.#scene
      // While something is being cut, the wish to end was part of it.
      if (heldBack || floor.is === 'cutting') return
      if (chain.ownHz === undefined || (floor.is !== 'open' && floor.is !== 'owed')) return side.#hangUp()
      side.#cancelGoodbye?.()
      side.#cancelGoodbye = clock.after(GOODBYE_WAIT_MS, side.#hangUp)
    },
    usage: (side, { type: _, ...usage }) => side.#scene.note('engine.usage', usage),
  }

  #sound(utterance: string, bytes: Uint8Array): void {
    if (!this.#speaksItself(utterance)) return
    const { mouth, passage } = this.#scene
    const speech = mouth.speech(utterance)
    if (!speech) return
    speech.sound(bytes)
    // It may be over by now.
    if (this.#isAnswering(utterance) && mouth.speech(utterance) === speech) passage.speaksNow(utterance, speech)
  }

  #isAnswering(utterance: string): boolean {
    const { floor } = this.#scene
    return floor.is === 'answering' && floor.utterance === utterance
  }

  /** True at the first words of this utterance: the floor goes on with it from now on. */
  #begins(utterance: string): boolean {
    const scene = this.#scene
    const before = scene.floor
    scene.move({ type: 'words', utterance })
    if (scene.floor === before) return false
    scene.times.words(utterance)
    return true
  }

  /** False when the engine's own voice is not wanted any more. */
  #speaksItself(utterance: string): boolean {
    if (this.#isAnswering(utterance)) return true
    const { chain, mouth } = this.#scene
    if (this.#begins(utterance)) mouth.speak(utterance, { ownHz: chain.ownHz ?? 24_000 })
    return this.#isAnswering(utterance)
  }
}
