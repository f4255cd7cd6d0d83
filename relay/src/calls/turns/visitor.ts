import type { Persona } from '../../agents/persona.ts'
import type { Clock } from '../ports.ts'
import type { Transcript } from '../transcript.ts'
import { isBackChannel } from './back-channels.ts'
import type { SpeechEvent } from './detector.ts'
import { createEar } from './ear.ts'
import { type InterruptionEvent, interrupt, NOT_INTERRUPTED } from './interruption.ts'

/** The visitor's voice: what it does to the agent's words, and which turns come of it. */
export interface Visitor {
  /** PCM16LE mono at this rate. Costs nothing while nothing follows from it. */
  sound(bytes: Uint8Array, sampleRateHz: number): void
  /** The last sound was listened to; an engine that hears may speak, and then none is. */
  readonly listens: boolean
  /** What the page's recogniser understood. */
  recognised(text: string, final: boolean): void
  /** The far end listens itself, and says that they speak, or stopped. */
  speaking(speaks: boolean): void
  /** The agent's voice has begun to be heard: echo cancellation needs its time, and who already speaks is not spoken over. */
  agentBegan(utterance: string): void
  /** This utterance is over. */
  agentOver(utterance: string): void
  /** The engine answers, or shows otherwise that it hears. */
  engineHears(): void
  readonly speaks: boolean
  readonly lastVoiceMs: number | undefined
  /** Nothing is heard for a while: muted, or media away. */
  pause(): void
  close(): void
}

/** So much longer has speech to be while the page's echo cancellation settles. */
const SETTLING = 1.5
/** Where words are heard they decide; without any, speech of this length does. */
const WORDLESS_MS = 1500
/** An engine that hears is expected to show it within this time after the visitor spoke. */
const UNANSWERED_MS = 5000

export function createVisitor(o: {
  persona: Persona
  language: string
  clock: Clock
  transcript: Transcript
  /** The agent's utterance that the visitor may cut by speaking, if there is one: not those whose engine cuts them itself. */
  mayCut: () => string | undefined
  /** An engine that hears is speaking: it finds by itself who speaks over it. */
  leavesHearing: () => boolean
  hold: (utterance: string) => void
  goOn: () => void
  cut: (utterance: string) => void
  /** The visitor is through: this is their turn, shown as this entry. */
  turn: (text: string, entry: string) => void
  speaking: (speaks: boolean) => void
  /** Somebody spoke, and the engine that should have heard it shows nothing. */
  unanswered: (sinceMs: number) => void
}): Visitor {
  const { clock, persona, transcript } = o
  const { turns } = persona
  let interruption = NOT_INTERRUPTED
  let agentSince: number | undefined
  let wordsHeard = false
  /** Recognised, and not given as a turn yet: the visitor is still speaking. */
  let said: { entry: string; texts: string[]; open: boolean } | undefined
  let cancelUnanswered: (() => void) | undefined
  /** Told by a far end that listens itself. */
  const afar = { speaks: false, lastVoiceMs: undefined as number | undefined }

  const ear = createEar({ clock, thresholds, onSpeech: hear })
  let listens = true

  function sound(bytes: Uint8Array, sampleRateHz: number) {
    if (!o.leavesHearing()) {
      listens = true
      return ear.push(bytes, sampleRateHz)
    }
    if (listens) lookAway()
    listens = false
  }

  /** What was being said is answered already. */
  function lookAway() {
    const heard = ear.hearsSpeech
    ear.forget()
    if (!heard) return
    act({ type: 'passed' })
    o.speaking(false)
    tellTurn()
  }

  function thresholds() {
    const settling = agentSince !== undefined && clock.monotonicMs() - agentSince < turns.settleMs
    const times = settling ? SETTLING : 1
    return {
      minSpeechMs: turns.minSpeechMs * times,
      takeWordMs: wordsHeard ? Math.max(WORDLESS_MS, turns.takeWordMs) : turns.takeWordMs * times,
      endSilenceMs: turns.endSilenceMs,
    }
  }

  function act(event: InterruptionEvent) {
    const utterance = 'utterance' in event ? event.utterance : ''
    const [next, deed] = interrupt(interruption, event)
    interruption = next
    if (deed === 'hold') o.hold(utterance)
    else if (deed === 'cut') o.cut(utterance)
    else if (deed === 'go-on') o.goOn()
  }

  function over(event: (utterance: string) => InterruptionEvent) {
    const utterance = turns.interruptible ? o.mayCut() : undefined
    if (utterance !== undefined) act(event(utterance))
  }

  function hear(event: SpeechEvent) {
    if (event.type === 'began') {
      cancelUnanswered?.()
      o.speaking(true)
      over((utterance) => ({ type: 'speech', utterance }))
    } else if (event.type === 'taken') over((utterance) => ({ type: 'long', utterance }))
    else {
      act({ type: 'passed' })
      o.speaking(false)
      if (event.type === 'ended') expectAnswer()
      tellTurn()
    }
  }

  function expectAnswer() {
    cancelUnanswered?.()
    cancelUnanswered = clock.after(UNANSWERED_MS, () => o.unanswered(UNANSWERED_MS))
  }

  function tellTurn() {
    if (!said || said.open || ear.hearsSpeech) return
    const { entry, texts } = said
    said = undefined
    const text = texts.join(' ')
    transcript.finish(entry, text)
    if (text !== '') o.turn(text, entry)
  }

  function speaking(speaks: boolean) {
    if (afar.speaks === speaks) return
    afar.speaks = speaks
    if (!speaks) afar.lastVoiceMs = clock.monotonicMs()
    o.speaking(speaks)
  }

  return {
    sound,
    speaking,
    recognised(text, final) {
      wordsHeard = true
      const words = text.trim()
      const backChannel = isBackChannel(words, o.language, turns.backChannels)
      const speaking = turns.interruptible ? o.mayCut() : undefined
      if (speaking !== undefined) act({ type: 'words', utterance: speaking, backChannel, final })
      said ??= { entry: transcript.begin('visitor'), texts: [], open: true }
      // Said while the agent goes on: it belongs in the transcript, and asks for nothing.
      if (final && speaking !== undefined && backChannel && said.texts.length === 0) {
        transcript.finish(said.entry, words)
        said = undefined
        return
      }
      said.open = !final
      if (final && words !== '') said.texts.push(words)
      transcript.update(said.entry, [...said.texts, ...(final ? [] : [words])].join(' '))
      tellTurn()
    },
    agentBegan(utterance) {
      agentSince ??= clock.monotonicMs()
      if (ear.hearsSpeech) over(() => ({ type: 'speech', utterance }))
    },
    agentOver(utterance) {
      if (interruption.is === 'held' && interruption.utterance === utterance) act({ type: 'over' })
    },
    engineHears() {
      cancelUnanswered?.()
    },
    get listens() {
      return listens
    },
    get speaks() {
      return ear.hearsSpeech || afar.speaks
    },
    get lastVoiceMs() {
      return ear.lastVoiceMs ?? afar.lastVoiceMs
    },
    pause() {
      ear.reset()
      speaking(false)
    },
    close() {
      cancelUnanswered?.()
      ear.close()
      if (said) transcript.finish(said.entry, said.texts.join(' '))
      said = undefined
    },
  }
}
