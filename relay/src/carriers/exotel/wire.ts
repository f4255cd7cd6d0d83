import { z } from 'zod'
import { Place } from '../../audio/place.ts'
import { asciiOf } from '../as-written.ts'
import { MAX_MESSAGE_BYTES } from '../stream-socket.ts'

/**
 * The messages of AgentStream: JSON in text frames, sound as PCM16LE in base64. Exotel's own papers and programs disagree
 * on the keys' case, on what is a number and what a string, and on the names of the encoding: all of them are read, and both cases are sent.
 */

export const SAMPLE_RATES = [8000, 16_000, 24_000] as const
export type SampleRate = (typeof SAMPLE_RATES)[number]

/** One second of the highest rate; Exotel sends 100 ms at a time. */
export const MAX_PAYLOAD_BYTES = 48_000

export interface StreamStart {
  readonly streamSid: string
  readonly callSid: string
  readonly accountSid: string | undefined
  /** As told: `09441233609`. */
  readonly from: string | undefined
  readonly to: string | undefined
  readonly customParameters: Readonly<Record<string, string>>
  readonly sampleRateHz: SampleRate | undefined
}

/** `streamSid` is absent where a message does not say it; `media` has the payload as it came, base64. */
export type FromExotel =
  | { readonly event: 'connected' }
  | { readonly event: 'start'; readonly start: StreamStart }
  | { readonly event: 'media'; readonly streamSid: string | undefined; readonly payload: string }
  | { readonly event: 'dtmf'; readonly streamSid: string | undefined; readonly digit: string }
  | { readonly event: 'mark'; readonly streamSid: string | undefined; readonly name: string }
  | { readonly event: 'stop'; readonly streamSid: string | undefined; readonly reason: string | undefined }

type Fields = Record<string, unknown>

const id = z.string().min(1).max(128)
const word = z.string().max(256).optional().catch(undefined)
const Start = z.object({
  streamSid: id,
  callSid: id,
  accountSid: word,
  from: word,
  to: word,
  customParameters: z.record(z.string().max(128), z.string().max(2048)).catch({}),
  /** G.711 is told by nobody but one page; what cannot be heard is not understood. */
  encoding: z
    .string()
    .regex(/^(?!.*[au]-?law)/i)
    .optional(),
  sampleRateHz: z
    .union([z.number(), z.string().regex(/^\d{4,5}( ?hz)?$/i)])
    .transform((told) => Number.parseInt(String(told), 10))
    .pipe(z.literal(SAMPLE_RATES))
    .optional(),
})
const Digit = z.string().regex(/^[0-9A-Da-d*#]$/)

/** undefined for what cannot be understood. Never throws. */
export function readStreamMessage(frame: Buffer): FromExotel | undefined {
  const message = parsed(frame)
  if (!message) return undefined
  const event = message.event ?? message.Event
  if (event === 'media') return readMedia(message)
  return typeof event === 'string' && Object.hasOwn(READ, event) ? READ[event as keyof typeof READ](message) : undefined
}

const READ = {
  connected: (): FromExotel => ({ event: 'connected' }),
  start(message: Fields): FromExotel | undefined {
    const inner = fieldsOf(message.start)
    const format = fieldsOf(either(inner, 'media_format', 'mediaFormat'))
    const start = Start.safeParse({
      streamSid: streamSidOf(message) ?? streamSidOf(inner),
      callSid: either(inner, 'call_sid', 'callSid'),
      accountSid: either(inner, 'account_sid', 'accountSid'),
      from: inner.from,
      to: inner.to,
      customParameters: either(inner, 'custom_parameters', 'customParameters') ?? {},
      encoding: format.encoding ?? undefined,
      sampleRateHz: either(format, 'sample_rate', 'sampleRate'),
    }).data
    if (!start) return undefined
    const { accountSid, callSid, customParameters, from, sampleRateHz, streamSid, to } = start
    return { event: 'start', start: { streamSid, callSid, accountSid, from, to, customParameters, sampleRateHz } }
  },
  dtmf(message: Fields): FromExotel | undefined {
    const digit = Digit.safeParse(fieldsOf(message.dtmf).digit).data
    return digit === undefined ? undefined : { event: 'dtmf', streamSid: streamSidOf(message), digit: digit.toUpperCase() }
  },
  mark(message: Fields): FromExotel | undefined {
    const { name } = fieldsOf(message.mark)
    return typeof name === 'string' && name.length <= 128 ? { event: 'mark', streamSid: streamSidOf(message), name } : undefined
  },
  stop(message: Fields): FromExotel | undefined {
    const { reason } = fieldsOf(message.stop)
    return { event: 'stop', streamSid: streamSidOf(message), reason: typeof reason === 'string' ? reason.slice(0, 64) : undefined }
  },
}

function readMedia(message: Fields): FromExotel | undefined {
  const { media } = message
  if (typeof media !== 'object' || media === null) return undefined
  const payload = (media as Fields).payload ?? (media as Fields).Payload
  return typeof payload === 'string' ? { event: 'media', streamSid: streamSidOf(message), payload } : undefined
}

function parsed(frame: Buffer): Fields | undefined {
  if (frame.length > MAX_MESSAGE_BYTES) return undefined
  try {
    const message: unknown = JSON.parse(frame.toString())
    return typeof message === 'object' && message !== null ? (message as Fields) : undefined
  } catch {
    return undefined
  }
}

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})
const either = (fields: Fields, snake: string, camel: string) => fields[snake] ?? fields[camel] ?? undefined

