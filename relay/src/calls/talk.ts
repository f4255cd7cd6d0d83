import type { Persona } from '../agents/persona.ts'
import type { Logger } from '../logger.ts'
import type { EndReason, ModelUsage, Variables } from '../protocol/index.ts'
import type { Beat } from './beat.ts'
import { type Conversation, createConversation } from './conversation.ts'
import type { FeedWriter } from './feed.ts'
import { createEngineChain, type EngineChain } from './handover.ts'
import { createMouth, type Mouth, type MouthEvents } from './mouth.ts'
import { openingWords, spokenSentences } from './opening.ts'
import type { Passage } from './passage.ts'
import type { AudioFormat, CallLog, Clock, Engine, Voice } from './ports.ts'
import { prepareVoice } from './prepared-voice.ts'
import type { AskService } from './tools/http.ts'
import { createTools, type Tools } from './tools/index.ts'
import { createTranscript, type Transcript } from './transcript.ts'
import { createUsage, type Prices, type Usage } from './usage.ts'

/** What one call says and hears. */
export interface Talk {
  readonly conversation: Conversation
  readonly mouth: Mouth
  readonly chain: EngineChain
  readonly tools: Tools
  readonly transcript: Transcript
  /** What a model used outside the agent's own session. */
  count(usage: Parameters<Usage['add']>[0]): void
  used(): Record<string, ModelUsage> | undefined
  /** Silences it for good; resolves when it is taken down what was heard of the last words. The engines may take longer. */
  close(): Promise<void>
  /** Resolves when the engines are closed, or after so long. */
  closeEngines(mostMs: number): Promise<void>
}

export interface TalkOptions {
  id: string
  agentId: string
  organisationId: string
  persona: Persona
  modality: 'voice' | 'text'
  language: string
  variables: Variables
  engines: readonly Engine[]
  voice: Voice
  log: CallLog
  clock: Clock
  beat: Beat
  newId: () => string
  /** Asks an owner's service for a tool. */
  askService?: AskService
  /** Whether anybody of an organisation watches calls now who may step in. */
  anybodyWatches?: (organisationId: string) => Promise<boolean>
  prices?: Prices
}

const HELD_BACK = {
  error: 'A person of the house has the word just now: do nothing until you are told that the visitor is with you again.',
}

/** What its talk needs of a call. */
interface Around {
  feed: FeedWriter
  note: (type: string, payload?: Record<string, unknown>) => void
  logger: Logger
  report: (what: string) => (error: unknown) => void
  /** Of the leg that the visitor's sound comes from. */
  input: () => AudioFormat | undefined
  passage: Passage
  end: (reason: EndReason, when: 'now' | 'last-words') => void
}

/** Wires the mouth and the tools to the conversation, and the conversation to the engines. */
export function createTalk(o: TalkOptions, call: Around): Talk {
  return new WiredTalk(o, call)
}

// A class: functions of its own would make each call larger.
class WiredTalk implements Talk, MouthEvents {
  readonly conversation: Conversation
  readonly mouth: Mouth
  readonly chain: EngineChain
  readonly tools: Tools
  readonly transcript: Transcript
  readonly #call: Around
  readonly #clock: Clock
  readonly #usage: Usage
  readonly #gone = new AbortController()

  constructor(o: TalkOptions, call: Around) {
    const { clock, id, newId, persona } = o
    const { feed, logger, note, passage, report } = call
    this.#call = call
    this.#clock = clock
    this.#usage = createUsage(o.prices)
    this.transcript = createTranscript({ callId: id, feed, log: o.log, clock, newId })
    const greeting = openingWords(persona, o.variables)
    const { anybodyWatches, askService } = o
    this.tools = createTools({
      specs: persona.tools,
      builtIns: persona.builtInTools,
      feed,
      note,
      clock,
      onEndCall: () => this.conversation.engine({ type: 'hang-up' }),
      onSlow: () => this.conversation.filler(),
      ...(askService ? { askService: (tool, values, signal) => askService({ agentId: o.agentId, tool, arguments: values }, signal) } : {}),
      ...(anybodyWatches ? { anybodyWatches: () => anybodyWatches(o.organisationId) } : {}),
    })
    this.conversation = createConversation({
      persona,
      language: o.language,
      greeting,
      disclosure: persona.disclosure.replace(/\s+/g, ' ').trim(),
      modality: o.modality,
      input: call.input,
      passage,
      talk: this,
      transcript: this.transcript,
      feed,
      note,
      clock,
      newId,
      end: call.end,
      onFault: report('the conversation stumbled'),
    })
    this.mouth = createMouth({
      voice: this.#prepare(o, greeting),
      clock,
      beat: o.beat,
      transcript: this.transcript,
      passage,
      events: this,
    })
    this.chain = createEngineChain({
      engines: o.engines,
      clock,
      passage,
      context: {
        callId: id,
        persona,
        language: o.language,
        variables: o.variables,
        tools: this.tools.specs,
        // An engine that hears may take what visitor and operator say to each other for its own business.
        useTool: (use, signal) => (this.conversation.pause.on ? Promise.resolve(HELD_BACK) : this.tools.use(use, signal)),
      },
      history: this.transcript.heard,
      onStarted: (engine) => note('engine.started', { engine }),
      onEvent: (event) => {
        if (event.type === 'usage') this.#usage.add(event)
        this.conversation.engine(event)
      },
      onHandover: (change) => {
        logger.warn({ from: change.from, to: change.to, fault: change.fault.code }, 'engine handed over')
        return this.conversation.handover(change)
      },
      onExhausted: () => this.#endForTrouble(),
      onFault: report('the engines could not be handed over'),
    })
  }

  count(usage: Parameters<Usage['add']>[0]) {
    this.#usage.add(usage)
  }
  used() {
    return this.#usage.total()
  }
  async close() {
    await this.conversation.close()
    this.tools.close()
    this.#gone.abort()
  }
  async closeEngines(mostMs: number) {
    const late = Promise.withResolvers<void>()
    const cancel = this.#clock.after(mostMs, late.resolve)
    await Promise.race([this.chain.close(), late.promise])
    cancel()
  }

  onBegun(utterance: string) {
    this.conversation.begun(utterance)
  }
  onOver(utterance: string, heard: Parameters<MouthEvents['onOver']>[1]) {
    this.conversation.over(utterance, heard)
  }
  onFault(error: unknown) {
    const { feed, note, report } = this.#call
    report('the voice failed')(error)
    note('voice.failed', { message: String(error) })
    feed.tell({ type: 'error', code: 'voice_failed', message: 'The voice failed: please read on.', retryable: true })
  }

  #prepare({ language, modality, persona, voice }: TalkOptions, greeting: string): Voice {
    if (modality !== 'voice') return voice
    const how = { voice: persona.voice.name, speed: persona.voice.speed, language }
    return prepareVoice(voice, spokenSentences(greeting), how, this.#gone.signal)
  }

  #endForTrouble() {
    const { conversation } = this
    // Operator and visitor talk on without it.
    conversation.pause.onceBack(() => {
      const message = 'The agent cannot answer just now. Please try again later.'
      this.#call.feed.tell({ type: 'error', code: 'provider_unavailable', message, retryable: true })
      conversation.sayAndEnd('trouble', 'error')
    })
  }
}
