import { z } from 'zod'
import type { LineEvent } from '../carrier.ts'
import type { FormBody } from './form.ts'
import { statusOf, TWILIO_STATUSES } from './statuses.ts'

/**
 * What Twilio's webhooks say: fields of a form in, plain events out, undefined for what cannot be understood.
 * Nothing here proves who sent it: that is the signature's.
 */

const callSid = z.string().regex(/^CA[0-9a-zA-Z]{1,62}$/)
const word = z.string().max(256)
const whole = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number)
/** An empty field is none. */
const ms = z.union([z.literal('').transform(() => undefined), whole.transform((seconds) => seconds * 1000)]).optional()
const order = z.union([z.literal('').transform(() => undefined), whole]).optional()

export const ANSWERED_BY = [
  'human',
  'machine_start',
  'machine_end_beep',
  'machine_end_silence',
  'machine_end_other',
  'fax',
  'unknown',
] as const
export type AnsweredBy = (typeof ANSWERED_BY)[number]

const Status = z.object({
  CallSid: callSid,
  CallStatus: z.enum(TWILIO_STATUSES),
  SequenceNumber: order,
  CallDuration: ms,
  SipResponseCode: word.optional(),
  ErrorCode: word.optional(),
  StirStatus: word.optional(),
})

const Voice = z.object({
  CallSid: callSid,
  AccountSid: word,
  From: word,
  To: word,
  Direction: word.optional(),
  CallStatus: z.enum(TWILIO_STATUSES),
  AnsweredBy: z.enum(ANSWERED_BY).optional(),
  ForwardedFrom: word.optional(),
  StirVerstat: word.optional(),
})

const Machine = z.object({ CallSid: callSid, AnsweredBy: z.enum(ANSWERED_BY), MachineDetectionDuration: whole.optional() })

export const RECORDING_STATUSES = ['in-progress', 'paused', 'stopped', 'processing', 'completed', 'absent', 'deleted', 'failed'] as const

const Recording = z.object({
  CallSid: callSid,
  RecordingSid: z.string().regex(/^RE[0-9a-zA-Z]{1,62}$/),
  RecordingStatus: z.enum(RECORDING_STATUSES),
  RecordingUrl: z.union([z.literal('').transform(() => undefined), z.url({ protocol: /^https?$/ }).max(2048)]).optional(),
  RecordingDuration: z.union([z.literal('-1').transform(() => undefined), ms]).optional(),
  RecordingChannels: whole.optional(),
  RecordingSource: word.optional(),
})

const Dial = z.object({
  CallSid: callSid,
  CallStatus: z.enum(TWILIO_STATUSES).optional(),
  DialCallStatus: z.enum([...TWILIO_STATUSES, 'answered']),
  DialCallDuration: ms,
  DialBridged: z.enum(['true', 'false']).optional(),
  DialSipResponseCode: word.optional(),
})

const STREAM_EVENTS = { 'stream-started': 'started', 'stream-stopped': 'stopped', 'stream-error': 'error' } as const

const StreamStatus = z.object({
  CallSid: callSid,
  StreamSid: word,
  StreamEvent: z.enum(['stream-started', 'stream-stopped', 'stream-error']),
  StreamError: z.string().max(1024).optional(),
})

/** A call came in, or one of ours was answered and asks what to do. */
export interface VoiceRequest {
  readonly carrierCallId: string
  readonly accountSid: string
  /** E.164, or whatever else a caller is known by: `anonymous`, `sip:…`, `client:…`. */
  readonly from: string
  readonly to: string
  readonly inbound: boolean
  readonly answeredBy?: AnsweredBy
}

export interface MachineVerdict {
  readonly carrierCallId: string
  readonly answeredBy: AnsweredBy
}

export interface RecordingNews {
  readonly carrierCallId: string
  readonly recordingId: string
  readonly status: (typeof RECORDING_STATUSES)[number]
  /** Asks for the account's credentials, and is for the relay alone. */
  readonly url?: string
  readonly durationMs?: number
  readonly channels?: number
}

