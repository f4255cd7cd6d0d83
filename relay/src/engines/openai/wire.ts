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

interface ToolDelta {
  index?: unknown
  id?: unknown
  function?: { name?: unknown; arguments?: unknown } | null
}

interface Chunk {
  model?: unknown
  error?: unknown
  usage?: { prompt_tokens?: unknown; completion_tokens?: unknown } | null
  choices?: {
    delta?: { content?: unknown; refusal?: unknown; tool_calls?: ToolDelta[] | null } | null
    /** The whole message, from servers that do not stream. */
    message?: { content?: unknown; refusal?: unknown; tool_calls?: ToolDelta[] | null } | null
    finish_reason?: unknown
  }[]
}

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
    const id = typeof delta.id === 'string' ? delta.id : ''
    const current = slots.at(-1)
    const named = typeof delta.index === 'number'
    const index = named
      ? (delta.index as number)
      : id !== '' && current && current.id !== '' && current.id !== id
        ? current.index + 1
        : (current?.index ?? 0)
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
    if (slot.id === '' && typeof delta.id === 'string') slot.id = delta.id
    if (slot.name === '' && typeof delta.function?.name === 'string') slot.name = delta.function.name
    const more = delta.function?.arguments
    if (typeof more === 'string') slot.arguments += more
    else if (more && typeof more === 'object') slot.arguments = JSON.stringify(more)
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
      const chunk = JSON.parse(data) as Chunk | null
      if (chunk === null || typeof chunk !== 'object') throw new EngineFailure('malformed', `${service} sent what is no chunk`)
      if (chunk.error) throw failureInStream(service, chunk.error)
      const pieces: ChatPiece[] = []
      const [choice] = Array.isArray(chunk.choices) ? chunk.choices : []
      const delta = choice?.delta ?? choice?.message
      for (const text of [delta?.content, delta?.refusal]) if (typeof text === 'string' && text !== '') pieces.push({ type: 'text', text })
      for (const tool of Array.isArray(delta?.tool_calls) ? delta.tool_calls : []) addTool(tool)
      if (typeof choice?.finish_reason === 'string') {
        reason = choice.finish_reason
        complete = true
      }
      if (chunk.usage) {
        const { prompt_tokens: input, completion_tokens: output } = chunk.usage
        const model = typeof chunk.model === 'string' ? chunk.model : ''
        pieces.push({ type: 'usage', inputTokens: Number(input) || 0, outputTokens: Number(output) || 0, model })
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

/** An error inside a stream has no status: its code and type say what it is. */
function failureInStream(service: string, error: unknown): EngineFailure {
  const { message, code, type } = typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : { message: error }
  const words = [type, code, message].filter((part) => typeof part === 'string' || typeof part === 'number').join(' ')
  const status = Number(code)
  if (Number.isInteger(status) && status >= 400) return failureOfStatus(service, status, words)
  if (/auth|permission|api.?key/i.test(words)) return failureOfStatus(service, 401, words)
  if (/quota|rate.?limit|insufficient/i.test(words)) return failureOfStatus(service, 429, words)
  return new EngineFailure('unavailable', failureOfStatus(service, 500, words).message.replace('answered 500', 'failed while answering'))
}

/** The message in an error body, if it is one. */
export function errorMessage(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: { message?: unknown; code?: unknown } | string }
    if (typeof error === 'string') return error
    return [error?.code, error?.message].filter((part) => typeof part === 'string').join(' ')
  } catch {
    return body.slice(0, 200)
  }
}
