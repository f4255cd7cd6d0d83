import type { Content, GenerateContentResponse, GoogleGenAI, Part } from '@google/genai'
import { EngineFailure, failureOfStatus } from '../faults.ts'
import type { ChatMessage, ChatModel, ChatPiece, ChatRequest, ToolUse } from '../text/chat-model.ts'
import { boundedFetch, serviceUrl } from '../text/service.ts'

const SERVICE = 'gemini'
const GOOGLE = 'https://generativelanguage.googleapis.com'
/** Reasons to stop that prove a whole answer, or one that used its length up. */
const COMPLETE = new Set(['STOP', 'MAX_TOKENS'])

/** Gemini's streaming call. The SDK (80 ms, 30 MB) is loaded only where there is a key, and once. */
export function createGeminiModel(o: { apiKey: string; baseUrl: string | undefined; apiVersion: string; model: string }): ChatModel {
  const baseUrl = serviceUrl(o.baseUrl ?? GOOGLE)
  const client = load({ apiKey: o.apiKey, baseUrl, apiVersion: o.apiVersion })
  client.catch(() => undefined) // told to whoever streams
  return {
    async *stream(request, signal) {
      const { models } = await client
      // The SDK leaves the connection open when its reader goes away: abort it ourselves, however this ends.
      const left = new AbortController()
      try {
        const chunks = await models.generateContentStream({
          model: o.model,
          contents: contentsOf(request.messages),
          config: { ...configOf(request), abortSignal: AbortSignal.any([signal, left.signal]) },
        })
        yield* piecesOf(chunks, o.model)
      } catch (error) {
        throw readable(error)
      } finally {
        left.abort()
      }
    },
  }
}

async function load({ apiKey, baseUrl, apiVersion }: { apiKey: string; baseUrl: string; apiVersion: string }): Promise<GoogleGenAI> {
  const { GoogleGenAI } = await import('@google/genai')
  return new GoogleGenAI({ apiKey, vertexai: false, httpOptions: { baseUrl, apiVersion, fetch: boundedFetch(SERVICE) } })
}

function configOf({ system, tools }: ChatRequest) {
  if (tools.length === 0) return { systemInstruction: system }
  const functionDeclarations = tools.map(({ name, description, parameters }) => ({ name, description, parametersJsonSchema: parameters }))
  return { systemInstruction: system, tools: [{ functionDeclarations }] }
}

function contentsOf(messages: readonly ChatMessage[]): Content[] {
  return messages.map((message): Content => {
    if (message.role === 'visitor') return { role: 'user', parts: [{ text: message.text }] }
    if (message.role === 'agent')
      return { role: 'model', parts: [...(message.text === '' ? [] : [{ text: message.text }]), ...message.uses.map(usePart)] }
    return {
      role: 'user',
      parts: message.results.map(({ id, name, result }) => ({ functionResponse: { id, name, response: { output: result } } })),
    }
  })
}

function usePart({ id, name, arguments: args, signature }: ToolUse): Part {
  return { functionCall: { id, name, args }, ...(signature === undefined ? {} : { thoughtSignature: signature }) }
}

/** One message may hold several kinds of parts. The answer is whole only when a chunk says why it stopped. */
async function* piecesOf(chunks: AsyncIterable<GenerateContentResponse>, model: string): AsyncGenerator<ChatPiece> {
  let finished: string | undefined
  let uses = 0
  let usage: ChatPiece | undefined
  for await (const chunk of chunks) {
    const { candidates, promptFeedback, usageMetadata } = chunk
    if (promptFeedback?.blockReason)
      throw new EngineFailure('refused', `${SERVICE} blocked the question: ${promptFeedback.blockReason}`, false)
    const [candidate] = candidates ?? []
    for (const part of candidate?.content?.parts ?? []) {
      if (part.functionCall?.name) {
        const { id, name, args } = part.functionCall
        const use: ToolUse = { id: id ?? `use_${uses}`, name, arguments: args ?? {} }
        uses++
        yield { type: 'use', use: part.thoughtSignature === undefined ? use : { ...use, signature: part.thoughtSignature } }
      } else if (part.text && part.thought !== true) yield { type: 'text', text: part.text }
    }
    // Every chunk repeats the count so far.
    if (usageMetadata) {
      const { promptTokenCount = 0, candidatesTokenCount = 0 } = usageMetadata
      usage = { type: 'usage', inputTokens: promptTokenCount, outputTokens: candidatesTokenCount, model }
    }
    finished = candidate?.finishReason ?? finished
  }
  if (usage) yield usage
  if (finished === undefined) throw new EngineFailure('dropped', `${SERVICE} stopped in the middle of its answer`)
  if (finished.startsWith('MALFORMED') || finished.includes('TOOL_CALL'))
    throw new EngineFailure('malformed', `${SERVICE} stopped: ${finished}`)
  if (!COMPLETE.has(finished)) throw new EngineFailure('refused', `${SERVICE} stopped: ${finished}`, false)
}

/** The SDK's ApiError carries the status and, as its message, the whole JSON body. */
function readable(error: unknown): unknown {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return error
  const [body] = /\{.*\}/s.exec(error.message) ?? []
  return failureOfStatus(SERVICE, error.status, messageIn(body) ?? error.message)
}

function messageIn(body: string | undefined): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body ?? '')
    const { message, status } = (parsed as { error: { message?: unknown; status?: unknown } }).error
    return [status, message].filter((part) => typeof part === 'string').join(' ')
  } catch {
    return undefined
  }
}
