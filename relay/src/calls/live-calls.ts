import { randomUUID } from 'node:crypto'
import { chooseLanguage } from '../agents/language.ts'
import { paced } from '../agents/pace.ts'
import type { Persona, ToolSpec } from '../agents/persona.ts'
import type { Recorded } from '../audio/recorded.ts'
import type { Logger } from '../logger.ts'
import { Problem } from '../protocol/index.ts'
import { createBeat } from './beat.ts'
import { type Call, createCall, type OpenCall } from './call.ts'
import type { CallTimes } from './deadlines.ts'
import { hearAlone } from './hear-alone.ts'
import type { CallLog, Clock, Engine, Voice } from './ports.ts'
import { askForTool, type Rehearsed, rehearse } from './rehearsal.ts'
import type { AskService } from './tools/http.ts'
import type { Prices } from './usage.ts'

export type { Call } from './call.ts'

/** Last words may be long, but not endless. */
const GOODBYE_MS = 30_000
const ENGINE_CLOSE_MS = 2000
/** A page that said it goes may still have been misunderstood by a proxy on the way. */
const LEAVING_MS = 5000
/** Of a drain's time this much is kept for closing engines and writing the end. */
const ENDING_MS = 1000
/** The sentence that tells of a takeover may take so long at most. */
const TAKING_OVER_MS = 10_000
/** An operator's browser may first have to be allowed its microphone. */
const OPERATOR_CONNECT_MS = 30_000
const OPERATOR_AWAY_MS = 5000
/** Sound leaves in steps of one frame. */
const BEAT_MS = 20

export type CallRequest = Omit<OpenCall, 'id'> & {
  /** One of `newId`; made when missing. */
  id?: string
  details: Record<string, unknown>
  /** Where the line is: kept beside the call. */
  phoneNumberId?: string
  carrierCallId?: string
  /** How long a phone may take, where the call's line needs other times than a page. */
  times?: Pick<CallTimes, 'firstConnectMs' | 'ringMs' | 'mediaMs'>
}

export interface LiveCalls {
  /**
   * Opens a call and its book.
   * @throws Problem provider_unavailable when neither the agent's engine nor any fallback can run, or the relay is closing
   */
  open(request: CallRequest): Promise<Call>
  /** An id for a call that is about to be opened. */
  newId(): string
  get(id: string): Call | undefined
  /** Whether the first engine of this agent that can run hears sound. */
  understandsSpeech(persona: Persona): boolean
  /** What somebody said in a recording; undefined when no engine of this agent that hears can run, or understood anything. @throws Error when it failed */
  hear(callId: string, persona: Persona, sound: Recorded, signal: AbortSignal): Promise<string | undefined>
  /** One turn of this agent with nobody on the line. @throws Error when no engine of it answers */
  rehearse(persona: Persona, text: string, signal: AbortSignal): Promise<Rehearsed>
  /** What a model of this agent puts into a tool when it is told this; undefined when none of its models uses it. @throws Error when they fail */
  askForTool(persona: Persona, asked: { tool: ToolSpec; text: string }, signal: AbortSignal): Promise<Record<string, unknown> | undefined>
  /** Whether an engine of this agent can run that hears and speaks words, for carriers that make the sound themselves. */
  speaksWords(persona: Persona): boolean
  /** A call that lives, or is over while the log still writes its end: until then it knows better than the book. */
  unsettled(id: string): Call | undefined
  list(): Call[]
  /** Hears of every call that is opened from now on; the returned function ends it. */
  onOpened(listener: (call: Call) => void): () => void
  readonly size: number
  /**
   * Opens no more calls and says goodbye on every one. Resolves when all are over and stored; after `deadlineMs` those that still speak
   * end at once, and what is not stored by then is left to the log.
   */
  drain(deadlineMs: number): Promise<void>
}

