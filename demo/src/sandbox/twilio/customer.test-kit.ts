import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { withSandbox } from '../sandbox.test-kit.ts'
import { TWILIO_ACCOUNT } from './account.ts'
import { decodeMuLaw, encodeMuLaw } from './g711.ts'
import type { StreamRecord } from './media-stream.ts'
import type { Delivery } from './webhooks.ts'

/** A tiny customer of Twilio for tests: answers webhooks, takes media sockets, remembers everything. */

export interface Webhook {
  path: string
  /** Path and query. */
  url: string
  method: string
  headers: IncomingMessage['headers']
  form: Record<string, string>
}
type Reply = (webhook: Webhook) => { status?: number; body?: string } | Promise<{ status?: number; body?: string }>

export class Customer {
  readonly url: string
  readonly webhooks: Webhook[] = []
  readonly streams: CustomerStream[] = []
  /** What it answers, by path; anything else is an empty 200. */
  readonly replies: Record<string, Reply> = {}
  #waiting: (() => void)[] = []

  constructor(url: string) {
    this.url = url
  }

  static async open(): Promise<Customer> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const customer = new Customer(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    server.on('request', (request, response) => {
      void customer.#webhook(request).then(
        ({ status = 200, body = '' }) => response.writeHead(status, { 'Content-Type': 'text/xml' }).end(body),
        () => response.destroy(),
      )
    })
    const sockets = new WebSocketServer({ server })
    sockets.on('connection', (socket, request) => {
      customer.streams.push(new CustomerStream(socket, request, () => customer.#wake()))
      customer.#wake()
    })
    onTestFinished(() => {
      for (const socket of sockets.clients) socket.terminate()
      server.close()
      server.closeAllConnections()
    })
    return customer
  }

  /** Connects every call that asks `/voice` to `/media`. */
  streamsBothWays(parameters = '', rest = ''): this {
    const url = `${this.url.replace('http', 'ws')}/media`
    this.replies['/voice'] = () => ({ body: `<Response><Connect><Stream url="${url}">${parameters}</Stream></Connect>${rest}</Response>` })
    return this
  }

  async until<T>(find: () => T | undefined | false): Promise<T> {
    for (;;) {
      const found = find()
      if (found) return found
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  statuses(): string[] {
    return this.webhooks.filter(({ path }) => path === '/status').map(({ form }) => `${form.SequenceNumber} ${form.CallStatus}`)
  }

  /** The webhook that tells the end of a call. */
  ended(): Promise<Webhook> {
    const over = ['completed', 'busy', 'failed', 'no-answer', 'canceled']
    return this.until(() => this.webhooks.find(({ path, form }) => path === '/status' && over.includes(form.CallStatus ?? '')))
  }

  stream(n = 0): Promise<CustomerStream> {
    return this.until(() => this.streams[n])
  }

  async #webhook(request: IncomingMessage): Promise<{ status?: number; body?: string }> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const { pathname } = new URL(request.url ?? '/', this.url)
    const form = Object.fromEntries(new URLSearchParams(Buffer.concat(pieces).toString()))
    const webhook = { path: pathname, url: request.url ?? '', method: request.method ?? '', headers: request.headers, form }
    this.webhooks.push(webhook)
    this.#wake()
    return (await this.replies[pathname]?.(webhook)) ?? {}
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }
}

type Frame = { event: string } & Record<string, unknown>

export class CustomerStream {
  readonly frames: Frame[] = []
  readonly headers: IncomingMessage['headers']
  readonly path: string
  closed: number | undefined
  readonly #socket: WebSocket

  constructor(socket: WebSocket, request: IncomingMessage, wake: () => void) {
    this.#socket = socket
    this.headers = request.headers
    this.path = request.url ?? ''
    socket.on('message', (data) => {
      this.frames.push(JSON.parse(String(data)) as Frame)
      wake()
    })
    socket.on('close', (code) => {
      this.closed = code
      wake()
    })
  }

  get sid(): string {
    return String(this.frames.find(({ event }) => event === 'start')?.streamSid)
  }

  of(event: string): Frame[] {
    return this.frames.filter((frame) => frame.event === event)
  }

  send(frame: object): void {
    this.#socket.send(JSON.stringify({ streamSid: this.sid, ...frame }))
  }

  /** All of it at once, in pieces of 20 ms. */
  say(samples: Int16Array): void {
    for (let at = 0; at < samples.length; at += 160) this.sayPiece(samples.subarray(at, at + 160))
  }

  sayPiece(samples: Int16Array): void {
    this.send({ event: 'media', media: { payload: Buffer.from(encodeMuLaw(samples)).toString('base64') } })
  }

  raw(text: string): void {
    this.#socket.send(text)
  }

  heard(): Int16Array {
    const payloads = this.of('media').map(({ media }) => Buffer.from((media as { payload: string }).payload, 'base64'))
    return decodeMuLaw(Buffer.concat(payloads))
  }

  close(): void {
    this.#socket.close(1000)
  }
}

export interface PhoneRecord {
  id: string
  carrierCallId: string
  state: string
  end?: string
  endedBy?: string
  states: { state: string; atMs: number }[]
  keysHeard: { digit: string; atMs: number }[]
  marks: { did: string; atMs: number }[]
  voice: { fromMs: number; toMs?: number }[]
  heard: { bytes: number }
}

/** A sandbox with the requests a customer makes of Twilio, and the phones. */
export function withTwilio() {
  const sandbox = withSandbox()
  const authorization = `Basic ${Buffer.from(`${TWILIO_ACCOUNT.accountSid}:${TWILIO_ACCOUNT.authToken}`).toString('base64')}`
  const account = () => `${sandbox.url()}/2010-04-01/Accounts/${TWILIO_ACCOUNT.accountSid}`
  const json = async (answer: Response) => ({ status: answer.status, body: (await answer.json()) as Record<string, unknown> })
  const rest = async (path: string, form?: Record<string, string | string[]>, signal?: AbortSignal) => {
    const pairs = Object.entries(form ?? {}).flatMap(([name, value]) => [value].flat().map((each): [string, string] => [name, each]))
    const sent = form && { method: 'POST', body: new URLSearchParams(pairs) }
    return await json(await fetch(account() + path, { headers: { authorization }, ...sent, ...(signal && { signal }) }))
  }
  const ordered = async (path: string, body: object) => {
    const answer = await sandbox.post(path, body)
    if (!answer.ok) throw new Error(`order refused: ${await answer.text()}`)
    return (await answer.json()) as Record<string, unknown>
  }
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
    ordered,
    phones: async (): Promise<PhoneRecord[]> =>
      ((await (await fetch(`${sandbox.url()}/sandbox/phones/calls`)).json()) as { calls: PhoneRecord[] }).calls,
    audio: async (id: string, side: 'heard' | 'said'): Promise<Int16Array> => {
      const wav = await (await fetch(`${sandbox.url()}/sandbox/phones/calls/${id}/audio?side=${side}`)).arrayBuffer()
      return new Int16Array(wav.slice(44))
    },
    twilio: async () =>
      (await (await fetch(`${sandbox.url()}/sandbox/twilio/requests`)).json()) as { webhooks: Delivery[]; streams: StreamRecord[] },
  }
}