/** How the phone that a call was to be joined with came off. */
export interface DialOutcome {
  readonly carrierCallId: string
  /** In our words; `completed` when they talked. */
  readonly status: LineEvent['status']
  readonly endReason?: NonNullable<LineEvent['endReason']>
  readonly durationMs?: number
  /** The first caller is still on the line. */
  readonly live: boolean
}

export interface StreamNews {
  readonly carrierCallId: string
  readonly streamSid: string
  readonly event: 'started' | 'stopped' | 'error'
  readonly error?: string
}

/** @param idempotencyToken of the header I-Twilio-Idempotency-Token: the same when Twilio tells it again */
export function readStatus(form: FormBody, idempotencyToken?: string): LineEvent | undefined {
  const told = read(Status, form)
  if (!told) return undefined
  const { CallSid, CallStatus, SequenceNumber, CallDuration, SipResponseCode, ErrorCode, StirStatus } = told
  return {
    carrierCallId: CallSid,
    ...statusOf(CallStatus, SipResponseCode),
    token: idempotencyToken && idempotencyToken.length <= 256 ? idempotencyToken : `${CallSid} ${SequenceNumber ?? ''} ${CallStatus}`,
    ...present({ order: SequenceNumber, durationMs: CallDuration }),
    said: { status: CallStatus, ...present({ sip: code(SipResponseCode), error: code(ErrorCode), stir: code(StirStatus) }) },
  }
}

export function readVoice(form: FormBody): VoiceRequest | undefined {
  const told = read(Voice, form)
  if (!told) return undefined
  const { CallSid: carrierCallId, AccountSid: accountSid, From: from, To: to, Direction, AnsweredBy: answeredBy } = told
  return { carrierCallId, accountSid, from, to, inbound: !Direction?.startsWith('outbound'), ...present({ answeredBy }) }
}

export function readMachine(form: FormBody): MachineVerdict | undefined {
  const told = read(Machine, form)
  return told && { carrierCallId: told.CallSid, answeredBy: told.AnsweredBy }
}

export function readRecording(form: FormBody): RecordingNews | undefined {
  const told = read(Recording, form)
  if (!told) return undefined
  const { CallSid: carrierCallId, RecordingSid: recordingId, RecordingStatus: status, RecordingUrl: url } = told
  return { carrierCallId, recordingId, status, ...present({ url, durationMs: told.RecordingDuration, channels: told.RecordingChannels }) }
}

export function readDialOutcome(form: FormBody): DialOutcome | undefined {
  const told = read(Dial, form)
  if (!told) return undefined
  // `answered` comes where the other phone was one of several.
  const outcome = statusOf(told.DialCallStatus === 'answered' ? 'completed' : told.DialCallStatus, told.DialSipResponseCode)
  return {
    carrierCallId: told.CallSid,
    ...outcome,
    live: told.CallStatus === undefined || told.CallStatus === 'in-progress' || told.CallStatus === 'ringing',
    ...present({ durationMs: told.DialCallDuration }),
  }
}

export function readStreamStatus(form: FormBody): StreamNews | undefined {
  const told = read(StreamStatus, form)
  if (!told) return undefined
  return {
    carrierCallId: told.CallSid,
    streamSid: told.StreamSid,
    event: STREAM_EVENTS[told.StreamEvent],
    ...present({ error: told.StreamError }),
  }
}

/** Each field that the schema names, by its first value. */
function read<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>, form: FormBody): z.infer<z.ZodObject<Shape>> | undefined {
  const fields = Object.fromEntries(Object.keys(schema.shape).flatMap((name) => (form.has(name) ? [[name, form.get(name)?.[0]]] : [])))
  return schema.safeParse(fields).data
}

/** Only codes are for the log. */
const code = (told: string | undefined) => (told && /^\w{1,12}$/.test(told) ? told : undefined)

type Present<Fields> = { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> }
const present = <Fields extends object>(fields: Fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<Fields>
