import { z } from 'zod'
import type { ToolSpec } from '../../agents/persona.ts'
import { EngineFailure, failureOfStatus } from '../faults.ts'
import type { ChatMessage, ChatPiece, ToolUse } from '../text/chat-model.ts'

/** OpenAI's chat completions on the wire: what is sent, and what a stream of chunks means. Pure, no network. */

export function messagesOf(system: string, messages: readonly ChatMessage[]): object[] {
  const out: object[] = [{ role: 'system', content: system }]
  for (const message of messages) {
    if (message.role === 'visitor') out.push({ role: 'user', content: message.text })
    else if (message.role === 'tools')
      for (const { id, result } of message.results) out.push({ role: 'tool', tool_call_id: id, content: JSON.stringify(result ?? null) })
    else if (message.uses.length === 0) out.push({ role: 'assistant', content: message.text })
    else {
      const tool_calls = message.uses.map(({ id, name, arguments: values }) => ({
        id,
        type: 'function',
        function: { name, arguments: JSON.stringify(values) },
      }))
      out.push({ role: 'assistant', content: message.text === '' ? null : message.text, tool_calls })
    }
  }
  return out
}

export function toolsOf(tools: readonly ToolSpec[]): object[] {
  return tools.map(({ name, description, parameters }) => ({ type: 'function', function: { name, description, parameters } }))
}

/** Servers differ: whatever is not what it should be counts as absent. */
const words = z.string().optional().catch(undefined)
const tokens = z.number().nonnegative().catch(0)
const ToolDelta = z
  .object({
    index: z.number().optional().catch(undefined),
    id: words,
    function: z
      .object({
        name: words,
        arguments: z
          .union([z.string(), z.record(z.string(), z.unknown())])
          .optional()
          .catch(undefined),
      })
      .optional()
      .catch(undefined),
  })
  .catch({})
type ToolDelta = z.infer<typeof ToolDelta>
const Delta = z
  .object({ content: words, refusal: words, tool_calls: z.array(ToolDelta).optional().catch(undefined) })
  .optional()
  .catch(undefined)
/** `message` is the whole answer, from servers that do not stream. */
const Choice = z.object({ delta: Delta, message: Delta, finish_reason: words }).catch({})
const Chunk = z.object({
  model: words,
  error: z.unknown().optional(),
  usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }).optional().catch(undefined),
  choices: z.array(Choice).optional().catch(undefined),
})

/** Puts one answer together from its chunks. */
export interface Assembly {
  /** One `data:` line. Gives what can be passed on at once. Throws EngineFailure. */
  take(data: string): ChatPiece[]
  /** `[DONE]` or a finish reason was seen. */
  readonly complete: boolean
  /** The stream is over: tool uses, whole now. Throws EngineFailure `dropped` when it was not complete. */
  finish(): ChatPiece[]
}

interface Slot {
  index: number
  id: string
  name: string
  arguments: string
}

const MAX_USES = 16
const MAX_ARGUMENTS = 256 * 1024

export function createAssembly(service: string): Assembly {
  const slots: Slot[] = []
  let complete = false
  let reason: string | undefined

  /** By `index`; some servers leave it out (0 is meant), and some then tell calls apart only by a new id. */
  function slotFor(delta: ToolDelta): Slot {
    const current = slots.at(-1)
    const isNext = current !== undefined && current.id !== '' && delta.id !== undefined && delta.id !== '' && delta.id !== current.id
    const index = delta.index ?? (current?.index ?? 0) + (isNext ? 1 : 0)
    const found = slots.find((slot) => slot.index === index)
    if (found) return found
    if (slots.length >= MAX_USES) throw new EngineFailure('malformed', `${service} used more than ${MAX_USES} tools at once`)
    const made = { index, id: '', name: '', arguments: '' }
    slots.push(made)
    return made
  }

  function addTool(delta: ToolDelta): void {
    const slot = slotFor(delta)
    // Id and name come in the first piece; servers that repeat them mean the same ones.
    if (slot.id === '') slot.id = delta.id ?? ''
    if (slot.name === '') slot.name = delta.function?.name ?? ''
    const more = delta.function?.arguments
    if (typeof more === 'string') slot.arguments += more
    else if (more) slot.arguments = JSON.stringify(more)
    if (slot.arguments.length > MAX_ARGUMENTS) throw new EngineFailure('malformed', `${service} sent endless tool arguments`)
  }

  return {
    get complete() {
      return complete
    },
    take(data) {
      if (data.trim() === '[DONE]') {
        complete = true
        return []
      }
      const { data: chunk } = Chunk.safeParse(JSON.parse(data))
      if (!chunk) throw new EngineFailure('malformed', `${service} sent what is no chunk`)
      if (chunk.error) throw failureInStream(service, chunk.error)
      const pieces: ChatPiece[] = []
      const [choice] = chunk.choices ?? []
      const delta = choice?.delta ?? choice?.message
      for (const text of [delta?.content, delta?.refusal]) if (text) pieces.push({ type: 'text', text })
      for (const tool of delta?.tool_calls ?? []) addTool(tool)
      if (choice?.finish_reason) {
        reason = choice.finish_reason
        complete = true
      }
      if (chunk.usage) {
        const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = chunk.usage
        pieces.push({ type: 'usage', inputTokens, outputTokens, model: chunk.model ?? '' })
      }
      return pieces
    },
    finish() {
      if (!complete) throw new EngineFailure('dropped', `${service} stopped in the middle of its answer`)
      if (reason === 'content_filter') throw new EngineFailure('refused', `${service} filtered its answer`, false)
      return slots.filter((slot) => slot.name !== '').map((slot) => ({ type: 'use', use: useOf(service, slot) }))
    },
  }
}

function useOf(service: string, slot: Slot): ToolUse {
  const id = slot.id === '' ? `use_${slot.index}` : slot.id
  const parsed: unknown = slot.arguments.trim() === '' ? {} : parse(service, slot.arguments)
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed))
    throw new EngineFailure('malformed', `${service} gave ${slot.name} arguments that are no object`)
  return { id, name: slot.name, arguments: parsed as Record<string, unknown> }
}

function parse(service: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new EngineFailure('malformed', `${service} gave a tool arguments that cannot be read`)
  }
}

const Fault = z.object({ type: z.unknown().optional(), code: z.unknown().optional(), message: z.unknown().optional() })

/** An error inside a stream has no status: its code and type say what it is. */
function failureInStream(service: string, error: unknown): EngineFailure {
  const { type, code, message } = Fault.safeParse(error).data ?? { type: '', code: '', message: error }
  const said = [type, code, message].filter((part) => typeof part === 'string' || typeof part === 'number').join(' ')
  const status = Number(code)
  if (Number.isInteger(status) && status >= 400) return failureOfStatus(service, status, said)
  if (/auth|permission|api.?key/i.test(said)) return failureOfStatus(service, 401, said)
  return failureOfStatus(service, /quota|rate.?limit|insufficient/i.test(said) ? 429 : 500, said)
}

const ErrorBody = z.object({ error: z.union([z.string(), z.object({ message: words, code: words })]) })

/** The message in an error body, if it is one. */
export function errorMessage(body: string): string {
  try {
    const { error } = ErrorBody.parse(JSON.parse(body))
    if (typeof error === 'string') return error
    return [error.code, error.message].filter((part) => part !== undefined).join(' ')
  } catch {
    return body.slice(0, 200)
  }
}