function streamSidOf(message: Fields): string | undefined {
  const sid = message.stream_sid ?? message.streamSid
  return typeof sid === 'string' ? sid : undefined
}

/** The bytes of a `media`, good until the next; undefined when it is no base64, empty or longer than a second. */
export function soundOf(payload: string): Buffer | undefined {
  const { length } = payload
  const padding = payload.charCodeAt(length - 1) !== EQUALS ? 0 : payload.charCodeAt(length - 2) === EQUALS ? 2 : 1
  const bytes = (length >> 2) * 3 - padding
  if (length % 4 !== 0 || bytes <= 0) return undefined
  return place.ofBase64(payload, bytes)
}

/** Of all sound that comes: whoever keeps some copies it. */
export const place = new Place(MAX_PAYLOAD_BYTES)

const EQUALS = 61

/** What one stream sends: whole text frames, and the sound of one in base64 between two of these. */
export interface StreamWriter {
  /** Begins a `media` of so many bytes of PCM16LE, a multiple of 320: counted as sent. */
  before(bytes: number): string
  readonly after: string
  mark(name: string): string
  readonly clear: string
}

/** Which case our keys have: Exotel's papers name one or the other, and both are understood by all that were tried. */
export const STREAM_KEYS = ['both', 'snake', 'camel'] as const
export type StreamKeys = (typeof STREAM_KEYS)[number]

export function createStreamWriter(streamSid: string, sampleRateHz: SampleRate, keys: StreamKeys = 'both'): StreamWriter {
  const sid = asciiOf(JSON.stringify(streamSid))
  const ids = { both: `"stream_sid":${sid},"streamSid":${sid}`, snake: `"stream_sid":${sid}`, camel: `"streamSid":${sid}` }[keys]
  const sequence = keys === 'camel' ? 'sequenceNumber' : 'sequence_number'
  const inner = keys === 'snake' ? 'sequence_number' : 'sequenceNumber'
  const head = `{"event":"media",${ids},"${sequence}":`
  let chunks = 0
  let sentBytes = 0
  return {
    before(bytes) {
      chunks += 1
      const atMs = Math.round(sentBytes / (sampleRateHz / 500))
      sentBytes += bytes
      // Some streams end early where a message lacks any of these.
      return `${head}${chunks},"media":{"chunk":"${chunks}","timestamp":"${atMs}","${inner}":"${chunks}","payload":"`
    },
    after: '"}}',
    mark: (name) => `{"event":"mark",${ids},"mark":{"name":${JSON.stringify(name)}}}`,
    clear: `{"event":"clear",${ids}}`,
  }
}
