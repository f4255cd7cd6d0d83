import type { Logger } from '../logger.ts'
import type { EndReason } from '../protocol/index.ts'
import type { Call, OpenCall } from './call-shape.ts'
import { type CallTimes, deadlineOf } from './deadlines.ts'
import { createFeed, type FeedWriter } from './feed.ts'
import { Passage } from './passage.ts'
import type { Leg, LegEvent } from './ports.ts'
import { BEGINNING, type CallEvent, endStatus, next, type Stage, statusOf } from './states.ts'
import { createDesk, type Desk, type Operator } from './takeover/desk.ts'
import { createScribe } from './takeover/scribe.ts'
import { createTalk, type Talk, type TalkOptions } from './talk.ts'

export type { Call, OpenCall } from './call-shape.ts'

const MOST_LEG_NOTES = 200
/** Once the last words are being said only their playback matters, and what the visitor thinks of the call: nothing cancels a hang-up. */
const HEARD_AT_THE_END = new Set<LegEvent['type']>(['mark', 'played', 'cut', 'feedback', 'muted'])

type CallOptions = OpenCall &
  TalkOptions & {
    logger: Logger
    times: CallTimes
    onOver: () => void
  }

/** Wires one call: legs to what it says and hears, the state table to its clocks and the log. */
export function createCall(o: CallOptions): Call {
  return new WiredCall(o)
}

// A class: fifty functions of its own would make each call twice as large, and getters in an object literal a slow one.
class WiredCall implements Call {
  readonly feed: FeedWriter
  ai: Call['ai'] = 'active'
  readonly #o: CallOptions
  readonly #logger: Logger
  readonly #passage = new Passage((bytes) => this.#hear({ type: 'audio', bytes }))
  readonly #talk: Talk
  readonly #settled = Promise.withResolvers<void>()
  #state = BEGINNING
  #kind: Call['kind']
  #leg: Leg | undefined
  /** Made when the first operator comes. */
  #desk: Desk | undefined
  /** A line that breaks again and again is told so often, then goes without saying. */
  #legNotes = 0
  #unlisten: (() => void) | undefined
  #cancelDeadline: (() => void) | undefined
  #cancelDuration: (() => void) | undefined

  constructor(o: CallOptions) {
    this.#o = o
    this.#kind = o.kind
    this.#logger = o.logger.child({ callId: o.id })
    this.feed = createFeed(this.#report('a watcher of the call failed'))
    this.#talk = createTalk(o, {
      passage: this.#passage,
      feed: this.feed,
      note: this.#note,
      logger: this.#logger,
      report: this.#report,
      input: () => (this.#leg?.kind === 'audio' ? this.#leg.input : undefined),
      end: (reason, when) => this.#step({ type: 'hang-up', reason, when }),
    })
    this.#note('call.opened', { modality: o.modality, language: o.language, engines: o.engines.map((engine) => engine.name) })
    this.#setDeadline()
    // A phone may ring for a minute, and nobody pays an engine for listening to that.
    if (o.line === undefined) this.#talk.chain.start()
  }

