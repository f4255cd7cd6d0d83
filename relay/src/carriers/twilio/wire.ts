import { z } from 'zod'
import { decodeMulaw, encodeMulaw } from '../../audio/g711.ts'
import { Place } from '../../audio/place.ts'
import { asciiOf } from '../as-written.ts'
import { MAX_MESSAGE_BYTES } from '../stream-socket.ts'

/** The messages of Media Streams: JSON in text frames, whose counters are strings. Sound is µ-law here and PCM16LE 8 kHz everywhere else. */

/** One second; Twilio sends 20 ms at a time. */
export const MAX_PAYLOAD_BYTES = 8000

export interface StreamStart {
  readonly streamSid: string
  readonly callSid: string
  readonly accountSid: string
  /** The `<Parameter>`s of our TwiML. */
  readonly customParameters: Readonly<Record<string, string>>
}

/** `media` has the payload as it came, base64. */
export type FromTwilio =
  | { readonly event: 'connected' }
  | { readonly event: 'start'; readonly start: StreamStart }
  | { readonly event: 'media'; readonly streamSid: string; readonly media: { readonly track?: string; readonly payload: string } }
  | { readonly event: 'dtmf'; readonly streamSid: string; readonly dtmf: { readonly digit: string } }
  | { readonly event: 'mark'; readonly streamSid: string; readonly mark: { readonly name: string } }
  | { readonly event: 'stop'; readonly streamSid: string }

const id = z.string().min(1).max(64)
const Start = z.object({
  streamSid: id,
  start: z.object({
    callSid: id,
    accountSid: z.string().max(64),
    mediaFormat: z.object({ encoding: z.literal('audio/x-mulaw'), sampleRate: z.literal(8000), channels: z.literal(1) }),
    customParameters: z.record(z.string().max(128), z.string().max(2048)).default({}),
  }),
})
const Key = z.object({ streamSid: id, dtmf: z.object({ digit: z.string().regex(/^[0-9A-Da-d*#]$/) }) })
const Mark = z.object({ streamSid: id, mark: z.object({ name: z.string().max(128) }) })
const Stop = z.object({ streamSid: id })

/** undefined for what cannot be understood. Never throws. */
export function readStreamMessage(frame: Buffer): FromTwilio | undefined {
  const message = parsed(frame)
  if (typeof message !== 'object' || message === null) return undefined
  const { event } = message as { event?: unknown }
  // Fifty times a second and call, where `media.ts` does not know it: looked at by hand.
  if (event === 'media') return isMedia(message) ? message : undefined
  return typeof event === 'string' && Object.hasOwn(READ, event) ? READ[event as keyof typeof READ](message) : undefined
}

const READ = {
  connected: (): FromTwilio => ({ event: 'connected' }),
  start(message: object): FromTwilio | undefined {
    const told = Start.safeParse(message).data
    if (!told) return undefined
    const { callSid, accountSid, customParameters } = told.start
    return { event: 'start', start: { streamSid: told.streamSid, callSid, accountSid, customParameters } }
  },
  dtmf(message: object): FromTwilio | undefined {
    const told = Key.safeParse(message).data
    return told && { event: 'dtmf', streamSid: told.streamSid, dtmf: { digit: told.dtmf.digit.toUpperCase() } }
  },
  mark(message: object): FromTwilio | undefined {
    const told = Mark.safeParse(message).data
    return told && { event: 'mark', ...told }
  },
  stop(message: object): FromTwilio | undefined {
    const told = Stop.safeParse(message).data
    return told && { event: 'stop', ...told }
  },
}

function parsed(frame: Buffer): unknown {
  if (frame.length > MAX_MESSAGE_BYTES) return undefined
  try {
    return JSON.parse(frame.toString())
  } catch {
    return undefined
  }
}

type Media = Extract<FromTwilio, { event: 'media' }>

function isMedia(message: object): message is Media {
  const { streamSid, media } = message as { streamSid?: unknown; media?: Partial<Media['media']> | null }
  return typeof streamSid === 'string' && typeof media === 'object' && media !== null && typeof media.payload === 'string'
}

const codes = new Place(MAX_PAYLOAD_BYTES)

/** The sound of a `media` as PCM16LE, good until the next; undefined when it is no base64, empty or longer than a second. */
export function soundOf(payload: string): Buffer | undefined {
  const { length } = payload
  const padding = payload.charCodeAt(length - 1) !== EQUALS ? 0 : payload.charCodeAt(length - 2) === EQUALS ? 2 : 1
  const bytes = (length >> 2) * 3 - padding
  if (length % 4 !== 0 || bytes <= 0) return undefined
  const coded = codes.ofBase64(payload, bytes)
  if (!coded) return undefined
  const pcm = place.of(bytes * 2)
  decodeMulaw(coded, pcm)
  return pcm
}

/** Of all sound that comes: whoever keeps some copies it. */
export const place = new Place(MAX_PAYLOAD_BYTES * 2)

const EQUALS = 61

/** What one stream sends: whole text frames, and the sound of one in base64 between two of these. */
export interface StreamWriter {
  readonly before: string
  readonly after: string
  mark(name: string): string
  readonly clear: string
}

export function createStreamWriter(streamSid: string): StreamWriter {
  const sid = asciiOf(JSON.stringify(streamSid))
  return {
    // Joined, it is one string; put together otherwise it would be looked for in pieces, frame by frame.
    before: ['{"event":"media","streamSid":', sid, ',"media":{"payload":"'].join(''),
    after: '"}}',
    mark: (name) => `{"event":"mark","streamSid":${sid},"mark":{"name":${JSON.stringify(name)}}}`,
    clear: `{"event":"clear","streamSid":${sid}}`,
  }
}

/** 20 ms, which is what goes at a time; of all streams, for it is written out at once. */
const frame = Buffer.alloc(160)

/** The sound of one frame of PCM16LE 8 kHz as it goes; good until the next one. */
export function codedOf(pcm: Uint8Array): Uint8Array {
  encodeMulaw(pcm, frame)
  return frame
}
