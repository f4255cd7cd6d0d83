import type { Persona } from '../agents/persona.ts'
import type { Logger } from '../logger.ts'
import type { CallStatus, EndReason, Variables } from '../protocol/index.ts'
import { createConversation } from './conversation.ts'
import { createFeed, type Feed } from './feed.ts'
import { createEngineChain } from './handover.ts'
import { createMouth } from './mouth.ts'
import { createLedger } from './playback.ts'
import type { CallLog, Clock, Engine, Leg, LegEvent, Voice } from './ports.ts'
import { prepareVoice } from './prepared-voice.ts'
import { createSentences } from './sentences.ts'
import { BEGINNING, type CallEvent, next, type Stage, statusOf } from './states.ts'
import { createTools } from './tools.ts'
import { createTranscript } from './transcript.ts'

export interface OpenCall {
  id: string
  organisationId: string
  agentId: string
  persona: Persona
  sessionId: string
  modality: 'voice' | 'text'
  kind: 'web' | 'phone'
  direction: 'inbound' | 'outbound'
  language: string
  variables: Variables
}

export interface Call {
  readonly id: string
  readonly sessionId: string
  readonly organisationId: string
  readonly agentId: string
  readonly modality: 'voice' | 'text'
  readonly status: CallStatus
  readonly stage: Stage
  readonly endReason: EndReason | undefined
  readonly engine: string
  readonly feed: Feed
  /** A person's media. The same leg coming back says so itself; a new leg replaces the old one. */
  attach(leg: Leg): void
  /** The page's answer to a client tool. False when nobody waits for it. */
  toolResult(id: string, result: unknown): boolean
  hangUp(reason: EndReason): void
  /** Tells why, then ends. */
  sayGoodbye(reason: EndReason): void
  /** Resolves when everything of the call is stored. */
  readonly closed: Promise<void>
}

export interface CallTimes {
  firstConnectMs: number
  resumeMs: number
  goodbyeMs: number
}

