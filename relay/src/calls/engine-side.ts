import type { Asides } from './asides.ts'
import { type Floor, type FloorEvent, utteranceOf } from './floor.ts'
import type { Mouth } from './mouth.ts'
import type { Passage } from './passage.ts'
import type { Clock, EngineEvent } from './ports.ts'
import type { Silence } from './silence.ts'
import type { HowToSpeak } from './synthesis.ts'
import type { HeardLines } from './turns/heard-lines.ts'
import type { TurnTimes } from './turns/times.ts'
import type { Visitor } from './turns/visitor.ts'

type Answer = Exclude<EngineEvent, { type: 'failed' }>

/** What an engine says, put to the floor and the mouth. */
export interface EngineSide {
  take(event: Answer): void
  /** An utterance is over: an engine that asked to hang up may have said its goodbye now. */
  over(): void
  close(): void
}

/** An engine that speaks itself says goodbye before or after it asks to hang up; it is waited for this long. */
const GOODBYE_WAIT_MS = 4000

export function createEngineSide(o: {
  floor: () => Floor
  move: (event: FloorEvent) => void
  /** The visitor may still be answered. */
  talking: () => boolean
  /** An operator holds the agent back: it hears, and nothing it says is wanted. */
  heldBack: () => boolean
  /** Silences what is said or owed; resolves when it is known what of it was heard. */
  cut: () => Promise<void>
  /** The same, and it is the visitor's turn then. */
  cutNow: () => void
  mouth: () => Mouth
  passage: Passage
  /** The rate of the engine's own voice; undefined for one that speaks text. */
  ownHz: () => number | undefined
  how: HowToSpeak
  /** The disclosure as long as nobody has heard it, else nothing. */
  disclosureOwed: () => string
  asides: Asides
  heardLines: HeardLines
  silence: Silence
  times: TurnTimes
  visitor: Visitor
  /** Lets the engine know that nobody heard a word of it. */
  unwanted: (utterance: string) => void
  note: (type: string, payload?: Record<string, unknown>) => void
  hangUp: () => void
  clock: Clock
  onFault: (error: unknown) => void
}): EngineSide {
  const { asides, move, note, silence, times, visitor } = o
  let cancelGoodbye: (() => void) | undefined

  /** The floor goes on with this utterance. False when it is not wanted any more; `begin` runs at its first words. */
  function words(utterance: string, begin: () => void): boolean {
    const before = o.floor()
    move({ type: 'words', utterance })
    if (o.floor() !== before) {
      times.words(utterance)
      begin()
    }
    return isAnswering(utterance)
  }
  function isAnswering(utterance: string): boolean {
    const floor = o.floor()
    return floor.is === 'answering' && floor.utterance === utterance
  }
  const own = (utterance: string) =>
    isAnswering(utterance) || words(utterance, () => o.mouth().speak(utterance, { ownHz: o.ownHz() ?? 24_000 }))

  const TAKE: { [Type in Answer['type']]: (event: Extract<Answer, { type: Type }>) => void } = {
    text({ utterance, text }) {
      const begin = () => {
        o.mouth().speak(utterance, o.how)
        const disclosure = o.disclosureOwed()
        if (disclosure !== '') o.mouth().write(utterance, `${disclosure} `)
      }
      if (words(utterance, begin)) o.mouth().write(utterance, text)
    },
    audio({ utterance, bytes }) {
      if (!own(utterance)) return
      const speech = o.mouth().speech(utterance)
      if (!speech) return
      speech.sound(bytes)
      // It may be over by now.
      if (isAnswering(utterance) && o.mouth().speech(utterance) === speech) o.passage.speaksNow(utterance, speech)
    },
    said({ utterance, text }) {
      if (own(utterance)) o.mouth().write(utterance, text)
    },
    done({ utterance }) {
      const wasSpoken = isAnswering(utterance)
      move({ type: 'done', utterance })
      if (wasSpoken) o.mouth().end(utterance)
    },
    answers({ utterance }) {
      if (!o.talking()) return
      visitor.engineHears()
      silence.visitorSpoke()
      if (o.heldBack()) return o.unwanted(utterance)
      o.heardLines.keepPlace()
      o.cut().catch(o.onFault)
      note('turn', { utterance, by: 'speech' })
      times.asked(utterance, 'speech', visitor.lastVoiceMs)
      move({ type: 'asked', utterance })
      const disclosure = o.disclosureOwed()
      if (disclosure !== '') asides.say(disclosure)
    },
    heard({ id, text, final }) {
      visitor.engineHears()
      silence.visitorSpoke()
      o.heardLines.put(id, text, final)
      if (final) note('heard', { id, text })
    },
    interrupted({ utterance }) {
      visitor.engineHears()
      if (utteranceOf(o.floor()) === utterance) o.cutNow()
    },
    'hang-up'() {
      if (o.heldBack()) return
      const { is } = o.floor()
      // While something is being cut, the wish to end was part of it.
      if (is === 'cutting') return
      if (o.ownHz() === undefined || (is !== 'open' && is !== 'owed')) return o.hangUp()
      cancelGoodbye?.()
      cancelGoodbye = o.clock.after(GOODBYE_WAIT_MS, o.hangUp)
    },
    usage: ({ type: _, ...usage }) => note('engine.usage', usage),
  }

  return {
    // Sound comes fifty times a second: found without looking it up by name.
    take: (event) => (event.type === 'audio' ? TAKE.audio(event) : (TAKE[event.type] as (event: Answer) => void)(event)),
    over() {
      if (cancelGoodbye && o.floor().is === 'open' && !asides.speaking) o.hangUp()
    },
    close: () => cancelGoodbye?.(),
  }
}
