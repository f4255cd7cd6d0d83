import { createParser } from 'eventsource-parser'
import { EngineFailure, failureOfStatus } from '../faults.ts'
import type { ChatModel, ChatPiece, ChatRequest } from '../text/chat-model.ts'
import { boundedFetch, serviceUrl } from '../text/service.ts'
import { createAssembly, errorMessage, messagesOf, toolsOf } from './wire.ts'

/** Longest line of a stream. */
const MAX_EVENT = 512 * 1024
const MAX_ERROR = 4096

/** The streaming call of an OpenAI-compatible server. */
export function createChatCompletions(o: { service: string; apiKey: string; baseUrl: string; model: string }): ChatModel {
  const { service } = o
  const url = `${serviceUrl(o.baseUrl)}/chat/completions`
  const request = boundedFetch(service)
  /** Asked for the usage until the server says that it does not know the option. */
  let asksUsage = true

  async function post({ system, messages, tools }: ChatRequest, signal: AbortSignal): Promise<Response> {
    const body = {
      model: o.model,
      messages: messagesOf(system, messages),
      ...(tools.length === 0 ? {} : { tools: toolsOf(tools) }),
      stream: true,
      ...(asksUsage ? { stream_options: { include_usage: true } } : {}),
    }
    return request(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${o.apiKey}`, 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify(body),
      signal,
    })
  }

  async function open(chat: ChatRequest, signal: AbortSignal): Promise<Response> {
    const response = await post(chat, signal)
    if (response.ok) return response
    const text = (await response.text()).slice(0, MAX_ERROR)
    if (response.status === 400 && asksUsage && text.includes('stream_options')) {
      asksUsage = false
      return open(chat, signal)
    }
    throw failureOfStatus(service, response.status, errorMessage(text))
  }

  return {
    async *stream(chat, signal) {
      // However this ends, the connection goes with it.
      const left = new AbortController()
      try {
        const response = await open(chat, AbortSignal.any([signal, left.signal]))
        yield* read(service, response)
      } finally {
        left.abort()
      }
    },
  }
}

async function* read(service: string, response: Response): AsyncGenerator<ChatPiece> {
  const assembly = createAssembly(service)
  if (!response.headers.get('content-type')?.includes('event-stream') && response.headers.get('content-type')?.includes('json')) {
    // A server that does not stream answers the whole at once.
    yield* assembly.take(await response.text())
    yield* assembly.finish()
    return
  }
  for await (const data of eventsOf(service, response.body ?? [])) {
    yield* assembly.take(data)
    if (data.trim() === '[DONE]') break
  }
  yield* assembly.finish()
}

/** The `data` of every event, whatever the bytes' splits. Throws EngineFailure when one event grows beyond the limit. */
export async function* eventsOf(service: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let ready: string[] = []
  let failed: EngineFailure | undefined
  const parser = createParser({
    maxBufferSize: MAX_EVENT,
    onEvent: ({ data }) => ready.push(data),
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') failed = new EngineFailure('malformed', `${service} sent an endless event`)
    },
  })
  const take = () => {
    const taken = ready
    ready = []
    return taken
  }
  for await (const chunk of chunks) {
    parser.feed(decoder.decode(chunk, { stream: true }))
    yield* take()
    if (failed) throw failed
  }
  // Some servers leave the blank line behind their last event out.
  parser.feed(`${decoder.decode()}\n\n`)
  yield* take()
}
