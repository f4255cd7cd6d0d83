import { randomBytes } from 'node:crypto'
import type { EngineContext, EngineInput, EngineSession } from '../../calls/ports.ts'
import type { Logger } from '../../logger.ts'
import { briefingText } from '../briefing.ts'
import { EngineFailure, failureOf } from '../faults.ts'
import { answerToKeys } from '../key-answer.ts'
import { knowledgeBase } from '../knowledge/index.ts'
import { fillVariables } from '../variables.ts'
import type { ChatModel, ToolResult, ToolUse } from './chat-model.ts'
import { createDialogue } from './dialogue.ts'
import { knowledgeFor, systemPrompt } from './prompt.ts'

type Turn = Extract<EngineInput, { type: 'turn' }>

/** Waiting for a turn, answering one, or over. */
type State = { is: 'listening' } | { is: 'answering'; utterance: string; stop: AbortController } | { is: 'closed' }

/** Requests a turn may make: the answer, and one after each round of tools. */
const MAX_ROUNDS = 5
/** About five minutes of speech: nobody listens longer. */
const MAX_ANSWER = 6000
const MAX_NOTES = 50
/** The call's own tool that ends it. */
const END_CALL = 'end_call'

/** One call's talk with a language model: one turn at a time, its tools, its context as heard. */
export async function startTextSession(o: {
  service: string
  model: ChatModel
  context: EngineContext
  logger: Logger
}): Promise<EngineSession> {
  const { context, model, service } = o
  const { persona, language, variables } = context
  const knowledge = await knowledgeBase(persona.knowledge)
  const dialogue = createDialogue(context.history)
  const notes: string[] = []
  const whispers: string[] = []
  const briefings: string[] = []
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

  function begin(turn: Turn): void {
    stopAnswer()
    const stop = new AbortController()
    state = { is: 'answering', utterance: turn.utterance, stop }
    answer(turn, stop.signal)
      .then(() => {
        if (stop.signal.aborted) return
        state = { is: 'listening' }
        context.emit({ type: 'done', utterance: turn.utterance })
      })
      .catch((error: unknown) => {
        if (stop.signal.aborted) return
        const { fault } = failureOf(service, error)
        // The vendor's own words may quote the prompt: they are sealed with the call, not logged.
        o.logger.warn({ callId: context.callId, engine: service, fault: fault.code }, 'the engine failed')
        close()
        context.emit({ type: 'failed', fault })
      })
  }

  async function answer(turn: Turn, signal: AbortSignal): Promise<void> {
    const { utterance } = turn
    const question = turn.by === 'keys' ? pressed(turn) : turn.text
    if (question === undefined) return
    dialogue.visitor(question)
    const system = systemPrompt({
      persona,
      language,
      variables,
      notes,
      whispers,
      briefings,
      knowledge: knowledgeFor(knowledge, question, dialogue.previousQuestion()),
      nowMs: context.clock.nowMs(),
    })
    let spoken = ''
    for (let round = 1; round <= MAX_ROUNDS; round++) {
      const uses: ToolUse[] = []
      const request = { system, messages: dialogue.messages(), tools: round < MAX_ROUNDS ? context.tools : [] }
      for await (const piece of model.stream(request, signal)) {
        if (signal.aborted) return
        if (piece.type === 'use') uses.push(piece.use)
        else if (piece.type === 'usage') context.emit(piece)
        else {
          const text = spoken === '' ? piece.text.trimStart() : piece.text
          if (text === '') continue
          spoken += text
          dialogue.said(utterance, text)
          context.emit({ type: 'text', utterance, text })
          if (spoken.length > MAX_ANSWER) return
        }
      }
      if (signal.aborted) return
      if (uses.length === 0) break
      dialogue.used(utterance, uses, await useTools(uses, signal))
      if (signal.aborted) return
      // A goodbye needs no comment; what another tool gave does, also when it is the call's own.
      if (spoken !== '' && uses.every((use) => use.name === END_CALL)) return
      // The words before a tool and those after it are two sentences.
      if (spoken !== '' && !/\s$/.test(spoken)) {
        spoken += ' '
        dialogue.said(utterance, ' ')
        context.emit({ type: 'text', utterance, text: ' ' })
      }
    }
    if (spoken === '') throw new EngineFailure('malformed', `${service} answered nothing`)
  }

  /** Each use runs once, under an id of ours: some servers number the uses of every answer alike. */
  function useTools(uses: readonly ToolUse[], signal: AbortSignal): Promise<ToolResult[]> {
    return Promise.all(
      uses.map(async ({ id, name, arguments: values }) => {
        if (!context.tools.some((tool) => tool.name === name)) return { id, name, result: { error: `There is no tool ${name}` } }
        const result = await context.useTool({ id: `tool_${randomBytes(9).toString('base64url')}`, name, arguments: values }, signal)
        return { id, name, result }
      }),
    )
  }

  /** A key of the menu gets the owner's own words, without the model; others are told to it. Undefined when it is answered. */
  function pressed(turn: Turn): string | undefined {
    const key = answerToKeys(context, turn.text)
    if (key.is === 'question') return key.text
    sayOwn(turn, key.text)
    if (key.ends) context.emit({ type: 'hang-up' })
    return undefined
  }

  function sayOwn(turn: Turn, text: string): void {
    dialogue.visitor(`(The visitor pressed ${turn.text} on the keypad.)`)
    dialogue.said(turn.utterance, text)
    context.emit({ type: 'text', utterance: turn.utterance, text })
  }

  return {
    take(input) {
      if (state.is === 'closed') return
      if (input.type === 'turn') begin(input)
      else if (input.type === 'briefing') briefings.push(briefingText(input))
      else if (input.type === 'context' || input.type === 'whisper') {
        const told = input.type === 'context' ? notes : whispers
        told.push(input.type === 'context' ? fillVariables(input.text, variables) : input.text)
        if (told.length > MAX_NOTES) told.shift()
      } else if (input.type === 'interrupted') {
        dialogue.heard(input.utterance, input.heard)
        if (state.is !== 'answering' || state.utterance !== input.utterance) return
        stopAnswer()
        state = { is: 'listening' }
      }
    },
    async close() {
      close()
    },
  }
}
