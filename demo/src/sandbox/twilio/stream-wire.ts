import { z } from 'zod'
import { encodeMuLaw } from '../carriers/g711.ts'

/** The messages of Media Streams: JSON in text frames, whose counters are strings. */

const streamSid = z.string()
/** What a customer may say. */
export const FromCustomer = z.discriminatedUnion('event', [
  z.object({ event: z.literal('media'), streamSid, media: z.object({ payload: z.base64() }) }),
  z.object({ event: z.literal('mark'), streamSid, mark: z.object({ name: z.string() }) }),
  z.object({ event: z.literal('clear'), streamSid }),
])
export type FromCustomer = z.infer<typeof FromCustomer>

export type Track = 'inbound' | 'outbound'

/** Builds Twilio's messages of one stream, counting. */
export class StreamMessages {
  readonly #about: { streamSid: string; accountSid: string; callSid: string }
  #sequence = 0
  readonly #chunks: Record<Track, number> = { inbound: 0, outbound: 0 }

  constructor(about: { streamSid: string; accountSid: string; callSid: string }) {
    this.#about = about
  }

  connected(): object {
    return { event: 'connected', protocol: 'Call', version: '1.0.0' }
  }

  start(tracks: Track[], customParameters: Record<string, string>): object {
    const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 }
    return this.#counted('start', { start: { ...this.#about, tracks, mediaFormat, customParameters } })
  }

  /** @param frame 160 samples, @param atMs since the stream began */
  media(track: Track, frame: Int16Array, atMs: number): object {
    this.#chunks[track] += 1
    const payload = Buffer.from(encodeMuLaw(frame)).toString('base64')
    return this.#counted('media', { media: { track, chunk: String(this.#chunks[track]), timestamp: String(Math.round(atMs)), payload } })
  }

  dtmf(digit: string): object {
    return this.#counted('dtmf', { dtmf: { track: 'inbound_track', digit } })
  }

  mark(name: string): object {
    return this.#counted('mark', { mark: { name } })
  }

  stop(): object {
    const { accountSid, callSid } = this.#about
    return this.#counted('stop', { stop: { accountSid, callSid } })
  }

  #counted(event: string, content: object): object {
    this.#sequence += 1
    return { event, sequenceNumber: String(this.#sequence), ...content, streamSid: this.#about.streamSid }
  }
}
