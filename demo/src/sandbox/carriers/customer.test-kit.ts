import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'

/** A tiny customer of a carrier for tests: answers webhooks, takes sockets, remembers everything. */

export interface Webhook {
  path: string
  /** Path and query. */
  url: string
  method: string
  headers: IncomingMessage['headers']
  text: string
  form: Record<string, string>
}
interface Answer {
  status?: number
  body?: string
  type?: string
}
type Reply = (webhook: Webhook) => Answer | Promise<Answer>
type Frame = { event: string } & Record<string, unknown>

export class CustomerServer<Socket extends CustomerSocket> {
  readonly url: string
  readonly webhooks: Webhook[] = []
  readonly streams: Socket[] = []
  /** What it answers, by path; anything else is an empty 200. */
  readonly replies: Record<string, Reply> = {}
  /** Whether it takes a socket. */
  admits: (request: IncomingMessage) => boolean = () => true
  #waiting: (() => void)[] = []

  constructor(url: string) {
    this.url = url
  }

  async until<T>(find: () => T | undefined | false): Promise<T> {
    for (;;) {
      const found = find()
      if (found) return found
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  /** What came to a path. */
  told(path: string): Webhook[] {
    return this.webhooks.filter((webhook) => webhook.path === path)
  }

  stream(n = 0): Promise<Socket> {
    return this.until(() => this.streams[n])
  }

  wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }

  async answer(request: IncomingMessage): Promise<Answer> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const { pathname } = new URL(request.url ?? '/', this.url)
    const text = Buffer.concat(pieces).toString()
    const form = Object.fromEntries(new URLSearchParams(text))
    const webhook = { path: pathname, url: request.url ?? '', method: request.method ?? '', headers: request.headers, text, form }
    this.webhooks.push(webhook)
    this.wake()
    return (await this.replies[pathname]?.(webhook)) ?? {}
  }
}

/** Listens until the test is over. */
export async function listening<Socket extends CustomerSocket, Customer extends CustomerServer<Socket>>(
  make: (url: string) => Customer,
  socketOf: (...about: ConstructorParameters<typeof CustomerSocket>) => Socket,
): Promise<Customer> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const customer = make(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  server.on('request', (request, response) => {
    void customer.answer(request).then(
      ({ status = 200, body = '', type = 'text/xml' }) => response.writeHead(status, { 'Content-Type': type }).end(body),
      () => response.destroy(),
    )
  })
  const sockets = new WebSocketServer({ server, verifyClient: ({ req }: { req: IncomingMessage }) => customer.admits(req) })
  sockets.on('connection', (socket, request) => {
    customer.streams.push(socketOf(socket, request, () => customer.wake()))
    customer.wake()
  })
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate()
    server.close()
    server.closeAllConnections()
  })
  return customer
}

export class CustomerSocket {
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

  of(event: string): Frame[] {
    return this.frames.filter((frame) => frame.event === event)
  }

  raw(text: string): void {
    this.#socket.send(text)
  }

  close(): void {
    this.#socket.close(1000)
  }
}