/** Wires one call: legs to the mouth and the conversation, the conversation to the engines, the state table to its clocks and the log. */
export function createCall(
  o: OpenCall & {
    engines: readonly Engine[]
    voice: Voice
    log: CallLog
    clock: Clock
    logger: Logger
    times: CallTimes
    newId: () => string
    onOver: () => void
  },
): Call {
  const { clock, id, log, persona, times } = o
  const logger = o.logger.child({ callId: id })
  const report = (what: string) => (error: unknown) => logger.error({ err: error }, what)
  const feed = createFeed(report('a watcher of the call failed'))
  const transcript = createTranscript({ callId: id, feed, log, clock, newId: o.newId })
  const ledger = createLedger()
  const gone = new AbortController()
  const settled = Promise.withResolvers<void>()

  const greeting = [persona.disclosure, fill(persona.greeting, o.variables)].filter((text) => text.trim() !== '').join(' ')
  const how = { voice: persona.voice.name, speed: persona.voice.speed, language: o.language }
  const voice = o.modality === 'voice' ? prepareVoice(o.voice, spokenSentences(greeting), how, gone.signal) : o.voice

  const tools = createTools({
    callId: id,
    specs: persona.tools,
    feed,
    log,
    clock,
    onEndCall: () => conversation.engine({ type: 'hang-up' }),
  })
  const mouth = createMouth({
    voice,
    clock,
    transcript,
    ledger,
    onSound: (utterance) => conversation.sounding(utterance),
    onHeard: (utterance, heard) => log.event(id, 'utterance.heard', { utterance, ...heard }),
    onFault(error) {
      report('the voice failed')(error)
      log.event(id, 'voice.failed', { message: String(error) })
      feed.tell({
        type: 'error',
        code: 'voice_failed',
        message: 'The voice failed, so this answer was cut short. Please ask again.',
        retryable: true,
      })
    },
  })
  const conversation = createConversation({
    callId: id,
    persona,
    language: o.language,
    greeting,
    modality: o.modality,
    mouth,
    chain: () => chain,
    transcript,
    feed,
    log,
    tools,
    clock,
    newId: o.newId,
    end: (reason, when) => step({ type: 'hang-up', reason, when }),
    onFault: report('an input was not taken'),
  })
  const chain = createEngineChain({
    engines: o.engines,
    clock,
    context: {
      callId: id,
      persona,
      language: o.language,
      variables: o.variables,
      tools: tools.specs,
      useTool: (use, signal) => tools.use(use, signal),
    },
    history: () => transcript.heard(),
    onEvent: (event) => conversation.engine(event),
    async onHandover(change) {
      logger.warn({ from: change.from, to: change.to, fault: change.fault.code }, 'engine handed over')
      return conversation.handover(change)
    },
    onExhausted() {
      feed.tell({
        type: 'error',
        code: 'provider_unavailable',
        message: 'The agent cannot answer just now. Please try again later.',
        retryable: true,
      })
      conversation.sayAndEnd('trouble', 'error')
    },
  })

  let state = BEGINNING
  let leg: Leg | undefined
  let unlisten: (() => void) | undefined
  let cancelDeadline: (() => void) | undefined
  let cancelDuration: (() => void) | undefined

  const DEADLINE_MS: Record<Stage, number | undefined> = {
    waiting: times.firstConnectMs,
    live: undefined,
    away: times.resumeMs,
    ending: times.goodbyeMs,
    over: undefined,
  }

  /** The one place where the call moves: the table decides, the stage's effects follow, each once. */
  function step(event: CallEvent) {
    const before = state
    state = next(before, event)
    if (state.stage === before.stage) return
    cancelDeadline?.()
    const deadlineMs = DEADLINE_MS[state.stage]
    cancelDeadline = deadlineMs === undefined ? undefined : clock.after(deadlineMs, () => step({ type: 'time-up' }))
    ENTERED[state.stage](before.stage)
  }

  const ENTERED: Record<Stage, (from: Stage) => void> = {
    waiting: () => undefined,
    live(from) {
      if (from === 'away') return back()
      log.status(id, { status: 'connected', at: clock.nowMs() })
      log.event(id, 'call.connected', { engine: chain.engine })
      feed.tell({ type: 'status', status: 'connected' })
      cancelDuration = clock.after(persona.limits.maxDurationMs, () => conversation.sayAndEnd('timeUp', 'deadline'))
      conversation.begin()
    },
    away() {
      log.event(id, 'leg.detached', { leg: leg?.name ?? 'none' })
      mouth.detached()
      conversation.away(true)
    },
    ending() {
      void conversation.lastWords().then(() => step({ type: 'last-words-heard' }))
    },
    over: () => void finish(),
  }

  function back() {
    log.event(id, 'leg.resumed', { leg: leg?.name ?? 'none' })
    mouth.resume().then(() => conversation.away(false), report('the leg could not resume'))
  }

  async function finish() {
    const reason = state.reason ?? 'error'
    cancelDuration?.()
    await conversation.hush().catch(report('the last words could not be cut'))
    conversation.close()
    tools.close()
    gone.abort()
    unlisten?.()
    feed.tell({ type: 'status', status: statusOf(state) })
    feed.tell({ type: 'ended', reason })
    leg?.close(reason)
    feed.clear()
    o.onOver()
    await chain.close().catch(report('the engine did not close'))
    const status = statusOf(state) === 'completed' ? 'completed' : 'failed'
    await log.close(id, { status, endReason: reason, at: clock.nowMs() }).catch(report('the end of the call was not stored'))
    settled.resolve()
  }

  const LEG: { [Type in LegEvent['type']]?: (event: Extract<LegEvent, { type: Type }>) => void } = {
    attached: () => step({ type: 'attached' }),
    detached: () => step({ type: 'detached' }),
    closed: (event) => step({ type: 'hang-up', reason: event.reason, when: 'now' }),
  }

  function hear(event: LegEvent) {
    const own = LEG[event.type] as ((event: LegEvent) => void) | undefined
    if (own) return own(event)
    // Once goodbye is being said only its playback matters: nothing cancels a hang-up.
    if ((state.stage !== 'ending' && state.stage !== 'over') || event.type === 'mark') conversation.hear(event)
  }

  log.event(id, 'call.opened', { modality: o.modality, language: o.language, engines: o.engines.map((engine) => engine.name) })
  cancelDeadline = clock.after(times.firstConnectMs, () => step({ type: 'time-up' }))
  chain.start()

  return {
    id,
    sessionId: o.sessionId,
    organisationId: o.organisationId,
    agentId: o.agentId,
    modality: o.modality,
    feed,
    get status() {
      return statusOf(state)
    },
    get stage() {
      return state.stage
    },
    get endReason() {
      return state.reason
    },
    get engine() {
      return chain.engine
    },
    attach(next) {
      if (state.stage === 'over') return next.close(state.reason ?? 'error')
      unlisten?.()
      if (leg) {
        log.event(id, 'leg.replaced', { leg: next.name })
        leg.close('connection')
      }
      leg = next
      log.event(id, 'leg.attached', { leg: next.name })
      mouth.attach(next)
      unlisten = next.listen(hear)
      step({ type: 'attached' })
    },
    toolResult: (use, result) => tools.answer(use, result),
    hangUp: (reason) => step({ type: 'hang-up', reason, when: 'now' }),
    sayGoodbye(reason) {
      if (state.stage === 'live') conversation.sayAndEnd('closing', reason)
      else step({ type: 'hang-up', reason, when: 'now' })
    },
    closed: settled.promise,
  }
}

function fill(text: string, variables: Variables): string {
  return text.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => String(variables[name] ?? ''))
}

function spokenSentences(text: string): string[] {
  const sentences = createSentences()
  return [...sentences.push(text), ...sentences.flush()].map((sentence) => sentence.trim()).filter((sentence) => sentence !== '')
}
