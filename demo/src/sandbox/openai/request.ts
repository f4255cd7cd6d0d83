import { z } from 'zod'
import type { Prompt } from '../responder.ts'

/** Body of `POST /v1/chat/completions` (PROTOCOLS 8.1). */

const Words = z.union([z.string(), z.array(z.strictObject({ type: z.literal('text'), text: z.string() })).min(1)])
const text = (content: z.infer<typeof Words> | null | undefined) =>
  typeof content === 'string' ? content : (content ?? []).map((part) => part.text).join('')

const ToolCall = z.strictObject({
  id: z.string().min(1),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string().min(1), arguments: z.string() }),
})

const Message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: Words, name: z.string().optional() }),
  z.strictObject({ role: z.literal('developer'), content: Words, name: z.string().optional() }),
  z.strictObject({ role: z.literal('user'), content: Words, name: z.string().optional() }),
  z
    .strictObject({
      role: z.literal('assistant'),
      content: Words.nullish(),
      refusal: z.string().nullish(),
      name: z.string().optional(),
      tool_calls: z.array(ToolCall).min(1).optional(),
    })
    .refine((message) => message.tool_calls || message.content, { message: 'expected content or tool_calls' }),
  z.strictObject({ role: z.literal('tool'), content: Words, tool_call_id: z.string().min(1) }),
])
type Message = z.infer<typeof Message>

export const ChatCompletion = z.looseObject({
  model: z.string().min(1, 'you must provide a model parameter'),
  messages: z.array(Message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_usage: z.boolean().optional(), include_obfuscation: z.boolean().optional() }).nullish(),
  tools: z
    .array(
      z.strictObject({
        type: z.literal('function'),
        function: z.strictObject({
          name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
          description: z.string().optional(),
          parameters: z.record(z.string(), z.unknown()).optional(),
          strict: z.boolean().nullish(),
        }),
      }),
    )
    .min(1)
    .optional(),
})
export type ChatCompletion = z.infer<typeof ChatCompletion>

/** Rules beyond the shape; the first broken one as `{param, message}`. */
export function brokenRule(body: ChatCompletion): { param: string; message: string } | undefined {
  if (body.stream_options && !body.stream) {
    return { param: 'stream_options', message: "The 'stream_options' parameter is only allowed when 'stream' is enabled." }
  }
  let open: string[] = []
  for (const [at, message] of body.messages.entries()) {
    const param = `messages.[${at}].role`
    if (message.role === 'tool') {
      if (!open.includes(message.tool_call_id)) {
        return {
          param,
          message: "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
        }
      }
      open = open.filter((id) => id !== message.tool_call_id)
    } else if (open.length) return { param, message: unanswered(open) }
    if (message.role === 'assistant') open = message.tool_calls?.map((call) => call.id) ?? []
  }
  return open.length ? { param: 'messages', message: unanswered(open) } : undefined
}

const unanswered = (ids: string[]) =>
  `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${ids.join(', ')}`

export function promptOf(body: ChatCompletion): Prompt {
  const { messages } = body
  const lastOther = messages.findLastIndex((message) => message.role !== 'tool')
  return {
    system: messages
      .filter((message) => message.role === 'system' || message.role === 'developer')
      .map((message) => text(message.content))
      .join('\n'),
    turns: messages
      .filter((message) => message.role === 'user' || message.role === 'assistant')
      .map((message) => ({ who: message.role === 'user' ? ('person' as const) : ('model' as const), text: text(message.content) }))
      .filter((turn) => turn.text),
    tools: (body.tools ?? []).map((tool) => tool.function.name),
    results: messages.slice(lastOther + 1).flatMap((message) => (message.role === 'tool' ? [resultOf(message, messages)] : [])),
  }
}

function resultOf(message: Extract<Message, { role: 'tool' }>, all: Message[]): { name: string; result: unknown } {
  const calls = all.flatMap((each) => (each.role === 'assistant' ? (each.tool_calls ?? []) : []))
  const name = calls.find((call) => call.id === message.tool_call_id)?.function.name ?? ''
  const content = text(message.content)
  try {
    return { name, result: JSON.parse(content) }
  } catch {
    return { name, result: content }
  }
}
