import { z } from 'zod'
import type { LineEvent } from '../carrier.ts'
import { MAX_MESSAGE_BYTES } from '../stream-socket.ts'
import { readRecord, SessionId } from './record.ts'
import { DIAL_STATUSES, type DialStatus } from './statuses.ts'

/**
 * What Optima says while a call is on: Socket.IO events, or JSON and binary frames on a WebSocket of the call's own.
 * Undefined for what cannot be understood; nothing here throws. Who is allowed to say it is the socket's business.
 */

export const AUDIO_FORMATS = ['pcm16', 'ulaw', 'alaw'] as const
export type OptimaAudio = (typeof AUDIO_FORMATS)[number]

/** Two seconds of PCM16; Optima sends 20 ms at a time. */
const MAX_AUDIO_BYTES = 32_000

/** Of one call. */
export type OfCall =
  | { readonly event: 'roomJoined'; readonly ok: boolean }
  | { readonly event: 'dialStatus'; readonly status: DialStatus }
  /** `format` is absent where it is not told. */
  | { readonly event: 'audio'; readonly bytes: Uint8Array; readonly format: OptimaAudio | undefined }
  | { readonly event: 'dtmf'; readonly digit: string }
  | { readonly event: 'checkPoint'; readonly name: string }
  | { readonly event: 'cdr'; readonly record: LineEvent }
  | { readonly event: 'hangup' }

export type FromOptima =
  | { readonly event: 'newSession'; readonly sessionId: string; readonly type: 'outbound' | 'inbound' }
  | { readonly sessionId: string; readonly of: OfCall }

/** The events that we listen to. */
export const HEARD = ['newSession', 'roomJoined', 'dialStatus', 'dtmf', 'audio', 'checkPoint', 'CheckPoint', 'cdr', 'hangup'] as const
export type HeardEvent = (typeof HEARD)[number]

const lower = (told: unknown) => (typeof told === 'string' && told.length <= 32 ? told.trim().toLowerCase() : told)
const NewSession = z.object({ sessionId: SessionId, type: z.preprocess(lower, z.enum(['outbound', 'inbound'])).default('outbound') })
const Joined = z.object({ status: z.preprocess(lower, z.string()) })
const Status = z.object({ status: z.preprocess(lower, z.enum(DIAL_STATUSES)) })
const Digit = z.object({
  digit: z
    .union([z.string(), z.number().int().min(0).max(9).transform(String)])
    .pipe(z.string().regex(/^[0-9A-Da-d*#]$/))
    .transform((digit) => digit.toUpperCase()),
})
const name = z.string().max(128)
/** 1.0.3 gives an object, the WebSocket of 1.0.5 the bare name. */
const CheckPoint = z.union([name.transform((name) => ({ name })), z.object({ name })])

/** One Socket.IO event. */
export function readEvent(event: HeardEvent, data: unknown): FromOptima | undefined {
  if (event === 'newSession') {
    const told = NewSession.safeParse(data).data
    return told && { event, ...told }
  }
  const sessionId = sessionOf(data)
  if (sessionId === undefined) return undefined
  // Fifty times a second and call: looked at by hand.
  const of = event === 'audio' ? readAudio(data as Record<string, unknown>) : readOfCall(event, data)
  return of && { sessionId, of }
}

/** One text frame of a call's own WebSocket. */
export function readFrame(frame: Buffer): OfCall | undefined {
  if (frame.length > MAX_MESSAGE_BYTES) return undefined
  let told: unknown
  try {
    told = JSON.parse(frame.toString())
  } catch {
    return undefined
  }
  if (typeof told !== 'object' || told === null) return undefined
  const { event, data } = told as Record<string, unknown>
  return typeof event === 'string' && Object.hasOwn(READ, event) ? READ[event as keyof typeof READ](data) : undefined
}

/** One binary frame of a call's own WebSocket: sound, and nothing else. */
export function readBinary(frame: Buffer): OfCall | undefined {
  return fits(frame) ? { event: 'audio', bytes: frame, format: undefined } : undefined
}

const readOfCall = (event: Exclude<HeardEvent, 'newSession' | 'audio'>, data: unknown): OfCall | undefined =>
  event === 'roomJoined' ? readJoined(data) : READ[event](data)

function readJoined(data: unknown): OfCall | undefined {
  const told = Joined.safeParse(data).data
  return told && { event: 'roomJoined', ok: told.status === 'success' }
}

const READ = {
  dialStatus(data: unknown): OfCall | undefined {
    const told = Status.safeParse(data).data
    return told && { event: 'dialStatus', status: told.status }
  },
  dtmf(data: unknown): OfCall | undefined {
    const told = Digit.safeParse(data).data
    return told && { event: 'dtmf', digit: told.digit }
  },
  checkPoint: readCheckPoint,
  CheckPoint: readCheckPoint,
  cdr(data: unknown): OfCall | undefined {
    const record = readRecord(data)
    return record && { event: 'cdr', record }
  },
  hangup: (): OfCall => ({ event: 'hangup' }),
}

function readCheckPoint(data: unknown): OfCall | undefined {
  const told = CheckPoint.safeParse(data).data
  return told && { event: 'checkPoint', name: told.name }
}

function readAudio({ audioData, audioFormat }: Record<string, unknown>): OfCall | undefined {
  const bytes = audioData instanceof ArrayBuffer ? new Uint8Array(audioData) : audioData
  if (!(bytes instanceof Uint8Array) || !fits(bytes)) return undefined
  if (audioFormat === undefined || audioFormat === null) return { event: 'audio', bytes, format: undefined }
  const format = AUDIO_FORMATS.find((each) => each === audioFormat)
  return format && { event: 'audio', bytes, format }
}

/** Whether it is as much sound as may come at once. */
export const fits = ({ length }: Uint8Array) => length > 0 && length <= MAX_AUDIO_BYTES

const SESSION = /^[A-Za-z0-9_-]{1,64}$/

function sessionOf(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  const { sessionId } = data as Record<string, unknown>
  return typeof sessionId === 'string' && SESSION.test(sessionId) ? sessionId : undefined
}
