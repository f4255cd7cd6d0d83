import { CustomerServer, CustomerSocket, listening, type Webhook } from '../carriers/customer.test-kit.ts'
import { decodeMuLaw, encodeMuLaw } from '../carriers/g711.ts'
import { type Fields, formOf, withSandbox } from '../sandbox.test-kit.ts'
import { TWILIO_ACCOUNT } from './account.ts'
import type { StreamRecord } from './media-stream.ts'
import type { RelayRecord } from './relay-record.ts'
import type { Delivery } from './webhooks.ts'

export type { Webhook } from '../carriers/customer.test-kit.ts'
export type { PhoneRecord } from '../sandbox.test-kit.ts'

/** A tiny customer of Twilio for tests. */
export class Customer extends CustomerServer<CustomerStream> {
  static open(): Promise<Customer> {
    return listening(
      (url) => new Customer(url),
      (...about) => new CustomerStream(...about),
    )
  }

  /** Connects every call that asks `/voice` to `/media`. */
  streamsBothWays(parameters = '', rest = ''): this {
    const url = `${this.url.replace('http', 'ws')}/media`
    this.replies['/voice'] = () => ({ body: `<Response><Connect><Stream url="${url}">${parameters}</Stream></Connect>${rest}</Response>` })
    return this
  }

  statuses(): string[] {
    return this.told('/status').map(({ form }) => `${form.SequenceNumber} ${form.CallStatus}`)
  }

  /** The webhook that tells the end of a call. */
  ended(): Promise<Webhook> {
    const over = ['completed', 'busy', 'failed', 'no-answer', 'canceled']
    return this.until(() => this.told('/status').find(({ form }) => over.includes(form.CallStatus ?? '')))
  }
}

export class CustomerStream extends CustomerSocket {
  get sid(): string {
    return String(this.frames.find(({ event }) => event === 'start')?.streamSid)
  }

  send(frame: object): void {
    this.raw(JSON.stringify({ streamSid: this.sid, ...frame }))
  }

  /** All of it at once, in pieces of 20 ms. */
  say(samples: Int16Array): void {
    for (let at = 0; at < samples.length; at += 160) this.sayPiece(samples.subarray(at, at + 160))
  }

  sayPiece(samples: Int16Array): void {
    this.send({ event: 'media', media: { payload: Buffer.from(encodeMuLaw(samples)).toString('base64') } })
  }

  heard(): Int16Array {
    const payloads = this.of('media').map(({ media }) => Buffer.from((media as { payload: string }).payload, 'base64'))
    return decodeMuLaw(Buffer.concat(payloads))
  }
}

/** A sandbox with the requests a customer makes of Twilio, and the phones. */
export function withTwilio() {
  const sandbox = withSandbox()
  const authorization = `Basic ${Buffer.from(`${TWILIO_ACCOUNT.accountSid}:${TWILIO_ACCOUNT.authToken}`).toString('base64')}`
  const account = () => `${sandbox.url()}/2010-04-01/Accounts/${TWILIO_ACCOUNT.accountSid}`
  const json = async (answer: Response) => ({ status: answer.status, body: (await answer.json()) as Record<string, unknown> })
  const rest = async (path: string, form?: Fields, signal?: AbortSignal) => {
    const sent = form && { method: 'POST', body: formOf(form) }
    return await json(await fetch(account() + path, { headers: { authorization }, ...sent, ...(signal && { signal }) }))
  }
  const { ordered } = sandbox
  return {
    ...sandbox,
    account,
    authorization,
    rest,
    /** Places a call to a phone with everything subscribed. */
    place: (customer: Customer, o: Record<string, string | string[]> = {}, signal?: AbortSignal) =>
      rest(
        '/Calls.json',
        {
          To: '+12025550101',
          From: TWILIO_ACCOUNT.phoneNumber,
          Url: `${customer.url}/voice`,
          StatusCallback: `${customer.url}/status`,
          StatusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
          ...o,
        },
        signal,
      ),
    script: (script: object) => ordered('phones/scripts', { number: '+12025550101', ...script }),
    settings: (settings: object) => ordered('twilio/settings', settings),
    twilio: () =>
      sandbox.seen<{
        webhooks: Delivery[]
        streams: StreamRecord[]
        relays: RelayRecord[]
      }>('twilio/requests'),
  }
}