  get id() {
    return this.#o.id
  }
  get sessionId() {
    return this.#o.sessionId
  }
  get organisationId() {
    return this.#o.organisationId
  }
  get agentId() {
    return this.#o.agentId
  }
  get modality() {
    return this.#o.modality
  }
  get direction() {
    return this.#o.direction
  }
  get line() {
    return this.#o.line
  }
  get language() {
    return this.#o.language
  }
  get kind() {
    return this.#kind
  }
  get status() {
    return statusOf(this.#state)
  }
  get stage() {
    return this.#state.stage
  }
  get endReason() {
    return this.#state.stage === 'over' ? this.#state.reason : undefined
  }
  get heldBy() {
    return this.#desk?.holder
  }
  get passesSound() {
    return this.#leg?.kind === 'audio'
  }
  get desk(): Desk {
    this.#desk ??= this.#makeDesk()
    return this.#desk
  }
  get engine() {
    return this.#talk.chain.engine
  }
  get closed() {
    return this.#settled.promise
  }

  carriedAs(kind: 'phone' | 'bridge') {
    this.#kind = kind
  }
  rings() {
    this.#step({ type: 'rings' })
  }
  answers() {
    this.#step({ type: 'answers' })
  }
  joined() {
    this.#step({ type: 'joined' })
  }
  notJoined() {
    if (this.#leg) this.#step({ type: 'attached' })
  }
  say(text: string) {
    if (this.#state.stage !== 'live') return false
    this.#talk.conversation.say(text)
    return true
  }
  holdBack(isHeld: boolean, by: string) {
    const wanted = isHeld ? 'paused' : 'active'
    // While an operator speaks in its place it is silent already, and stays so.
    if (this.ai === wanted || this.ai === 'off' || this.#isEnding) return
    this.#note(isHeld ? 'ai.paused' : 'ai.resumed', { by })
    const { pause } = this.#talk.conversation
    if (isHeld) pause.begin()
    else pause.end()
    this.#tellAi(wanted)
  }
  advise(advice: { type: 'context' | 'whisper'; text: string }, by: string) {
    if (this.#o.kind === 'bridge' || this.#isEnding) return false
    this.#note(advice.type, { by, text: advice.text })
    this.#talk.chain.take(advice)
    return true
  }
  leaveMessage(text: string, reason: EndReason) {
    this.#talk.conversation.sayLast(text, reason)
  }
  opening() {
    return this.#talk.conversation.opening()
  }
  wordsOnly() {
    const engines = this.#talk.chain.wordsOnly()
    if (engines.length > 0) this.#note('engine.passed-over', { engines, why: 'the carrier brings words, and these want sound' })
  }
  attach(leg: Leg) {
    if (this.#state.stage === 'over') return leg.close(this.#state.reason)
    if (leg.kind === 'text' && this.#o.modality === 'voice') this.wordsOnly()
    this.#unlisten?.()
    this.#leg?.close('connection')
    this.#note(this.#leg ? 'leg.replaced' : 'leg.attached', { leg: leg.name })
    this.#leg = leg
    this.#passage.close()
    this.#talk.mouth.attach(leg)
    this.#unlisten = leg.listen((event) => this.#hear(event), this.#passage)
    this.#step({ type: 'attached' })
  }
  toolResult(id: string, result: unknown) {
    return this.#talk.tools.answer(id, result)
  }
  hangUp(reason: EndReason) {
    this.#step({ type: 'hang-up', reason, when: 'now' })
  }
  sayGoodbye(reason: EndReason) {
    if (this.#state.stage === 'live') this.#talk.conversation.sayAndEnd('closing', reason)
    else if (this.#state.stage !== 'ending') this.hangUp(reason)
  }

  // Of their own, for they are handed on.
  readonly #report = (what: string) => (error: unknown) => this.#logger.error({ err: error }, what)
  readonly #note = (type: string, payload?: Record<string, unknown>) => this.#o.log.event(this.#o.id, type, payload)

  get #isEnding() {
    return this.#state.stage === 'ending' || this.#state.stage === 'over'
  }

  #noteLeg(type: string) {
    this.#legNotes += 1
    if (this.#legNotes <= MOST_LEG_NOTES) this.#note(type, { leg: this.#leg?.name ?? 'none' })
  }

  #tellAi(ai: Call['ai'], heldBy?: Operator | null) {
    this.ai = ai
    // The end is written whole, once.
    if (this.#state.stage === 'over') return
    const { clock, id, log } = this.#o
    log.status(id, { status: this.status, at: clock.nowMs(), ai, ...(heldBy === undefined ? {} : { heldBy }) })
    this.feed.tell({ type: 'ai', ai })
  }

  #makeDesk(): Desk {
    const { beat, clock, engines, id, language, newId, persona, times } = this.#o
    const { chain, conversation, transcript } = this.#talk
    return createDesk({
      ...{ language, agentName: persona.name, times: times.takeover, beat, newId, clock, conversation, feed: this.feed },
      ...{ note: this.#note, taps: this.#passage, transcript, leg: () => this.#leg, tellEngine: (input) => chain.take(input) },
      scribe: (onWords) => {
        const engine = chain.hears === 'audio' ? engines.find(({ name }) => name === chain.engine) : undefined
        const onFault = this.#report('what an operator says could not be written down')
        return (
          engine &&
          createScribe({ engine, callId: id, persona, language, clock, onWords, onFault, onUsage: (usage) => this.#talk.count(usage) })
        )
      },
      onHolder: (holder) => this.#tellAi(holder ? 'off' : 'active', holder ?? null),
      onFault: this.#report('a takeover stumbled'),
    })
  }

  /** The one place where the call moves: the table decides, the stage's effects follow, each once. */
  #step(event: CallEvent) {
    const before = this.#state
    this.#state = next(before, event)
    if (this.#state.stage === before.stage) return
    this.#setDeadline()
    WiredCall.#ENTERED[this.#state.stage](this, before.stage)
  }

  #setDeadline() {
    this.#cancelDeadline?.()
    const { clock, times } = this.#o
    const deadlineMs = deadlineOf(this.#state, times)
    this.#cancelDeadline = deadlineMs === undefined ? undefined : clock.after(deadlineMs, () => this.#step({ type: 'time-up' }))
  }

  static readonly #ENTERED: Readonly<Record<Stage, (call: WiredCall, from: Stage) => void>> = {
    waiting: () => undefined,
    ringing: (call) => call.#tellStatus(),
    answered(call) {
      if (call.#kind !== 'bridge') call.#talk.chain.start()
      call.#tellStatus()
      call.#note('call.answered')
      call.#limitDuration()
    },
    live(call, from) {
      if (from === 'away' || from === 'joined') return call.#comeBack()
      const { chain, conversation } = call.#talk
      if (from !== 'answered') {
        if (call.#o.line) chain.start()
        call.#tellStatus()
        call.#limitDuration()
      }
      call.#note('call.connected', { engine: chain.engine })
      conversation.begin()
    },
    joined(call) {
      call.#desk?.passedBy()
      call.#note('call.joined')
      call.#goAway()
    },
    away(call) {
      call.#noteLeg('leg.detached')
      call.#goAway()
    },
    ending(call) {
      const stumbled = call.#report('the last words were not heard to their end')
      const heard = () => call.#step({ type: 'last-words-heard' })
      call.#talk.conversation.lastWords().catch(stumbled).then(heard).catch(stumbled)
    },
    over: (call) => void call.#finish().catch(call.#report('the call did not end cleanly')),
  }

  #goAway() {
    this.#talk.mouth.away()
    this.#talk.conversation.away(true)
  }

  /** From the answer on: what a call may cost is counted from there. */
  #limitDuration() {
    const { clock, persona } = this.#o
    this.#cancelDuration = clock.after(persona.limits.maxDurationMs, () => {
      const { stage } = this.#state
      if (stage === 'answered' || stage === 'joined') this.#step({ type: 'hang-up', reason: 'deadline', when: 'now' })
      else this.#talk.conversation.sayAndEnd('timeUp', 'deadline')
    })
  }

  #tellStatus() {
    const { status } = this
    this.#o.log.status(this.#o.id, { status, at: this.#o.clock.nowMs() })
    this.feed.tell({ type: 'status', status })
  }

  #comeBack() {
    const { conversation, mouth, tools } = this.#talk
    this.#noteLeg('leg.resumed')
    for (const use of tools.unanswered()) this.feed.tell({ type: 'tool', ...use })
    mouth.back().then((isBack) => isBack && conversation.away(false), this.#report('the leg could not resume'))
  }

  async #finish() {
    if (this.#state.stage !== 'over') return
    const { reason } = this.#state
    const status = endStatus(this.#state)
    const { clock, id, line, log, onOver, times } = this.#o
    this.#cancelDuration?.()
    this.#desk?.callOver()
    const engineClosed = this.#talk.closeEngines(times.engineCloseMs)
    // Whatever it stumbles over: visitor, carrier and log are told all the same.
    await this.#talk.close().catch(this.#report('the conversation did not close'))
    this.#unlisten?.()
    this.feed.tell({ type: 'status', status })
    this.feed.tell({ type: 'ended', reason })
    this.#leg?.close(reason)
    line?.hangUp()
    this.feed.clear()
    this.#desk?.close()
    onOver()
    await engineClosed
    const used = this.#talk.used()
    await log
      .close(id, { status, endReason: reason, at: clock.nowMs(), ...(used ? { usage: used } : {}) })
      .catch(this.#report('the end of the call was not stored'))
    this.#settled.resolve()
  }

  #hear(event: LegEvent) {
    // Fifty times a second: found without looking it up by name.
    if (event.type === 'audio') return this.#isEnding ? undefined : this.#talk.conversation.hear(event)
    // How far they heard changes nothing for the next frame; where it ends an utterance, the floor says so.
    if (event.type !== 'mark') this.#passage.close()
    if (event.type === 'attached') return this.#step({ type: 'attached' })
    if (event.type === 'detached' || event.type === 'closed') {
      // Two who were joined take their sound away from us, and go on.
      if (this.#state.stage === 'joined') return
      return this.#step(event.type === 'closed' ? { type: 'hang-up', reason: event.reason, when: 'now' } : event)
    }
    if (!this.#isEnding || HEARD_AT_THE_END.has(event.type)) this.#talk.conversation.hear(event)
  }
}
