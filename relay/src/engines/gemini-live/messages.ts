import { z } from 'zod'
import { plainSound } from './plain-sound.ts'

/** What one message of the Live API says, piece by piece, in the order in which it matters (PROTOCOLS 5.4). */
export type Piece =
  | { type: 'heard'; text: string; finished: boolean }
  | { type: 'words'; text: string }
  /** PCM16LE mono; good until the next message is read. */
  | { type: 'sound'; bytes: Uint8Array }
  | { type: 'interrupted' }
  | { type: 'generated' }
  | { type: 'turn-over' }
  | { type: 'use'; id: string; name: string; arguments: Record<string, unknown> }
  | { type: 'unuse'; ids: string[] }
  | { type: 'usage'; inputTokens: number; outputTokens: number }
  /** A handle to come back with; undefined: not now. */
  | { type: 'handle'; handle: string | undefined }
  | { type: 'go-away'; leftMs: number }

const transcription = z.object({ text: z.string().optional(), finished: z.boolean().optional() })
const tokens = z.number().nonnegative().optional()

const Message = z.object({
  serverContent: z
    .object({
      modelTurn: z.object({ parts: z.array(z.object({ inlineData: z.object({ data: z.string() }).optional() })).optional() }).optional(),
      interrupted: z.boolean().optional(),
      generationComplete: z.boolean().optional(),
      turnComplete: z.boolean().optional(),
      inputTranscription: transcription.optional(),
      outputTranscription: transcription.optional(),
    })
    .optional(),
  toolCall: z
    .object({
      functionCalls: z
        .array(z.object({ id: z.string().min(1), name: z.string().min(1), args: z.record(z.string(), z.unknown()).optional() }))
        .optional(),
    })
    .optional(),
  toolCallCancellation: z.object({ ids: z.array(z.string()).optional() }).optional(),
  goAway: z.object({ timeLeft: z.union([z.string(), z.number()]).optional() }).optional(),
  sessionResumptionUpdate: z.object({ newHandle: z.string().optional(), resumable: z.boolean().optional() }).optional(),
  usageMetadata: z
    .object({
      promptTokenCount: tokens,
      toolUsePromptTokenCount: tokens,
      responseTokenCount: tokens,
      candidatesTokenCount: tokens,
      thoughtsTokenCount: tokens,
    })
    .optional(),
})
type Message = z.infer<typeof Message>
type Content = NonNullable<Message['serverContent']>

/** 20 ms of sound are longer. */
const SHORT_BYTES = 400

/** The pieces of a text or binary frame; undefined when it is not a message. */
export function decode(frame: unknown): Piece[] | undefined {
  const sound = Buffer.isBuffer(frame) && frame.length > SHORT_BYTES ? plainSound(frame) : undefined
  if (sound) return [{ type: 'sound', bytes: sound }]
  let value: unknown
  try {
    value = JSON.parse(asText(frame))
  } catch {
    return undefined
  }
  return piecesOf(value)
}

/** The pieces of a message that is parsed already; undefined when its shape is wrong. Kinds it does not know say nothing. */
export function piecesOf(value: unknown): Piece[] | undefined {
  const words = plainWords(value)
  if (words !== undefined) return words === '' ? [] : [{ type: 'words', text: words }]
  const message = Message.safeParse(value).data
  if (!message) return undefined
  const pieces: Piece[] = []
  if (message.serverContent) readContent(message.serverContent, pieces)
  for (const { id, name, args } of message.toolCall?.functionCalls ?? []) pieces.push({ type: 'use', id, name, arguments: args ?? {} })
  if (message.toolCallCancellation?.ids?.length) pieces.push({ type: 'unuse', ids: message.toolCallCancellation.ids })
  if (message.usageMetadata) pieces.push(usageOf(message.usageMetadata))
  const update = message.sessionResumptionUpdate
  if (update) pieces.push({ type: 'handle', handle: update.resumable !== false && update.newHandle ? update.newHandle : undefined })
  if (message.goAway) pieces.push({ type: 'go-away', leftMs: durationMs(message.goAway.timeLeft) })
  return pieces
}

/** Of a message that holds the agent's words and nothing else, as nearly all without sound do: some a second and call, so it does without the schema. */
function plainWords(value: unknown): string | undefined {
  const text = soleField(soleField(soleField(value, 'serverContent'), 'outputTranscription'), 'text')
  return typeof text === 'string' ? text : undefined
}

/** Undefined where there is another field beside it. */
function soleField(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  for (const field in value) if (field !== name) return undefined
  return (value as Record<string, unknown>)[name]
}

function readContent(content: Content, pieces: Piece[]): void {
  const { inputTranscription: heard, outputTranscription: words, modelTurn } = content
  const piece: Piece | undefined =
    heard && (heard.text || heard.finished) ? { type: 'heard', text: heard.text ?? '', finished: heard.finished === true } : undefined
  // Words that come with an interruption are the ones that interrupt.
  if (piece && !content.interrupted) pieces.push(piece)
  // Before the sound of the same message, which they belong to.
  if (words?.text) pieces.push({ type: 'words', text: words.text })
  for (const part of modelTurn?.parts ?? []) {
    if (part.inlineData) pieces.push({ type: 'sound', bytes: Buffer.from(part.inlineData.data, 'base64') })
  }
  if (content.interrupted) pieces.push({ type: 'interrupted' })
  if (piece && content.interrupted) pieces.push(piece)
  if (content.generationComplete) pieces.push({ type: 'generated' })
  if (content.turnComplete) pieces.push({ type: 'turn-over' })
}

/** All that is paid for: what tools answered is read, thoughts are written. */
function usageOf(count: NonNullable<Message['usageMetadata']>): Piece {
  const { promptTokenCount = 0, toolUsePromptTokenCount = 0, responseTokenCount, candidatesTokenCount = 0, thoughtsTokenCount = 0 } = count
  return {
    type: 'usage',
    inputTokens: promptTokenCount + toolUsePromptTokenCount,
    outputTokens: (responseTokenCount ?? candidatesTokenCount) + thoughtsTokenCount,
  }
}

function asText(frame: unknown): string {
  if (typeof frame === 'string') return frame
  if (frame instanceof ArrayBuffer) return Buffer.from(frame).toString()
  if (Array.isArray(frame)) return Buffer.concat(frame as Buffer[]).toString()
  return (frame as Buffer).toString()
}

/** `"50s"`, `"1.5s"`; unreadable: at once. */
function durationMs(given: string | number | undefined): number {
  const seconds = typeof given === 'number' ? given : Number(/^(\d+(?:\.\d+)?)s$/.exec(given ?? '')?.[1])
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : 0
}
