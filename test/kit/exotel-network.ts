import { ask } from './operator.ts'
import type { RelayProcess } from './relay-process.ts'

/** The sandbox's Exotel, as tests steer it and look into it. */

export interface ExotelStream {
  readonly callSid: string
  readonly rate: number
  readonly state: 'connecting' | 'open' | 'closed'
  readonly closed?: { code: number; reason: string }
  readonly received: { media: number; bytes: number; chunks: Record<string, number>; marks: string[]; clears: number; mostAheadMs: number }
  readonly sent: { media: number; dtmf: number; marks: string[] }
  readonly warnings: string[]
}

export interface ExotelCall {
  readonly Sid: string
  readonly From: string
  readonly Status: string
  readonly RecordingUrl: string | null
}

interface Seen {
  requests: { path: string; body: Record<string, unknown> | null; status: number }[]
  webhooks: { purpose: string; callSid: string; method: string; url: string; attempts: { status?: number; error?: string }[] }[]
  streams: ExotelStream[]
}

export class ExotelNetwork {
  readonly #url: string
  constructor(demo: Pick<RelayProcess, 'sandboxUrl'>) {
    this.#url = demo.sandboxUrl
  }

  async settings(settings: Record<string, unknown>): Promise<void> {
    await this.#post('/sandbox/exotel/settings', settings)
  }

  /** What goes wrong at Exotel with the next call of this number. */
  async fault(number: string, kind: string, more: Record<string, unknown> = {}): Promise<void> {
    await this.#post('/sandbox/faults', { service: 'exotel', kind, match: number, ...more })
  }

  /** What becomes of calls to this ExoPhone. */
  async flow(phoneNumber: string, flow: object[]): Promise<void> {
    await this.#post('/sandbox/exotel/numbers', { phoneNumber, flow })
  }

  async app(appId: string, flow: object[]): Promise<void> {
    await this.#post('/sandbox/exotel/flows', { appId, flow })
  }

  async seen(): Promise<Seen> {
    return (await ask<Seen>(this.#url, 'GET', '/sandbox/exotel/requests')).body
  }

  async calls(): Promise<ExotelCall[]> {
    return (await ask<{ calls: ExotelCall[] }>(this.#url, 'GET', '/sandbox/exotel/calls')).body.calls
  }

  /** Of one call, by Exotel's name for it. */
  async streams(callSid: string | undefined): Promise<ExotelStream[]> {
    return (await this.seen()).streams.filter((stream) => stream.callSid === callSid)
  }

  async #post(path: string, sent: unknown): Promise<void> {
    const { status, body } = await ask(this.#url, 'POST', path, { body: sent })
    if (status > 299) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`)
  }
}
