import { z } from 'zod'

/** What a customer says of a call, over either kind of socket. */

const SessionId = z.object({ sessionId: z.string().min(1) })
const Sound = SessionId.extend({
  audioData: z.custom<Uint8Array>((data) => data instanceof Uint8Array, 'must be bytes'),
  /** Unset is mp3. */
  audioFormat: z.enum(['mp3', 'ulaw', 'alaw', 'pcm16']).default('mp3'),
})
const CheckPoint = SessionId.extend({ name: z.string().min(1).max(256) })
const Key = SessionId.extend({ digit: z.string().regex(/^[0-9*#]$/), duration: z.number().min(1).max(10_000) })

export const SAID = {
  joinRoom: SessionId,
  audio: Sound,
  checkPoint: CheckPoint,
  dtmf: Key,
  interruption: SessionId,
  hangup: SessionId,
} as const
export type SaidEvent = keyof typeof SAID
export const SAID_EVENTS = Object.keys(SAID) as SaidEvent[]
export type Said<Event extends SaidEvent> = z.infer<(typeof SAID)[Event]>

/** A text frame of a call's own WebSocket. */
export const NativeFrame = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('checkPoint'), data: z.string().min(1).max(256) }),
  z.strictObject({ event: z.literal('dtmf'), data: z.strictObject({ digit: Key.shape.digit, duration: Key.shape.duration }) }),
  z.strictObject({ event: z.literal('interruption') }),
  z.strictObject({ event: z.literal('hangup') }),
])
