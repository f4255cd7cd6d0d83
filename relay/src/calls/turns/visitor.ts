import type { Persona } from '../../agents/persona.ts'
import type { Scene } from '../scene.ts'
import { isBackChannel } from './back-channels.ts'
import type { SpeechEvent, Thresholds } from './detector.ts'
import { createEar, type Ear } from './ear.ts'
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

type Around = Pick<
  Scene,
  'floor' | 'talks' | 'language' | 'clock' | 'transcript' | 'mouth' | 'chain' | 'cuts' | 'questions' | 'silence' | 'note'
>

export function createVisitor(scene: Around, turns: Persona['turns']): Visitor {
  return new ListenedTo(scene, turns)
}

// A class: getters in an object literal would make each a slow object of its own shape.
class ListenedTo implements Visitor {
  listens = true
  readonly #scene: Around
  readonly #turns: Persona['turns']
  readonly #ear: Ear
  #interruption = NOT_INTERRUPTED
  #agentSince: number | undefined = undefined
  #wordsHeard = false
  /** Recognised, and not given as a turn yet: the visitor is still speaking. */
  #said: { entry: string; texts: string[]; open: boolean } | undefined = undefined
  #cancelUnanswered: (() => void) | undefined = undefined
  /** Told by a far end that listens itself. */
  #speaksAfar = false
  #lastAfarMs: number | undefined = undefined

  constructor(scene: Around, turns: Persona['turns']) {
    this.#scene = scene
    this.#turns = turns
    this.#ear = createEar({ clock: scene.clock, thresholds: () => this.#thresholds(), onSpeech: (event) => this.#hear(event) })
  }

  get speaks() {
    return this.#ear.hearsSpeech || this.#speaksAfar
  }
  get lastVoiceMs() {
    return this.#ear.lastVoiceMs ?? this.#lastAfarMs
  }

  sound(bytes: Uint8Array, sampleRateHz: number): void {
    const listened = this.listens
    this.listens = !this.#leavesHearing()
    if (this.listens) this.#ear.push(bytes, sampleRateHz)
    else if (listened) this.#lookAway()
  }

  speaking(speaks: boolean) {
    if (this.#speaksAfar === speaks) return
    this.#speaksAfar = speaks
    if (!speaks) this.#lastAfarMs = this.#scene.clock.monotonicMs()
    this.#tellSilence(speaks)
  }

  recognised(text: string, final: boolean) {
    const { language, transcript } = this.#scene
    this.#wordsHeard = true
    const words = text.trim()
    const backChannel = isBackChannel(words, language, this.#turns.backChannels)
    const speaking = this.#turns.interruptible ? this.#mayCut() : undefined
    if (speaking !== undefined) this.#act({ type: 'words', utterance: speaking, backChannel, final })
    this.#said ??= { entry: transcript.begin('visitor'), texts: [], open: true }
    const said = this.#said
    // Said while the agent goes on: it belongs in the transcript, and asks for nothing.
    if (final && speaking !== undefined && backChannel && said.texts.length === 0) {
      transcript.finish(said.entry, words)
      this.#said = undefined
      return
    }
    said.open = !final
    if (final && words !== '') said.texts.push(words)
    transcript.update(said.entry, [...said.texts, ...(final ? [] : [words])].join(' '))
    this.#tellTurn()
  }

  agentBegan(utterance: string) {
    this.#agentSince ??= this.#scene.clock.monotonicMs()
    if (this.#ear.hearsSpeech) this.#over(() => ({ type: 'speech', utterance }))
  }
  agentOver(utterance: string) {
    const interruption = this.#interruption
    if (interruption.is === 'held' && interruption.utterance === utterance) this.#act({ type: 'over' })
  }
  engineHears() {
    this.#cancelUnanswered?.()
  }
  pause() {
    this.#ear.reset()
    this.speaking(false)
  }
  close() {
    this.#cancelUnanswered?.()
    this.#ear.close()
    if (this.#said) this.#scene.transcript.finish(this.#said.entry, this.#said.texts.join(' '))
    this.#said = undefined
  }

  /** The agent's utterance that the visitor may cut by speaking, as far as it is heard: an engine that hears cuts its own words. */
  #mayCut(): string | undefined {
    const { chain, floor } = this.#scene
    const isOurs = floor.is === 'telling' || (floor.is === 'answering' && chain.ownHz === undefined)
    return isOurs && floor.begun ? floor.utterance : undefined
  }

  /** An engine that hears is speaking: it finds by itself who speaks over it. */
  #leavesHearing(): boolean {
    const { chain, floor } = this.#scene
    return floor.is === 'answering' && chain.hears === 'audio' && chain.ownHz !== undefined
  }

  #tellSilence(speaks: boolean) {
    const { floor, silence, talks } = this.#scene
    if (speaks) {
      silence.visitorSpoke()
      silence.stop()
    } else if (floor.is === 'open' && talks) silence.listen()
  }

  /** What was being said is answered already. */
  #lookAway() {
    const heard = this.#ear.hearsSpeech
    this.#ear.forget()
    if (!heard) return
    this.#act({ type: 'passed' })
    this.#tellSilence(false)
    this.#tellTurn()
  }