/** The calls whose media this relay holds. */
export function createLiveCalls(o: {
  log: CallLog
  engines: readonly Engine[]
  voice: Voice
  /** Asks an owner's service for a tool; without it agents have no http tools. */
  askService?: AskService
  /** Whether anybody of an organisation watches calls now who may step in; unset: nobody. */
  anybodyWatches?: (organisationId: string) => Promise<boolean>
  /** What models cost, as far as the owner says. */
  prices?: Prices
  clock: Clock
  logger: Logger
  settings: Pick<CallTimes, 'resumeMs' | 'firstConnectMs'> & { operatorAwayMs?: number }
}): LiveCalls {
  const { clock, log, logger, voice } = o
  const calls = new Map<string, Call>()
  /** Until their end is stored. */
  const unsettled = new Map<string, Call>()
  const opening = new Set<Promise<unknown>>()
  const listeners = new Set<(call: Call) => void>()
  const beat = createBeat({ clock, everyMs: BEAT_MS, onFault: (error) => logger.error({ err: error }, 'a call could not send its sound') })
  const { firstConnectMs, operatorAwayMs = OPERATOR_AWAY_MS, resumeMs } = o.settings
  const takeover = { sentenceMs: TAKING_OVER_MS, firstConnectMs: OPERATOR_CONNECT_MS, awayMs: operatorAwayMs }
  const times = { firstConnectMs, resumeMs, goodbyeMs: GOODBYE_MS, engineCloseMs: ENGINE_CLOSE_MS, leavingMs: LEAVING_MS, takeover }
  const newId = () => randomUUID().replaceAll('-', '')
  let draining = false

  async function open({ details, phoneNumberId, carrierCallId, times: own, ...request }: CallRequest): Promise<Call> {
    const id = request.id ?? newId()
    const { able, missing } = enginesFor(o.engines, request.persona, request.modality)
    if (able.length === 0) {
      logger.error({ missing }, 'no engine of the agent can run: set one of these')
      throw new Problem('provider_unavailable', 'The agent cannot answer just now. Please try again later.')
    }
    await log.open({
      ...request,
      id,
      details,
      startedAtMs: clock.nowMs(),
      ...(request.line ? { carrier: request.line.carrier } : {}),
      ...(phoneNumberId ? { phoneNumberId } : {}),
      ...(carrierCallId ? { carrierCallId } : {}),
    })
    const call = createCall({
      ...request,
      persona: paced(request.persona),
      id,
      engines: able,
      voice,
      log,
      clock,
      beat,
      logger,
      times: { ...times, ...own },
      newId,
      ...(o.askService ? { askService: o.askService } : {}),
      ...(o.anybodyWatches ? { anybodyWatches: o.anybodyWatches } : {}),
      ...(o.prices ? { prices: o.prices } : {}),
      onOver: () => calls.delete(id),
    })
    calls.set(id, call)
    unsettled.set(id, call)
    void call.closed.then(() => unsettled.delete(id))
    for (const listener of listeners) listener(call)
    return call
  }

  const alone = (persona: Persona, signal: AbortSignal) => ({
    persona,
    signal,
    clock,
    language: chooseLanguage(undefined, persona.languages),
  })

  async function within(ms: number, all: Iterable<Promise<unknown>>) {
    const late = Promise.withResolvers<void>()
    const cancel = clock.after(ms, late.resolve)
    await Promise.race([Promise.allSettled(all), late.promise])
    cancel()
  }

  return {
    async open(request) {
      if (draining) throw new Problem('provider_unavailable', 'The relay is restarting. Try again in a moment.')
      const opened = open(request)
      opening.add(opened)
      return opened.finally(() => opening.delete(opened))
    },
    newId,
    get: (id) => calls.get(id),
    understandsSpeech: (persona) => enginesFor(o.engines, persona, 'voice').able[0]?.hears === 'audio',
    async hear(callId, persona, sound, signal) {
      const engine = enginesFor(o.engines, persona, 'voice').able.find(({ hears }) => hears === 'audio')
      return engine && hearAlone(engine, sound, { callId, persona, language: chooseLanguage(undefined, persona.languages), clock, signal })
    },
    rehearse(persona, text, signal) {
      const { able } = enginesFor(o.engines, persona, 'voice')
      return rehearse({ ...alone(paced(persona), signal), engines: able, voice, text })
    },
    askForTool(persona, asked, signal) {
      return askForTool({ ...alone(persona, signal), engines: enginesFor(o.engines, persona, 'text').able, ...asked })
    },
    speaksWords: (persona) => enginesFor(o.engines, persona, 'text').able.length > 0,
    unsettled: (id) => unsettled.get(id),
    list: () => [...calls.values()],
    onOpened(listener) {
      const own = (call: Call) => listener(call)
      listeners.add(own)
      return () => listeners.delete(own)
    },
    get size() {
      return calls.size
    },
    async drain(deadlineMs) {
      draining = true
      const closed = () => [...unsettled.values()].map((call) => call.closed)
      const byMs = clock.monotonicMs() + deadlineMs
      const leftMs = () => byMs - clock.monotonicMs()
      await within(leftMs(), opening)
      for (const call of calls.values()) call.sayGoodbye('operator')
      await within(leftMs() - ENDING_MS, closed())
      for (const call of [...calls.values()]) call.hangUp('operator')
      await within(leftMs(), closed())
    },
  }
}

/** The agent's engines that can run now, in the owner's order, each once; and what the others lack. */
function enginesFor(all: readonly Engine[], persona: Persona, modality: 'voice' | 'text'): { able: Engine[]; missing: string[] } {
  const missing: string[] = []
  const able = [...new Set([persona.engine, ...persona.fallbacks])].flatMap((name) => {
    const engine = all.find((each) => each.name === name)
    const lacks = engine ? lackOf(engine, modality) : `an engine named ${name}`
    if (lacks !== undefined) missing.push(lacks)
    return engine && lacks === undefined ? [engine] : []
  })
  return { able, missing }
}

/** What keeps an engine from serving a call; undefined when nothing does. */
function lackOf(engine: Engine, modality: 'voice' | 'text'): string | undefined {
  if (modality === 'text' && (engine.hears === 'audio' || engine.speaks === 'audio')) {
    return `a voice call for ${engine.name}: it hears ${engine.hears} and speaks ${engine.speaks}`
  }
  const availability = engine.availability()
  return availability.ok ? undefined : availability.missing
}
