import { z } from 'zod'
import { Entry } from './entry.ts'
import { isShallow, TOO_DEEP } from './nesting.ts'
import { CALL_STATUSES, CONVERSATION_STATES, END_REASONS } from './words.ts'

/** The media socket's text frames (CONTRACT section 5). Binary frames are audio in the format the call was opened with. */

export const MAX_TEXT_FRAME_BYTES = 64 * 1024
export const MAX_AUDIO_FRAME_MS = 100

/** Close codes of the media socket. */
export const CLOSE = { badToken: 4401, unknownCall: 4404, replaced: 4409, abuse: 1008, overload: 1013, fault: 1011, normal: 1000 } as const

const text = z.string().max(MAX_TEXT_FRAME_BYTES)
const MOST_NAME = 64
const name = z.string().min(1).max(MOST_NAME)
const playedMs = z.number().nonnegative().finite()

export const ToRelay = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: text.min(1) }),
  /** What the page's own recogniser understood: interim while the visitor speaks, `final` once they are through. */
  z.object({ type: z.literal('recognised'), text: text.min(1), final: z.boolean() }),
  z.object({ type: z.literal('dtmf'), digits: z.string().regex(/^[0-9A-D*#w]{1,32}$/) }),
  z.object({ type: z.literal('mute'), muted: z.boolean() }),
  z.object({ type: z.literal('interrupt') }),
  z.object({ type: z.literal('context'), text: text.min(1) }),
  z.object({ type: z.literal('mark'), utterance: name, name }),
  z.object({ type: z.literal('played'), utterance: name, ms: playedMs }),
  z.object({ type: z.literal('tool-result'), id: name, result: z.unknown().refine(isShallow, TOO_DEEP) }),
  z.object({
    type: z.literal('feedback'),
    score: z.number(),
    issue: z.string().max(64).optional(),
    comment: z.string().max(2000).optional(),
  }),
  /** `page-close` when the visitor left the page; without it the visitor hung up. */
  z.object({ type: z.literal('hangup'), reason: z.literal('page-close').optional() }),
  z.object({ type: z.literal('ping'), t: z.number() }),
])
export type ToRelay = z.infer<typeof ToRelay>

/** What the schema says of a mark with nothing beside it, at a tenth of its price. */
export function isMark(value: unknown): value is Extract<ToRelay, { type: 'mark' }> {
  if (typeof value !== 'object' || value === null) return false
  for (const field in value) if (field !== 'type' && field !== 'utterance' && field !== 'name') return false
  const { type, utterance, name: called } = value as Record<string, unknown>
  return type === 'mark' && isName(utterance) && isName(called)
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value.length >= 1 && value.length <= MOST_NAME
}

export const FromRelay = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ready'),
    callId: z.string(),
    sessionId: z.string(),
    resumed: z.boolean(),
    /** An operator's socket: they hear the call, or hold it. */
    role: z.enum(['listen', 'takeover']).optional(),
  }),
  z.object({ type: z.literal('status'), status: z.enum(CALL_STATUSES) }),
  z.object({ type: z.literal('state'), state: z.enum(CONVERSATION_STATES) }),
  z.object({ type: z.literal('transcript'), seq: z.int().positive(), entry: Entry }),
  z.object({ type: z.literal('clear'), utterance: name }),
  /** Name `start`: the audio that follows belongs to `utterance` (sent again when its audio goes on after a resume). Name `end`: its last frame has been sent. */
  z.object({ type: z.literal('mark'), utterance: name, name }),
  z.object({ type: z.literal('speaker'), who: z.enum(['agent', 'operator']), name: z.string().optional() }),
  /** To operators, ten times a second: how loud each side is; `agent` is whoever speaks for the house. */
  z.object({ type: z.literal('levels'), visitor: z.number().min(0).max(1), agent: z.number().min(0).max(1) }),
  z.object({ type: z.literal('tool'), id: name, name, arguments: z.record(z.string(), z.unknown()) }),
  z.object({ type: z.literal('error'), code: z.string(), message: z.string(), retryable: z.boolean() }),
  z.object({ type: z.literal('ended'), reason: z.enum(END_REASONS) }),
  z.object({ type: z.literal('pong'), t: z.number() }),
])
export type FromRelay = z.infer<typeof FromRelay>
