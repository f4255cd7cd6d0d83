import { setImmediate as nextRound } from 'node:timers/promises'
import type { Persona } from '../../agents/persona.ts'
import type { Engine, EngineContext, EngineInput, EngineSession } from '../../calls/ports.ts'
import type { Logger } from '../../logger.ts'
import { knowledgeBase } from '../knowledge/index.ts'
import { sentencesOf } from '../knowledge/sentences.ts'
import { createMind } from './mind.ts'
import { withWhatIsTold } from './told.ts'

/**
 * The agent that needs no account: answers from the persona's knowledge, or says that it does not know and what it does. It hears typed
 * text and keys. It keeps no context of its own but the last question and answer and what it is told, so it is also the fallback that always works.
 */
export function offline(o: { logger: Logger; stallMs?: number }): Engine {
  return {
    name: 'offline',
    hears: 'text',
    speaks: 'text',
    stallMs: o.stallMs ?? 2000,
    availability: () => ({ ok: true }),
    start: (context) => startSession(context, o.logger),
  }
}

/** An objection is answered like a question that the owner has answered. */
function withObjections({ knowledge, manner }: Persona): Persona['knowledge'] {
  if (manner.objections.length === 0) return knowledge
  const answered = manner.objections.map(({ objection, answer }) => ({ question: objection, answer }))
  return { ...knowledge, questions: [...knowledge.questions, ...answered] }
}

/** Waiting for a turn, answering one, or over. */
type State = { is: 'listening' } | { is: 'answering'; utterance: string; stop: AbortController } | { is: 'closed' }

async function startSession(context: EngineContext, logger: Logger): Promise<EngineSession> {
  const { persona, language, variables, history } = context
  const said = history.findLast((entry) => entry.role === 'agent')?.text
  const asked = history.findLast((entry) => entry.role === 'visitor')?.text
  const knowledge = withWhatIsTold(await knowledgeBase(withObjections(persona)))
  const mind = createMind({
    persona,
    knowledge,
    language,
    variables,
    ...(said === undefined ? {} : { lastSaid: said }),
    ...(asked === undefined ? {} : { lastAsked: asked }),
  })
  let state: State = context.signal.aborted ? { is: 'closed' } : { is: 'listening' }

  const stopAnswer = () => {
    if (state.is === 'answering') state.stop.abort()
  }
  const close = () => {
    stopAnswer()
    state = { is: 'closed' }
    context.signal.removeEventListener('abort', close)
  }
  context.signal.addEventListener('abort', close, { once: true })

  function turn(input: Extract<EngineInput, { type: 'turn' }>): void {
    stopAnswer()
    const stop = new AbortController()
    state = { is: 'answering', utterance: input.utterance, stop }
    answer(input, stop.signal).catch((error: unknown) => {
      if (stop.signal.aborted) return
      logger.error({ err: error, callId: context.callId }, 'the offline agent failed')
      close()
      context.emit({ type: 'failed', fault: { code: 'malformed', message: 'The offline agent could not answer', retryable: true } })
    })
  }

  /** A sentence at a time, each in a round of its own, so that an interruption comes between them. */
  async function answer(input: Extract<EngineInput, { type: 'turn' }>, stopped: AbortSignal): Promise<void> {
    const { utterance } = input
    await knowledge.ready()
    if (stopped.aborted) return
    const reply = mind.reply(input)
    for (const [at, sentence] of sentencesOf(reply.text).entries()) {
      await nextRound()
      if (stopped.aborted) return
      context.emit({ type: 'text', utterance, text: at === 0 ? sentence : ` ${sentence}` })
    }
    await nextRound()
    if (stopped.aborted) return
    // Before `done`, which may make the call close this session.
    if (reply.hangUp) context.emit({ type: 'hang-up' })
    if (stopped.aborted) return
    state = { is: 'listening' }
    context.emit({ type: 'done', utterance })
  }

  return {
    take(input) {
      if (state.is === 'closed') return
      knowledge.take(input)
      if (input.type === 'turn') turn(input)
      else if (input.type === 'interrupted' && state.is === 'answering' && state.utterance === input.utterance) {
        stopAnswer()
        state = { is: 'listening' }
      }
    },
    async close() {
      close()
    },
  }
}
