import { z } from 'zod'
import type { ExotelSettings } from './settings.ts'

/** The messages of AgentStream: JSON in text frames, sound as PCM16LE in base64. Papers disagree on the keys' case and on what is a number. */

export const STREAM_RATES = [8000, 16_000, 24_000] as const
export type StreamRate = (typeof STREAM_RATES)[number]
/** Chunks are whole in these. */
export const CHUNK_UNIT = 320
export const MOST_CHUNK_BYTES = 100_000

type Dialect = Pick<ExotelSettings, 'keys' | 'counters' | 'encoding' | 'bitRate' | 'rateUnit'>
type Named = Record<string, unknown>

export interface StreamIdentity {
  streamSid: string
  callSid: string
  accountSid: string
  from: string
  to: string
  customParameters: Record<string, string>
  rate: StreamRate
}

/** Builds Exotel's messages of one stream, counting. Keys of `either` are snake_case, as most papers have them. */
export class StreamMessages {
  readonly #about: StreamIdentity
  readonly #dialect: Dialect
  #sequence = 0
  #chunks = 0

  constructor(about: StreamIdentity, dialect: Dialect) {
    this.#about = about
    this.#dialect = dialect
  }

  connected(): object {
    return { event: 'connected' }
  }

  start(): object {
    const { streamSid, callSid, accountSid, from, to, customParameters, rate } = this.#about
    const { encoding, bitRate, rateUnit } = this.#dialect
    const format = { encoding, sample_rate: `${rate}${rateUnit}`, bit_rate: bitRate }
    const about = { stream_sid: streamSid, call_sid: callSid, account_sid: accountSid, from, to }
    return this.#message('start', {
      start: this.#keyed({ ...about, custom_parameters: customParameters, media_format: this.#keyed(format) }),
    })
  }

  /** @param pcm about 100 ms, @param atMs since the stream began */
  media(pcm: Buffer, atMs: number): object {
    this.#chunks += 1
    const media = { chunk: this.#count(this.#chunks), timestamp: String(Math.round(atMs)), payload: pcm.toString('base64') }
    return this.#message('media', { media })
  }

  dtmf(digit: string): object {
    return this.#message('dtmf', { dtmf: { duration: '100', digit } })
  }

  mark(name: string): object {
    return this.#message('mark', { mark: { name } })
  }

  stop(reason: 'stopped' | 'callended'): object {
    const { callSid, accountSid } = this.#about
    return this.#message('stop', { stop: this.#keyed({ call_sid: callSid, account_sid: accountSid, reason }) })
  }

  #message(event: string, content: Named): object {
    this.#sequence += 1
    const head = this.#keyed({ sequence_number: this.#count(this.#sequence), stream_sid: this.#about.streamSid })
    return { event, ...head, ...content }
  }

  #count(n: number): number | string {
    return this.#dialect.counters === 'string' ? String(n) : n
  }

  #keyed(fields: Named): Named {
    if (this.#dialect.keys !== 'camel') return fields
    return Object.fromEntries(Object.entries(fields).map(([name, value]) => [camel(name), value]))
  }
}

const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

const sid = z.string().optional()
const ids = { stream_sid: sid, streamSid: sid }
const FromCustomer = z.discriminatedUnion('event', [
  z.looseObject({ event: z.literal('media'), ...ids, media: z.looseObject({ payload: z.base64().min(1) }) }),
  z.looseObject({ event: z.literal('mark'), ...ids, mark: z.looseObject({ name: z.string() }) }),
  z.looseObject({ event: z.literal('clear'), ...ids }),
])
export type FromCustomer = z.infer<typeof FromCustomer>

/** What a customer says, with what is wrong about it; no message when it is not taken at all. */
export function readCustomer(text: string, streamSid: string, keys: Dialect['keys']): { message?: FromCustomer; wrong: string[] } {
  const read = FromCustomer.safeParse(json(text))
  if (!read.success) return { wrong: [`not understood: ${text.slice(0, 200)}`] }
  const message = read.data
  const known = { snake: [message.stream_sid], camel: [message.streamSid], either: [message.stream_sid ?? message.streamSid] }[keys]
  if (known[0] === undefined) return { wrong: [`${message.event} without ${keys === 'camel' ? 'streamSid' : 'stream_sid'}`] }
  if (known[0] !== streamSid) return { wrong: [`${message.event} of another stream: ${known[0]}`] }
  return { message, wrong: [...counterFaults(message, keys)] }
}

/** Some streams of the camelCase kind end early where these are missing. */
function* counterFaults(message: FromCustomer, keys: Dialect['keys']): Generator<string> {
  if (message.event !== 'media' || keys === 'snake') return
  for (const name of ['timestamp', 'sequenceNumber', 'chunk']) {
    if (typeof message.media[name] !== 'string') yield `media without ${name} as a string`
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
