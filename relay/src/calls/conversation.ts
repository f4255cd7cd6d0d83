import type { Persona } from '../agents/persona.ts'
import type { ConversationState, EndReason } from '../protocol/index.ts'
import { createAsides } from './asides.ts'
import { createCuts } from './cuts.ts'
import { createDisclosure, type Disclosure } from './disclosure.ts'
import { EngineSide } from './engine-side.ts'
import type { FeedWriter } from './feed.ts'
import { type Floor, type FloorEvent, nextFloor, OPEN, stateOf, utteranceOf } from './floor.ts'
import type { EngineChain, Handover } from './handover.ts'
import { createKeys, type Keys } from './keys.ts'
import { LegSide } from './leg-side.ts'
import type { Mouth } from './mouth.ts'
import { createOwnWords } from './own-words.ts'
import type { Passage } from './passage.ts'
import { createPause, type Pause } from './pause.ts'
import { type Phrase, phrase } from './phrases.ts'
import type { Hearing } from './playback.ts'
import type { AudioFormat, Clock, EngineEvent, LegEvent } from './ports.ts'
import { createQuestions } from './questions.ts'
import type { Scene } from './scene.ts'
import { createSilence, type Silence } from './silence.ts'
import type { HowToSpeak } from './synthesis.ts'
import type { Transcript } from './transcript.ts'
import { createHeardLines } from './turns/heard-lines.ts'
import { createTurnTimes } from './turns/times.ts'
import { createVisitor } from './turns/visitor.ts'

export interface Conversation {
  /** What it says first when it begins. */
  opening(): string
  /** The first person is there: greets. */
  begin(): void
  /** Media away or back: silence does not count while nobody can be heard. */
  away(isAway: boolean): void
  hear(event: LegEvent): void
  /** A tool keeps the visitor waiting: says so, once an answer. */
  filler(): void
  engine(event: Exclude<EngineEvent, { type: 'failed' }>): void
  /** Ends what the failed engine was saying; resolves with the utterance under which its turn is to be answered anew, if it still is. */
  handover(change: Handover): Promise<string | undefined>
  /** The mouth's word on an utterance. */
  begun(utterance: string): void
  over(utterance: string, heard: Hearing & { cut: boolean }): void
  /** Has the agent say this, word for word, in place of what it says now. */
  say(text: string): void
  /** The same. Resolves when nothing is left to be heard. */
  announce(text: string): Promise<void>
  readonly pause: Omit<Pause, 'away'>
  /** Says one sentence of the house's own, then ends the call with this reason. */
  sayAndEnd(name: Phrase, reason: EndReason): void
  /** The same with words of the owner's. */
  sayLast(text: string, reason: EndReason): void
  /** Takes nothing from the visitor any more. Resolves when nothing is left to be heard. */
  lastWords(): Promise<void>
  /** Silences the line for good; resolves when it is taken down what was heard of the last words. */
  close(): Promise<void>
}

/** Who types also reads and thinks: silence counts this many times less. */
const TYPING_PATIENCE = 20

interface ConversationOptions {
  persona: Persona
  language: string
  /** Everything said first, disclosure included. */
  greeting: string
  /** That the agent is an AI, where the owner has it said. */
  disclosure: string
  modality: 'voice' | 'text'
  /** Of the leg that the visitor's sound comes from. */
  input: () => AudioFormat | undefined
  passage: Passage
  /** Whose mouth and chain are made after the conversation, which their events come back to. */
  talk: { readonly mouth: Mouth; readonly chain: EngineChain }
  transcript: Transcript
  feed: FeedWriter
  note: Scene['note']
  clock: Clock
  newId: () => string
  end: (reason: EndReason, when: 'now' | 'last-words') => void
  onFault: (error: unknown) => void
}

/** Who speaks when: turns, cuts, keys, silence. Everything said and heard passes through here, and nothing else does. */
export function createConversation(o: ConversationOptions): Conversation {
  return new CallConversation(o)
}

// A class, and so is each of its parts: functions of their own would make each call 10 kB larger.
class CallConversation implements Conversation, Scene {
  readonly language: string
  readonly modality: 'voice' | 'text'
  readonly how: HowToSpeak
  readonly clock: Clock
  readonly newId: Scene['newId']
  readonly note: Scene['note']
  readonly onFault: Scene['onFault']
  readonly passage: Passage
  readonly transcript: Transcript
  readonly asides = createAsides(this)
  readonly cuts = createCuts(this)
  readonly disclosure: Disclosure
  readonly heardLines: Scene['heardLines']
  readonly keys: Keys
  readonly pause: Pause
  readonly questions = createQuestions(this)
  readonly silence: Silence
  readonly times = createTurnTimes(this)
  readonly visitor: Scene['visitor']
  readonly words = createOwnWords(this)
  floor: Floor = OPEN
  readonly #o: ConversationOptions
  readonly #legSide: LegSide
  readonly #engineSide: EngineSide
  #phase: 'before' | 'talking' | 'leaving' | 'over' = 'before'
  #shown: ConversationState | undefined = undefined
  /** Said instead of the greeting: nobody can answer. */
  #lost: { text: string; reason: EndReason } | undefined = undefined
  #acts: Promise<void> = Promise.resolve()

