import { CustomerServer, CustomerSocket, listening } from '../carriers/customer.test-kit.ts'
import { type Fields, formOf, withSandbox } from '../sandbox.test-kit.ts'
import { EXOTEL_ACCOUNT } from './account.ts'
import type { StreamRecord } from './agent-stream.ts'
import type { Delivery } from './webhooks.ts'

type Frame = { event: string } & Record<string, unknown>
export type Told = Record<string, unknown> & { Status: string; EventType?: string }

/** A tiny customer of Exotel for tests. */
export class Customer extends CustomerServer<CustomerStream> {
  static open(): Promise<Customer> {
    return listening(
      (url) => new Customer(url),
      (...about) => new CustomerStream(...about),
    )
  }

  /** Where the sound goes. */
  media(query = ''): string {
    return `${this.url.replace('http', 'ws')}/media${query}`
  }

  /** Status callbacks that came as JSON. */
  statuses(): Told[] {
    return this.told('/status').map(({ text }) => JSON.parse(text) as Told)
  }

  /** The last word of a call. */
  ended(): Promise<Told> {
    return this.until(() => this.statuses().find(({ EventType }) => EventType === undefined || EventType === 'terminal'))
  }
}

export class CustomerStream extends CustomerSocket {
  get start(): Frame | undefined {
    return this.of('start')[0]
  }

  get sid(): string {
    return String(this.start?.stream_sid ?? this.start?.streamSid)
  }

  send(frame: object): void {
    this.raw(JSON.stringify({ stream_sid: this.sid, streamSid: this.sid, ...frame }))
  }

  /** All of it at once, in chunks. */
  say(pcm: Buffer, chunkBytes = 3200): void {
    for (let at = 0, n = 1; at < pcm.length; at += chunkBytes, n++) {
      const counters = { chunk: String(n), timestamp: String(n), sequenceNumber: String(n) }
      this.send({ event: 'media', media: { ...counters, payload: pcm.subarray(at, at + chunkBytes).toString('base64') } })
    }
  }

  heard(): Buffer {
    return Buffer.concat(this.of('media').map(({ media }) => Buffer.from((media as { payload: string }).payload, 'base64')))
  }
}

/** A sandbox with the requests a customer makes of Exotel, and the phones. */
export function withExotel() {
  const sandbox = withSandbox()
  const authorization = `Basic ${Buffer.from(`${EXOTEL_ACCOUNT.apiKey}:${EXOTEL_ACCOUNT.apiToken}`).toString('base64')}`
  const account = () => `${sandbox.url()}/v1/Accounts/${EXOTEL_ACCOUNT.sid}`
  const rest = async (path: string, form?: Fields, signal?: AbortSignal) => {
    const sent = form && { method: 'POST', body: formOf(form) }
    const answer = await fetch(account() + path, { headers: { authorization }, ...sent, ...(signal && { signal }) })
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, Record<string, unknown>> }
  }
  const { ordered } = sandbox
  return {
    ...sandbox,
    account,
    authorization,
    rest,
    /** Places a call to a phone whose sound goes to the customer, with everything subscribed. */
    place: (customer: Customer, o: Record<string, string | string[] | undefined> = {}, signal?: AbortSignal) => {
      const streams = !('StreamUrl' in o) || o.StreamUrl !== undefined
      const form = {
        From: '+919000000001',
        CallerId: '08040550199',
        StreamUrl: customer.media(),
        StreamType: 'bidirectional',
        StatusCallback: `${customer.url}/status`,
        'StatusCallbackEvents[]': [...(streams ? ['ringing'] : []), 'answered', 'terminal'],
        StatusCallbackContentType: 'application/json',
        ...o,
      }
      const given = Object.entries(form).filter((entry): entry is [string, string | string[]] => entry[1] !== undefined)
      return rest('/Calls/connect.json', Object.fromEntries(given), signal)
    },
    script: (script: object) => ordered('phones/scripts', { number: '+919000000001', ...script }),
    settings: (settings: object) => ordered('exotel/settings', settings),
    /** A phone calls the ExoPhone. */
    dial: (o: object = {}) => ordered('phones/dial', { from: '+919000000002', to: EXOTEL_ACCOUNT.phoneNumber, ...o }),
    flow: (flow: object[]) => ordered('exotel/numbers', { phoneNumber: EXOTEL_ACCOUNT.phoneNumber, flow }),
    exotel: () => sandbox.seen<{ webhooks: Delivery[]; streams: StreamRecord[] }>('exotel/requests'),
  }
}