  #thresholds(): Thresholds {
    const turns = this.#turns
    const settling = this.#agentSince !== undefined && this.#scene.clock.monotonicMs() - this.#agentSince < turns.settleMs
    const times = settling ? SETTLING : 1
    return {
      minSpeechMs: turns.minSpeechMs * times,
      takeWordMs: this.#wordsHeard ? Math.max(WORDLESS_MS, turns.takeWordMs) : turns.takeWordMs * times,
      endSilenceMs: turns.endSilenceMs,
    }
  }

  #act(event: InterruptionEvent) {
    const utterance = 'utterance' in event ? event.utterance : ''
    const [next, deed] = interrupt(this.#interruption, event)
    this.#interruption = next
    const { cuts, mouth, note } = this.#scene
    if (deed === 'hold') {
      mouth.hold(utterance)
      note('utterance.held', { utterance })
    } else if (deed === 'cut') cuts.cutNow('speech')
    else if (deed === 'go-on') {
      mouth.release()
      note('utterance.went-on')
    }
  }

  #over(event: (utterance: string) => InterruptionEvent) {
    const utterance = this.#turns.interruptible ? this.#mayCut() : undefined
    if (utterance !== undefined) this.#act(event(utterance))
  }

  #hear(event: SpeechEvent) {
    if (event.type === 'began') {
      this.#cancelUnanswered?.()
      this.#tellSilence(true)
      this.#over((utterance) => ({ type: 'speech', utterance }))
    } else if (event.type === 'taken') this.#over((utterance) => ({ type: 'long', utterance }))
    else {
      this.#act({ type: 'passed' })
      this.#tellSilence(false)
      if (event.type === 'ended') this.#expectAnswer()
      this.#tellTurn()
    }
  }

  #expectAnswer() {
    this.#cancelUnanswered?.()
    this.#cancelUnanswered = this.#scene.clock.after(UNANSWERED_MS, () => this.#passUnanswered())
  }

  /** Somebody spoke, and the engine that should have heard it shows nothing. */
  #passUnanswered() {
    const { chain, floor, talks } = this.#scene
    if (talks && chain.hears === 'audio' && floor.is === 'open') chain.take({ type: 'unanswered', sinceMs: UNANSWERED_MS })
  }

  #tellTurn() {
    const said = this.#said
    if (!said || said.open || this.#ear.hearsSpeech) return
    this.#said = undefined
    const text = said.texts.join(' ')
    this.#scene.transcript.finish(said.entry, text)
    if (text !== '') this.#scene.questions.ask(text, 'speech')
  }
}
