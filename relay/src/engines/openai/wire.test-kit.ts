import type { Wire } from '../far-end.test-kit.ts'

/** OpenAI's chat completions as a server writes them (PROTOCOLS 8.1). */
interface Message {
  role: string
  content: string | null
  tool_calls?: { id: string; function: { name: string; arguments: string } }[]
  tool_call_id?: string
}

const data = (value: object) => `data: ${JSON.stringify(value)}\n\n`
const chunk = (delta: object, finish_reason: string | null = null) =>
  data({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }] })
const ROLES: Record<string, 'visitor' | 'agent' | 'tools'> = { user: 'visitor', assistant: 'agent', tool: 'tools' }

export function createOpenAiWire(): Wire {
  let uses = 0
  return {
    read(body) {
      uses = 0
      const [first, ...rest] = body.messages as Message[]
      if (first?.role !== 'system') throw new Error('the first message is the system’s')
      if (body.stream !== true) throw new Error('not a stream')
      return {
        system: first.content ?? '',
        messages: rest.map(({ role, content, tool_calls }) => ({
          role: ROLES[role] ?? 'tools',
          text: content ?? JSON.stringify(tool_calls),
        })),
        tools: ((body.tools ?? []) as { function: { name: string } }[]).map((tool) => tool.function.name),
      }
    },
    say: (content) => chunk({ content }),
    use({ id, name, arguments: values }) {
      const index = uses++
      const text = JSON.stringify(values)
      const half = Math.ceil(text.length / 2)
      return [
        chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
        chunk({ tool_calls: [{ index, function: { arguments: text.slice(0, half) } }] }),
        chunk({ tool_calls: [{ index, function: { arguments: text.slice(half) } }] }),
      ].join('')
    },
    stop: (reason) =>
      chunk({}, reason ?? (uses > 0 ? 'tool_calls' : 'stop')) +
      data({
        id: 'c1',
        object: 'chat.completion.chunk',
        created: 1,
        model: 'm',
        choices: [],
        usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
      }) +
      'data: [DONE]\n\n',
  }
}
