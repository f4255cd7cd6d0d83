import type { Logger } from '../logger.ts'
import type { Call, OpenCall } from './call-shape.ts'
import { type CallTimes, deadlineOf } from './deadlines.ts'
import { createFeed } from './feed.ts'
import { Passage } from './passage.ts'
import type { Leg, LegEvent } from './ports.ts'
import { BEGINNING, type CallEvent, endStatus, next, type Stage, statusOf } from './states.ts'
import { createDesk, type Desk, type Operator } from './takeover/desk.ts'
import { createScribe } from './takeover/scribe.ts'
import { createTalk, type TalkOptions } from './talk.ts'

export type { Call, OpenCall } from './call-shape.ts'

const MOST_LEG_NOTES = 200

/** Wires one call: legs to what it says and hears, the state table to its clocks and the log. */
export function createCall(
  o: OpenCall &
    TalkOptions & {
      logger: Logger
      times: CallTimes
      onOver: () => void
    },
): Call {
  const { clock, id, log, persona, times } = o
  const logger = o.logger.child({ callId: id })
  const report = (what: string) => (error: unknown) => logger.error({ err: error }, what)
  const note = (type: string, payload?: Record<string, unknown>) => log.event(id, type, payload)
  /** A line that breaks again and again is told so often, then goes without saying. */
  let legNotes = 0
  const noteLeg = (type: string) => {
    legNotes += 1
    if (legNotes <= MOST_LEG_NOTES) note(type, { leg: leg?.name ?? 'none' })
  }
  const feed = createFeed(report('a watcher of the call failed'))
  const settled = Promise.withResolvers<void>()
  const passage = new Passage((bytes) => hear({ type: 'audio', bytes }))
  const { chain, conversation, mouth, tools, ...talk } = createTalk({
    ...o,
    passage,
    feed,
    note,
    logger,
    report,
    input: () => (leg?.kind === 'audio' ? leg.input : undefined),
    end: (reason, when) => step({ type: 'hang-up', reason, when }),
  })

  let state = BEGINNING
  let ai: Call['ai'] = 'active'
  let kind = o.kind
  let leg: Leg | undefined
  let unlisten: (() => void) | undefined
  let cancelDeadline: (() => void) | undefined
  let cancelDuration: (() => void) | undefined

  const tellAi = (next: Call['ai'], heldBy?: Operator | null) => {
    ai = next
    // The end is written whole, once.
    if (state.stage === 'over') return
    log.status(id, { status: statusOf(state), at: clock.nowMs(), ai, ...(heldBy === undefined ? {} : { heldBy }) })
    feed.tell({ type: 'ai', ai })
  }
  const makeDesk = () =>
    createDesk({
      ...{ language: o.language, agentName: persona.name, times: times.takeover, beat: o.beat, newId: o.newId },
      ...{ clock, conversation, feed, note, taps: passage, transcript: talk.transcript, leg: () => leg, tellEngine: chain.take },
      scribe(onWords) {
        const engine = chain.hears === 'audio' ? o.engines.find(({ name }) => name === chain.engine) : undefined
        const onFault = report('what an operator says could not be written down')
        return (
          engine && createScribe({ ...{ engine, callId: id, persona, language: o.language, clock, onWords, onFault }, onUsage: talk.count })
        )
      },
      onHolder: (holder) => tellAi(holder ? 'off' : 'active', holder ?? null),
      onFault: report('a takeover stumbled'),
    })
  /** Made when the first operator comes. */
  let desk: Desk | undefined

  /** The one place where the call moves: the table decides, the stage's effects follow, each once. */
  function step(event: CallEvent) {
    const before = state
    state = next(before, event)
    if (state.stage === before.stage) return
    setDeadline()
    ENTERED[state.stage](before.stage)
  }

  function setDeadline() {
    cancelDeadline?.()
    const deadlineMs = deadlineOf(state, times)
    cancelDeadline = deadlineMs === undefined ? undefined : clock.after(deadlineMs, () => step({ type: 'time-up' }))
  }

  const ENTERED: Record<Stage, (from: Stage) => void> = {
    waiting: () => undefined,
    ringing: tellStatus,
    answered() {
      if (kind !== 'bridge') chain.start()
      tellStatus()
      note('call.answered')
      limitDuration()
    },
    live(from) {
      if (from === 'away' || from === 'joined') return comeBack()
      if (from !== 'answered') {
        if (o.line) chain.start()
        tellStatus()
        limitDuration()
      }
      note('call.connected', { engine: chain.engine })
      conversation.begin()
    },
    joined() {
      desk?.passedBy()
      note('call.joined')
      mouth.away()
      conversation.away(true)
    },
    away() {
      noteLeg('leg.detached')
      mouth.away()
      conversation.away(true)
    },
    ending: () => void conversation.lastWords().then(() => step({ type: 'last-words-heard' })),
    over: () => void finish().catch(report('the call did not end cleanly')),
  }

  /** From the answer on: what a call may cost is counted from there. */
  function limitDuration() {
    cancelDuration = clock.after(persona.limits.maxDurationMs, () => {
      if (state.stage === 'answered' || state.stage === 'joined') step({ type: 'hang-up', reason: 'deadline', when: 'now' })
      else conversation.sayAndEnd('timeUp', 'deadline')
    })
  }

  function tellStatus() {
    const status = statusOf(state)
    log.status(id, { status, at: clock.nowMs() })
    feed.tell({ type: 'status', status })
  }

  function comeBack() {
    noteLeg('leg.resumed')
    for (const use of tools.unanswered()) feed.tell({ type: 'tool', ...use })
    mouth.back().then((isBack) => isBack && conversation.away(false), report('the leg could not resume'))
  }

  async function finish() {
    if (state.stage !== 'over') return
    const { reason } = state
    const status = endStatus(state)
    cancelDuration?.()
    desk?.callOver()
    const engineClosed = talk.closeEngines(times.engineCloseMs)
    await talk.close()
    unlisten?.()
    feed.tell({ type: 'status', status })
    feed.tell({ type: 'ended', reason })
    leg?.close(reason)
    o.line?.hangUp()
    feed.clear()
    desk?.close()
    o.onOver()
    await engineClosed
    const used = talk.used()
    await log
      .close(id, { status, endReason: reason, at: clock.nowMs(), ...(used ? { usage: used } : {}) })
      .catch(report('the end of the call was not stored'))
    settled.resolve()
  }

  const LEG: { [Type in LegEvent['type']]?: (event: Extract<LegEvent, { type: Type }>) => void } = {
    attached: () => step({ type: 'attached' }),
    detached: (event) => (state.stage === 'joined' ? undefined : step(event)),
    // Two who were joined take their sound away from us, and go on.
    closed: ({ reason }) => (state.stage === 'joined' ? undefined : step({ type: 'hang-up', reason, when: 'now' })),
  }
  /** Once the last words are being said only their playback matters, and what the visitor thinks of the call: nothing cancels a hang-up. */
  const HEARD_AT_THE_END = new Set<LegEvent['type']>(['mark', 'played', 'cut', 'feedback', 'muted'])

  function hear(event: LegEvent) {
    // Fifty times a second: found without looking it up by name.
    if (event.type === 'audio') return state.stage === 'ending' || state.stage === 'over' ? undefined : conversation.hear(event)
    passage.close()
    const own = LEG[event.type] as ((event: LegEvent) => void) | undefined
    if (own) return own(event)
    const atTheEnd = state.stage === 'ending' || state.stage === 'over'
    if (!atTheEnd || HEARD_AT_THE_END.has(event.type)) conversation.hear(event)
  }

  function wordsOnly() {
    const engines = chain.wordsOnly()
    if (engines.length > 0) note('engine.passed-over', { engines, why: 'the carrier brings words, and these want sound' })
  }

  note('call.opened', { modality: o.modality, language: o.language, engines: o.engines.map((engine) => engine.name) })
  setDeadline()
  // A phone may ring for a minute, and nobody pays an engine for listening to that.
  if (o.line === undefined) chain.start()

  return {
    id,
    sessionId: o.sessionId,
    organisationId: o.organisationId,
    agentId: o.agentId,
    modality: o.modality,
    get kind() {
      return kind
    },
    carriedAs(next) {
      kind = next
    },
    direction: o.direction,
    line: o.line,
    language: o.language,
    feed,
    get status() {
      return statusOf(state)
    },
    get stage() {
      return state.stage
    },
    get endReason() {
      return state.stage === 'over' ? state.reason : undefined
    },
    get ai() {
      return ai
    },
    get heldBy() {
      return desk?.holder
    },
    get passesSound() {
      return leg?.kind === 'audio'
    },
    get desk() {
      desk ??= makeDesk()
      return desk
    },
    get engine() {
      return chain.engine
    },
    rings: () => step({ type: 'rings' }),
    answers: () => step({ type: 'answers' }),
    joined: () => step({ type: 'joined' }),
    notJoined: () => leg && step({ type: 'attached' }),
    say(text) {
      if (state.stage !== 'live') return false
      conversation.say(text)
      return true
    },
    holdBack(isHeld, by) {
      const wanted = isHeld ? 'paused' : 'active'
      // While an operator speaks in its place it is silent already, and stays so.
      if (ai === wanted || ai === 'off' || state.stage === 'ending' || state.stage === 'over') return
      note(isHeld ? 'ai.paused' : 'ai.resumed', { by })
      if (isHeld) conversation.pause.begin()
      else conversation.pause.end()
      tellAi(wanted)
    },
    advise(advice, by) {
      if (o.kind === 'bridge' || state.stage === 'ending' || state.stage === 'over') return false
      note(advice.type, { by, text: advice.text })
      chain.take(advice)
      return true
    },
    leaveMessage: (text, reason) => conversation.sayLast(text, reason),
    opening: conversation.opening,
    wordsOnly,
    attach(next) {
      if (state.stage === 'over') return next.close(state.reason)
      if (next.kind === 'text' && o.modality === 'voice') wordsOnly()
      unlisten?.()
      leg?.close('connection')
      note(leg ? 'leg.replaced' : 'leg.attached', { leg: next.name })
      leg = next
      passage.close()
      mouth.attach(next)
      unlisten = next.listen(hear, passage)
      step({ type: 'attached' })
    },
    toolResult: tools.answer,
    hangUp: (reason) => step({ type: 'hang-up', reason, when: 'now' }),
    sayGoodbye(reason) {
      if (state.stage === 'live') conversation.sayAndEnd('closing', reason)
      else if (state.stage !== 'ending') step({ type: 'hang-up', reason, when: 'now' })
    },
    closed: settled.promise,
  }
}
