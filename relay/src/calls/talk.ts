import type { Persona } from '../agents/persona.ts'
import type { Logger } from '../logger.ts'
import type { EndReason, ModelUsage, Variables } from '../protocol/index.ts'
import type { Beat } from './beat.ts'
import { type Conversation, createConversation } from './conversation.ts'
import type { FeedWriter } from './feed.ts'
import { createEngineChain, type EngineChain } from './handover.ts'
import { createMouth, type Mouth } from './mouth.ts'
import { openingWords, spokenSentences } from './opening.ts'
import type { Passage } from './passage.ts'
import type { AudioFormat, CallLog, Clock, Engine, Voice } from './ports.ts'
import { prepareVoice } from './prepared-voice.ts'
import type { AskService } from './tools/http.ts'
import { createTools, type Tools } from './tools/index.ts'
import { createTranscript, type Transcript } from './transcript.ts'
import { createUsage, type Prices } from './usage.ts'

/** What one call says and hears. */
export interface Talk {
  readonly conversation: Conversation
  readonly mouth: Mouth
  readonly chain: EngineChain
  readonly tools: Tools
  readonly transcript: Transcript
  /** What a model used outside the agent's own session. */
  count(usage: Parameters<ReturnType<typeof createUsage>['add']>[0]): void
  used(): Record<string, ModelUsage> | undefined
  /** Silences it for good; resolves when it is taken down what was heard of the last words. The engines may take longer. */
  close(): Promise<void>
  /** Resolves when the engines are closed, or after so long. */
  closeEngines(mostMs: number): Promise<void>
}

export interface TalkOptions {
  id: string
  agentId: string
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
  prices?: Prices
}

const HELD_BACK = {
  error: 'A person of the house has the word just now: do nothing until you are told that the visitor is with you again.',
}

/** Wires the mouth and the tools to the conversation, and the conversation to the engines. */
export function createTalk(
  o: TalkOptions,
  call: {
    feed: FeedWriter
    note: (type: string, payload?: Record<string, unknown>) => void
    logger: Logger
    report: (what: string) => (error: unknown) => void
    /** Of the leg that the visitor's sound comes from. */
    input: () => AudioFormat | undefined
    passage: Passage
    end: (reason: EndReason, when: 'now' | 'last-words') => void
  },
): Talk {
  const { askService, clock, id, log, newId, persona } = o
  const { feed, logger, note, passage, report } = call
  const transcript = createTranscript({ callId: id, feed, log, clock, newId })
  const usage = createUsage(o.prices)
  const gone = new AbortController()

  const greeting = openingWords(persona, o.variables)
  const how = { voice: persona.voice.name, speed: persona.voice.speed, language: o.language }
  const voice = o.modality === 'voice' ? prepareVoice(o.voice, spokenSentences(greeting), how, gone.signal) : o.voice

  const tools = createTools({
    specs: persona.tools,
    builtIns: persona.builtInTools,
    feed,
    note,
    clock,
    onEndCall: () => conversation.engine({ type: 'hang-up' }),
    onSlow: () => conversation.filler(),
    ...(askService ? { askService: (tool, values, signal) => askService({ agentId: o.agentId, tool, arguments: values }, signal) } : {}),
  })
  const conversation = createConversation({
    persona,
    language: o.language,
    greeting,
    disclosure: persona.disclosure.replace(/\s+/g, ' ').trim(),
    modality: o.modality,
    input: call.input,
    passage,
    mouth: () => mouth,
    chain: () => chain,
    transcript,
    feed,
    note,
    clock,
    newId,
    end: call.end,
    onFault: report('the conversation stumbled'),
  })
  const mouth = createMouth({
    voice,
    clock,
    beat: o.beat,
    transcript,
    passage,
    events: {
      onBegun: conversation.begun,
      onOver: conversation.over,
      onFault(error) {
        report('the voice failed')(error)
        note('voice.failed', { message: String(error) })
        feed.tell({ type: 'error', code: 'voice_failed', message: 'The voice failed: please read on.', retryable: true })
      },
    },
  })
  const chain = createEngineChain({
    engines: o.engines,
    clock,
    passage,
    context: {
      callId: id,
      persona,
      language: o.language,
      variables: o.variables,
      tools: tools.specs,
      // An engine that hears may take what visitor and operator say to each other for its own business.
      useTool: (use, signal) => (conversation.pause.on ? Promise.resolve(HELD_BACK) : tools.use(use, signal)),
    },
    history: transcript.heard,
    onStarted: (engine) => note('engine.started', { engine }),
    onEvent(event) {
      if (event.type === 'usage') usage.add(event)
      conversation.engine(event)
    },
    onHandover(change) {
      logger.warn({ from: change.from, to: change.to, fault: change.fault.code }, 'engine handed over')
      return conversation.handover(change)
    },
    onExhausted() {
      // Operator and visitor talk on without it.
      conversation.pause.onceBack(() => {
        const message = 'The agent cannot answer just now. Please try again later.'
        feed.tell({ type: 'error', code: 'provider_unavailable', message, retryable: true })
        conversation.sayAndEnd('trouble', 'error')
      })
    },
    onFault: report('the engines could not be handed over'),
  })

  return {
    conversation,
    mouth,
    chain,
    tools,
    transcript,
    count: usage.add,
    used: usage.total,
    async close() {
      await conversation.close()
      tools.close()
      gone.abort()
    },
    async closeEngines(mostMs) {
      const late = Promise.withResolvers<void>()
      const cancel = clock.after(mostMs, late.resolve)
      await Promise.race([chain.close(), late.promise])
      cancel()
    },
  }
}
