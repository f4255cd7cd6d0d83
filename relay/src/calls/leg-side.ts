import type { EngineChain } from './handover.ts'
import type { Keys } from './keys.ts'
import type { Mouth } from './mouth.ts'
import type { Passage } from './passage.ts'
import type { AudioFormat, LegEvent } from './ports.ts'
import type { Silence } from './silence.ts'
import type { TurnTimes } from './turns/times.ts'
import type { Visitor } from './turns/visitor.ts'

/** What a person's media says, put to whoever it concerns. Events of its coming and going are the call's own. */
export function createLegSide(o: {
  /** The visitor may still be answered. */
  talking: () => boolean
  /** The format of the visitor's sound; undefined while there is none. */
  input: () => AudioFormat | undefined
  passage: Passage
  chain: () => EngineChain
  mouth: () => Mouth
  keys: Keys
  silence: Silence
  times: TurnTimes
  visitor: Visitor
  turn: (text: string) => void
  cutAfar: (utterance: string) => void
  /** Silences what is said, and nothing follows. */
  interrupt: () => void
  note: (type: string, payload?: Record<string, unknown>) => void
}): (event: LegEvent) => void {
  const { keys, note, passage, silence, visitor } = o
  const { sound: hearVoice } = visitor
  let muted = false

  function sound(heard: Uint8Array) {
    const sampleRateHz = o.input()?.sampleRateHz
    if (!o.talking() || sampleRateHz === undefined) return
    // Silence is sent on: who listens at the other end needs a steady stream.
    const bytes = muted ? silenceOf(heard.length) : heard
    passage.visitor?.sound(bytes, sampleRateHz)
    if (!muted) hearVoice(bytes, sampleRateHz)
    const chain = o.chain()
    if (chain.hears !== 'audio') return
    chain.sound(bytes, sampleRateHz)
    const { seat } = chain
    if (!muted && !visitor.listens && seat) passage.hearsAlone(seat, sampleRateHz)
  }

  const TAKE: { [Type in LegEvent['type']]?: (event: Extract<LegEvent, { type: Type }>) => void } = {
    text: (event) => o.turn(event.text),
    digits(event) {
      silence.visitorSpoke()
      keys.press(event.digits)
    },
    mark(event) {
      if (event.name === 'start') o.times.heard(event.utterance)
      o.mouth().mark(event.utterance, event.name)
    },
    played: (event) => o.mouth().played(event.utterance, event.text, event.whole),
    cut: (event) => o.cutAfar(event.utterance),
    speaking(event) {
      if (o.talking() && !muted) visitor.speaking(event.speaks)
    },
    recognised(event) {
      if (o.talking() && !muted) visitor.recognised(event.text, event.final)
    },
    muted(event) {
      muted = event.muted
      if (muted) visitor.pause()
      note('muted', { muted })
    },
    feedback: ({ type: _, ...feedback }) => note('feedback', feedback),
    context(event) {
      note('context', { text: event.text })
      o.chain().take({ type: 'context', text: event.text })
    },
    interrupt() {
      silence.visitorSpoke()
      o.interrupt()
    },
  }
  let zeros = new Uint8Array(0)
  const silenceOf = (length: number) => {
    if (zeros.length !== length) zeros = new Uint8Array(length)
    return zeros
  }
  // Fifty times a second: found without looking it up by name.
  return (event) => (event.type === 'audio' ? sound(event.bytes) : (TAKE[event.type] as ((event: LegEvent) => void) | undefined)?.(event))
}