  constructor(o: ConversationOptions) {
    const { clock, language, modality, persona, transcript } = o
    this.#o = o
    this.language = language
    this.modality = modality
    this.how = { voice: persona.voice.name, speed: persona.voice.speed, language }
    this.clock = clock
    this.newId = o.newId
    this.note = o.note
    this.onFault = o.onFault
    this.passage = o.passage
    this.transcript = transcript
    this.disclosure = createDisclosure({ text: o.disclosure, said: transcript.heard })
    this.heardLines = createHeardLines(transcript)
    this.silence = createSilence({
      clock,
      ms: persona.limits.silenceMs * (modality === 'text' ? TYPING_PATIENCE : 1),
      onAsk: () => this.#askWhetherThere(),
      onGiveUp: () => this.sayAndEnd('silence', 'deadline'),
    })
    this.visitor = createVisitor(this, persona.turns)
    this.keys = createKeys({
      menu: persona.keyMenu.map((item) => item.digit),
      clock,
      onInput: (digits) => this.questions.ask(digits, 'keys'),
    })
    this.#legSide = new LegSide(this, o.input)
    this.#engineSide = new EngineSide(this, () => o.end('agent', 'last-words'))
    this.pause = createPause(this)
  }

  get mouth() {
    return this.#o.talk.mouth
  }
  get chain() {
    return this.#o.talk.chain
  }
  get talks() {
    return this.#phase === 'talking'
  }
  get heldBack() {
    return this.pause.on
  }

  opening() {
    return this.#lost?.text ?? this.#o.greeting
  }
  begin() {
    const { feed, greeting, persona } = this.#o
    this.#phase = 'talking'
    feed.tell({ type: 'speaker', who: 'agent', name: persona.name })
    if (this.#lost) return this.sayLast(this.#lost.text, this.#lost.reason)
    if (greeting === '') return this.#settle()
    this.words.tell(greeting, { ...this.how, cache: true })
  }
  away(isAway: boolean) {
    if (isAway) this.visitor.pause()
    this.pause.away(isAway)
  }
  filler() {
    this.asides.oneMoment()
  }
  hear(event: LegEvent) {
    if (this.#phase !== 'over') this.#legSide.hear(event)
  }
  engine(event: Exclude<EngineEvent, { type: 'failed' }>) {
    if (this.#phase !== 'over') this.#engineSide.take(event)
  }
  async handover({ from, to, fault, utterance, question, deaf }: Handover) {
    this.note('engine.handover', { from, to: to ?? null, fault: fault.code, message: fault.message })
    if (deaf && this.modality === 'voice' && this.talks && !this.heldBack) {
      const message = 'The agent cannot hear you just now. Please type.'
      this.#o.feed.tell({ type: 'error', code: 'cannot_hear', message, retryable: false })
      this.asides.say(phrase('cannotHear', this.language))
    }
    return this.questions.answerAnew({ utterance, question })
  }
  begun(utterance: string) {
    this.times.begun(utterance)
    this.move({ type: 'begun', utterance })
    this.visitor.agentBegan(utterance)
  }
  over(utterance: string, { cut: wasCut, text: heard, ms }: Hearing & { cut: boolean }) {
    this.times.over(utterance)
    this.visitor.agentOver(utterance)
    this.asides.over(utterance)
    this.disclosure.heard(heard)
    const isOver = this.#phase === 'over'
    if (!wasCut) this.note('utterance.heard', { utterance, ms })
    // Cut by none of us: the call ended, or another leg took this one's place.
    else if (isOver || utteranceOf(this.floor) === utterance) {
      this.note('utterance.cut', { utterance, by: isOver ? 'end' : 'leg', heard, ms })
    }
    this.move({ type: 'heard', utterance })
    this.#engineSide.over()
  }
  say(text: string) {
    this.words.say(text)
  }
  announce(text: string) {
    return this.words.announce(text)
  }
  sayAndEnd(name: Phrase, reason: EndReason) {
    this.sayLast(phrase(name, this.language), reason)
  }
  sayLast(text: string, reason: EndReason) {
    if (this.#phase === 'before') this.#lost ??= { text, reason }
    else this.words.say(text, () => this.#o.end(reason, 'last-words'))
  }
  lastWords() {
    this.#leave()
    return this.words.rest()
  }
  async close() {
    this.#leave()
    this.#engineSide.close()
    // Whoever is cutting already takes it down.
    await (this.cuts.silenceForGood() ?? this.#acts).catch(this.onFault)
    this.#phase = 'over'
    this.passage.close()
    this.mouth.close()
    this.words.rested()
  }

  move(event: FloorEvent) {
    const before = this.floor
    this.floor = nextFloor(before, event)
    if (this.floor === before) return
    this.passage.close()
    this.#settle()
  }
  inOrder(act: () => Promise<void>) {
    this.#acts = this.#acts.then(act).catch(this.onFault)
  }

  #settle() {
    if (this.#phase === 'over') return
    const { asides, floor, silence } = this
    const state = stateOf(floor)
    if (state && state !== this.#shown) this.#o.feed.tell({ type: 'state', state })
    this.#shown = state ?? this.#shown
    asides.owed(floor.is === 'owed')
    if (floor.is !== 'open') return silence.stop()
    asides.answered()
    if (this.talks && !this.visitor.speaks) silence.listen()
    this.words.rested()
  }

  #askWhetherThere() {
    this.note('silence.asked')
    this.words.tell(phrase('stillThere', this.language))
  }

  /** From now on the visitor is not heard, and not waited for. */
  #leave() {
    this.#phase = 'leaving'
    this.passage.close()
    this.silence.close()
    this.keys.close()
    this.visitor.close()
    this.asides.close()
  }
}
