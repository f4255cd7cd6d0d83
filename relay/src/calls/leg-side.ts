import type { AudioFormat, LegEvent } from './ports.ts'
import type { Scene } from './scene.ts'

type Around = Pick<
  Scene,
  'talks' | 'passage' | 'chain' | 'mouth' | 'keys' | 'silence' | 'times' | 'visitor' | 'questions' | 'cuts' | 'words' | 'note'
>

/** What a person's media says, put to whoever it concerns. Events of its coming and going are the call's own. */
export class LegSide {
  readonly #scene: Around
  /** The format of the visitor's sound; undefined while there is none. */
  readonly #input: () => AudioFormat | undefined
  #muted = false
  /** Heard in place of who is muted. */
  #zeros: Uint8Array | undefined = undefined

  constructor(scene: Around, input: () => AudioFormat | undefined) {
    this.#scene = scene
    this.#input = input
  }

  hear(event: LegEvent): void {
    // Fifty times a second: found without looking it up by name.
    if (event.type === 'audio') this.#sound(event.bytes)
    else (LegSide.#HEARD[event.type] as ((side: LegSide, event: LegEvent) => void) | undefined)?.(this, event)
  }

  static readonly #HEARD: { readonly [Type in LegEvent['type']]?: (side: LegSide, event: Extract<LegEvent, { type: Type }>) => void } = {
    text: (side, event) => side.#scene.questions.ask(event.text, 'typing'),
    digits(side, event) {
      side.#scene.silence.visitorSpoke()
      side.#scene.keys.press(event.digits)
    },
    mark(side, event) {
      if (event.name === 'start') side.#scene.times.heard(event.utterance)
      side.#scene.mouth.mark(event.utterance, event.name)
    },
    played: (side, event) => side.#scene.mouth.played(event.utterance, event.text, event.whole),
    cut: (side, event) => side.#scene.cuts.cutAfar(event.utterance),
    speaking(side, event) {
      if (side.#isHeard) side.#scene.visitor.speaking(event.speaks)
    },
    recognised(side, event) {
      if (side.#isHeard) side.#scene.visitor.recognised(event.text, event.final)
    },
    muted(side, { muted }) {
      side.#muted = muted
      if (muted) side.#scene.visitor.pause()
      side.#scene.note('muted', { muted })
    },
    feedback: (side, { type: _, ...feedback }) => side.#scene.note('feedback', feedback),
    context(side, event) {
      side.#scene.note('context', { text: event.text })
      side.#scene.chain.take({ type: 'context', text: event.text })
    },
    interrupt(side) {
      side.#scene.silence.visitorSpoke()
      side.#scene.cuts.cutInTurn('visitor')
    },
  }

  get #isHeard() {
    return this.#scene.talks && !this.#muted
  }

  #sound(heard: Uint8Array) {
    const scene = this.#scene
    const sampleRateHz = this.#input()?.sampleRateHz
    if (!scene.talks || sampleRateHz === undefined) return
    const { chain, passage, visitor } = scene
    // Silence is sent on: who listens at the other end needs a steady stream.
    const bytes = this.#muted ? this.#silenceOf(heard.length) : heard
    passage.visitor?.sound(bytes, sampleRateHz)
    if (!this.#muted) visitor.sound(bytes, sampleRateHz)
    if (chain.hears !== 'audio') return
    chain.sound(bytes, sampleRateHz)
    const { seat } = chain
    if (!this.#muted && !visitor.listens && seat) passage.hearsAlone(seat, sampleRateHz)
  }

  #silenceOf(length: number): Uint8Array {
    if (this.#zeros?.length !== length) this.#zeros = new Uint8Array(length)
    return this.#zeros
  }
}
