import { readWav } from '../../relay/src/audio/wav.ts'
import { ask } from './operator.ts'
import type { RelayProcess } from './relay-process.ts'
import { until } from './until.ts'
import { fromInt16 } from './waveform.ts'

/** The sandbox's phones and one of its carriers, as tests steer them and look into them. */

export interface PhoneRecord {
  readonly id: string
  readonly carrierCallId?: string
  readonly number: string
  readonly state: 'dialling' | 'ringing' | 'talking' | 'over'
  readonly end?: 'hung-up' | 'cancelled' | 'busy' | 'declined' | 'no-answer' | 'failed' | 'dropped'
  readonly endedBy?: 'phone' | 'carrier' | 'network'
  readonly keysPressed: { digit: string; atMs: number }[]
  readonly keysHeard: { digit: string; atMs: number }[]
  readonly marks: { did: string; atMs: number }[]
  readonly voice: { fromMs: number; toMs?: number }[]
  readonly states: { state: string; atMs: number }[]
}

export interface StreamRecord {
  readonly callSid: string
  readonly state: 'connecting' | 'open' | 'closed'
  readonly received: { media: number; bytes: number; marks: string[]; clears: number }
  /** `events`: what is told over the sound's own socket, where nothing is posted. */
  readonly sent: { media: number; dtmf: number; marks: string[]; events?: string[] }
  readonly warnings: string[]
}

export interface CarrierRequest {
  readonly method?: string
  readonly path: string
  readonly body: unknown
  readonly status: number
}

export interface Delivery {
  readonly purpose: string
  readonly callSid: string
  readonly url: string
  /** What it told, as fields. */
  readonly params?: Record<string, string>
  readonly told?: Record<string, unknown>
  readonly attempts: { status?: number; error?: string }[]
}

export type Step =
  | { text: string; voice?: string }
  | { wavBase64: string }
  | { digits: string }
  | { waitForSpeechMs: number }
  | { waitForSilenceMs: number }
  | { pauseMs: number }

export interface PhoneScript {
  does?: 'answer' | 'decline' | 'busy' | 'no-answer' | 'fail' | 'drop'
  afterMs?: number
  says?: Step[]
  hangsUpAfterMs?: number
  answeredBy?: string
  every?: boolean
}

/** How the sandbox's carrier is looked into. */
export interface CarrierEnd {
  /** Its name in the sandbox: of its faults, and of its own addresses. */
  readonly service: string
  /** Whether a request asks it to ring this number. */
  rings(request: CarrierRequest, number: string): boolean
}

export const TWILIO_END: CarrierEnd = {
  service: 'twilio',
  rings: ({ path, body }, number) => path.endsWith('/Calls.json') && (body as { To?: string } | null)?.To === number,
}

export class PhoneNetwork {
  readonly #url: string
  readonly #end: CarrierEnd
  constructor(demo: Pick<RelayProcess, 'sandboxUrl'>, end = TWILIO_END) {
    this.#url = demo.sandboxUrl
    this.#end = end
  }

  /** What this number does with its next call. */
  async script(number: string, script: PhoneScript): Promise<void> {
    await this.#post('/sandbox/phones/scripts', { number, ...script })
  }

  /** What goes wrong at the carrier with the next call of this number. */
  async fault(number: string, kind: string, more: Record<string, unknown> = {}): Promise<void> {
    await this.#post('/sandbox/faults', { service: this.#end.service, kind, match: number, ...more })
  }

  async settings(settings: Record<string, unknown>): Promise<void> {
    await this.#post(`/sandbox/${this.#end.service}/settings`, settings)
  }

  /** A scripted phone calls. Gives the network's id of the call. */
  async dial(from: string, to: string, script: Pick<PhoneScript, 'says' | 'hangsUpAfterMs'>): Promise<string> {
    return (await this.#post<{ id: string }>('/sandbox/phones/dial', { from, to, ...script })).id
  }

  async act(id: string, what: Step | { do: 'hang-up' | 'drop' | 'answer' | 'decline' }): Promise<void> {
    await this.#post(`/sandbox/phones/calls/${id}/act`, what)
  }

  /** Oldest first. */
  async calls(number: string): Promise<PhoneRecord[]> {
    return (await this.#get<{ calls: PhoneRecord[] }>(`/sandbox/phones/calls?number=${encodeURIComponent(number)}`)).calls
  }

  /** The only call of this number, once it stands so. */
  async phone(number: string, is: (call: PhoneRecord) => boolean = () => true, withinMs?: number): Promise<PhoneRecord> {
    const what = `the phone of ${number}: ${String(is)}`
    return until(what, async () => (await this.calls(number)).findLast(is), withinMs)
  }

  /** At 8 kHz, from the beginning of the call. */
  async sound(id: string, side: 'heard' | 'said' = 'heard'): Promise<ReturnType<typeof fromInt16>> {
    const answer = await fetch(`${this.#url}/sandbox/phones/calls/${id}/audio?side=${side}`)
    const wav = readWav(new Uint8Array(await answer.arrayBuffer()))
    return fromInt16(new Int16Array(Uint8Array.from(wav.data).buffer), wav.sampleRateHz)
  }

  /** What passed between the relay and the carrier. */
  exchanged(): Promise<{ requests: CarrierRequest[]; webhooks: Delivery[]; streams: StreamRecord[] }> {
    return this.#get(`/sandbox/${this.#end.service}/requests`)
  }

  /** How often the carrier was asked to ring this number, whatever it answered. */
  async placements(number: string): Promise<number> {
    const { requests } = await this.exchanged()
    return requests.filter((request) => this.#end.rings(request, number)).length
  }

  async streams(number: string): Promise<StreamRecord[]> {
    const sids = new Set((await this.calls(number)).map(({ carrierCallId }) => carrierCallId))
    return (await this.exchanged()).streams.filter(({ callSid }) => sids.has(callSid))
  }

  async #post<T = Record<string, unknown>>(path: string, sent: unknown): Promise<T> {
    const { status, body } = await ask<T>(this.#url, 'POST', path, { body: sent })
    if (status > 299) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`)
    return body
  }

  async #get<T>(path: string): Promise<T> {
    return (await ask<T>(this.#url, 'GET', path)).body
  }
}
