import type { Persona } from '../agents/persona.ts'
import type { ConversationState, EndReason } from '../protocol/index.ts'
import { createAsides } from './asides.ts'
import { type CutBy, createCuts } from './cuts.ts'
import { createDisclosure } from './disclosure.ts'
import { createEngineSide } from './engine-side.ts'
import type { FeedWriter } from './feed.ts'
import { type FloorEvent, nextFloor, OPEN, stateOf, utteranceOf } from './floor.ts'
import type { EngineChain, Handover } from './handover.ts'
import { createKeys } from './keys.ts'
import { createLegSide } from './leg-side.ts'
import type { Mouth } from './mouth.ts'
import { createOwnWords, type OwnWords } from './own-words.ts'
import type { Passage } from './passage.ts'
import { createPause, type Pause } from './pause.ts'
import { type Phrase, phrase } from './phrases.ts'
import type { Hearing } from './playback.ts'
import type { AudioFormat, CallLog, Clock, EngineEvent, LegEvent } from './ports.ts'
import { createQuestions } from './questions.ts'
import { createSilence } from './silence.ts'
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
  readonly say: OwnWords['say']
  readonly announce: OwnWords['announce']
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

/** Who speaks when: turns, cuts, keys, silence. Everything said and heard passes through here, and nothing else does. */
export function createConversation(o: {
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
  /** Made after the conversation, which their events come back to. */
  mouth: () => Mouth
  chain: () => EngineChain
  transcript: Transcript
  feed: FeedWriter
  note: (type: string, payload?: Parameters<CallLog['event']>[2]) => void
  clock: Clock
  newId: () => string
  end: (reason: EndReason, when: 'now' | 'last-words') => void
  onFault: (error: unknown) => void
}): Conversation {
  const { clock, feed, note, passage, persona, transcript, newId } = o
  const how: HowToSpeak = { voice: persona.voice.name, speed: persona.voice.speed, language: o.language }

  let phase: 'before' | 'talking' | 'leaving' | 'over' = 'before'
  let floor = OPEN
  let shown: ConversationState | undefined
  const disclosure = createDisclosure({ text: o.disclosure, said: transcript.heard })
  /** Said instead of the greeting: nobody can answer. */
  let lost: { text: string; reason: EndReason } | undefined
  let acts: Promise<void> = Promise.resolve()
  const heardLines = createHeardLines(transcript)

  const asides = createAsides({
    mouth: o.mouth,
    how,
    clock,
    newId,
    moment() {
      const waiting = floor.is === 'owed' || (floor.is === 'open' && o.chain().ownHz !== undefined)
      return waiting && phase === 'talking' && !pause.on && o.modality === 'voice' ? phrase('oneMoment', o.language) : undefined
    },
    onFault: o.onFault,
  })
  const silence = createSilence({
    clock,
    ms: persona.limits.silenceMs * (o.modality === 'text' ? TYPING_PATIENCE : 1),
    onAsk() {
      note('silence.asked')
      words.tell(phrase('stillThere', o.language))
    },
    onGiveUp: () => sayAndEnd('silence', 'deadline'),
  })
  const times = createTurnTimes({ clock, onTimed: (time) => note('turn.timed', { ...time }) })
  const visitor = createVisitor({
    persona,
    language: o.language,
    clock,
    transcript,
    // An engine that hears cuts its own words; all others are ours to cut.
    mayCut: () => (floor.is === 'telling' || (floor.is === 'answering' && o.chain().ownHz === undefined) ? audible() : undefined),
    leavesHearing: () => floor.is === 'answering' && o.chain().hears === 'audio' && o.chain().ownHz !== undefined,
    hold(utterance) {
      o.mouth().hold(utterance)
      note('utterance.held', { utterance })
    },
    goOn() {
      o.mouth().release()
      note('utterance.went-on')
    },
    cut: () => cutNow('speech'),
    turn: (text) => questions.ask(text, 'speech'),
    speaking(speaks) {
      if (speaks) silence.visitorSpoke()
      if (speaks) silence.stop()
      else if (floor.is === 'open' && phase === 'talking') silence.listen()
    },
    unanswered(sinceMs) {
      if (phase === 'talking' && o.chain().hears === 'audio' && floor.is === 'open') o.chain().take({ type: 'unanswered', sinceMs })
    },
  })
  const keys = createKeys({ menu: persona.keyMenu.map((item) => item.digit), clock, onInput: (digits) => questions.ask(digits, 'keys') })

  /** The one place where the floor changes; what the page sees and the silence follow from it. */
  function move(event: FloorEvent) {
    const before = floor
    floor = nextFloor(before, event)
    if (floor === before) return
    passage.close()
    settle()
  }

  function settle() {
    if (phase === 'over') return
    const state = stateOf(floor)
    if (state && state !== shown) feed.tell({ type: 'state', state })
    shown = state ?? shown
    asides.owed(floor.is === 'owed')
    if (floor.is !== 'open') return silence.stop()
    asides.answered()
    if (phase === 'talking' && !visitor.speaks) silence.listen()
    words.rested()
  }

  /** What is being heard just now, and not only made. */
  function audible() {
    return (floor.is === 'telling' || floor.is === 'answering') && floor.begun ? floor.utterance : undefined
  }

  /** One after the other: each waits until it is known what was heard of the words that the one before has cut. */
  function inOrder(act: () => Promise<void>) {
    acts = acts.then(act).catch(o.onFault)
  }

  const { cut, cutAfar, cutForAnother, cutNow, silenceForGood } = createCuts({
    floor: () => floor,
    move,
    asides,
    mouth: o.mouth,
    chain: o.chain,
    note,
    onFault: o.onFault,
  })
  const talking = () => phase === 'talking'
  const words = createOwnWords({ how, newId, talking, floor: () => floor, move, mouth: o.mouth, cut, inOrder })

  /** Nothing follows. */
  function silenced(by: CutBy) {
    inOrder(async () => {
      await cut(by)
      move({ type: 'silenced' })
    })
  }

  /** From now on the visitor is not heard, and not waited for. */
  function leave() {
    phase = 'leaving'
    passage.close()
    silence.close()
    keys.close()
    visitor.close()
    asides.close()
  }

  const questions = createQuestions({
    talking,
    heldBack: () => pause.on,
    floor: () => floor,
    move,
    inOrder,
    cuts: { cut, cutForAnother },
    chain: o.chain,
    transcript,
    silence,
    times,
    visitor: () => visitor,
    note,
    newId,
  })

  const sayAndEnd = (name: Phrase, reason: EndReason) => sayLast(phrase(name, o.language), reason)

  function sayLast(text: string, reason: EndReason) {
    if (phase === 'before') {
      lost ??= { text, reason }
      return
    }
    words.say(text, () => o.end(reason, 'last-words'))
  }

  const legSide = createLegSide({
    talking,
    input: o.input,
    passage,
    chain: o.chain,
    mouth: o.mouth,
    keys,
    silence,
    times,
    visitor,
    turn: (text) => questions.ask(text, 'typing'),
    cutAfar,
    interrupt: () => silenced('visitor'),
    note,
  })
  const engineSide = createEngineSide({
    floor: () => floor,
    move,
    talking,
    heldBack: () => pause.on,
    cut: () => cut('speech'),
    cutNow: () => cutNow('speech'),
    mouth: o.mouth,
    ownHz: () => o.chain().ownHz,
    how,
    disclosureOwed: disclosure.owed,
    passage,
    asides,
    heardLines,
    silence,
    times,
    visitor,
    note,
    unwanted: (utterance) => o.chain().take({ type: 'interrupted', utterance, heard: '' }),
    hangUp: () => o.end('agent', 'last-words'),
    clock,
    onFault: o.onFault,
  })
  const pause = createPause({
    silence,
    hush(when) {
      if (when === 'now') {
        asides.cut()
        cutNow('call')
      }
      silenced('call')
    },
    askWaiting: questions.askWaiting,
    forgetWaiting: questions.forgetWaiting,
  })

  return {
    opening: () => lost?.text ?? o.greeting,
    begin() {
      phase = 'talking'
      feed.tell({ type: 'speaker', who: 'agent', name: persona.name })
      if (lost) return sayLast(lost.text, lost.reason)
      if (o.greeting === '') return settle()
      words.tell(o.greeting, { ...how, cache: true })
    },
    away(isAway) {
      if (isAway) visitor.pause()
      pause.away(isAway)
    },
    filler: asides.oneMoment,
    hear(event) {
      if (phase !== 'over') legSide(event)
    },
    engine(event) {
      if (phase !== 'over') engineSide.take(event)
    },
    async handover({ from, to, fault, utterance, question, deaf }) {
      note('engine.handover', { from, to: to ?? null, fault: fault.code, message: fault.message })
      if (deaf && o.modality === 'voice' && phase === 'talking' && !pause.on) {
        const message = 'The agent cannot hear you just now. Please type.'
        feed.tell({ type: 'error', code: 'cannot_hear', message, retryable: false })
        asides.say(phrase('cannotHear', o.language))
      }
      return questions.answerAnew({ utterance, question })
    },
    begun(utterance) {
      times.begun(utterance)
      move({ type: 'begun', utterance })
      visitor.agentBegan(utterance)
    },
    over(utterance, { cut: wasCut, text: heard, ms }) {
      times.over(utterance)
      visitor.agentOver(utterance)
      asides.over(utterance)
      disclosure.heard(heard)
      if (!wasCut) note('utterance.heard', { utterance, ms })
      // Cut by none of us: the call ended, or another leg took this one's place.
      else if (phase === 'over' || utteranceOf(floor) === utterance) {
        note('utterance.cut', { utterance, by: phase === 'over' ? 'end' : 'leg', heard, ms })
      }
      move({ type: 'heard', utterance })
      engineSide.over()
    },
    say: words.say,
    announce: words.announce,
    pause,
    sayAndEnd,
    sayLast,
    lastWords() {
      leave()
      return words.rest()
    },
    async close() {
      leave()
      engineSide.close()
      // Whoever is cutting already takes it down.
      await (silenceForGood() ?? acts).catch(o.onFault)
      phase = 'over'
      passage.close()
      o.mouth().close()
      words.rested()
    },
  }
}
