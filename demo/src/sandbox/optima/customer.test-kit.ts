import { io, type Socket } from 'socket.io-client'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { withSandbox } from '../sandbox.test-kit.ts'
import { OPTIMA_ACCOUNT } from './account.ts'
import type { shownCall } from './rest.ts'

/** A customer of Optima for tests: asks REST, and listens with Socket.IO's own client or a WebSocket. */

export const CALLEE = '+12025550101'

type Told = { event: string; data: Record<string, unknown> }
interface Answer {
  status: number
  body: { status?: number; errors?: unknown; data?: { sessionId: string; endpointUrl?: string; phoneNumber?: string } | null }
}

class Customer {
  readonly told: Told[] = []
  readonly acks: unknown[] = []
  closed: number | undefined
  #waiting: (() => void)[] = []

  heard(event: string, data: unknown): void {
    this.told.push({ event, data: (typeof data === 'object' && data !== null ? data : { data }) as Told['data'] })
    this.wake()
  }

  of(event: string, sessionId?: string): Told['data'][] {
    return this.told.filter((each) => each.event === event && (!sessionId || each.data.sessionId === sessionId)).map(({ data }) => data)
  }

  async until<T>(find: () => T | undefined | false): Promise<T> {
    for (;;) {
      const found = find()
      if (found) return found
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }

  /** The sound so far, as samples of PCM16. */
  sound(): Int16Array {
    const bytes = Buffer.concat(this.of('audio').map(({ audioData, data }) => (audioData ?? data) as Buffer))
    return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length - (bytes.length % 2)))
  }
}

export class SocketCustomer extends Customer {
  readonly socket: Socket
  /** How often its connection was lost: it comes back by itself, maybe before anybody looks. */
  breaks = 0
  constructor(socket: Socket) {
    super()
    this.socket = socket
    socket.onAny((event: string, data: unknown) => this.heard(event, data))
    socket.on('disconnect', () => {
      this.breaks++
      this.wake()
    })
  }
  say(event: string, data: object): void {
    this.socket.emit(event, data, (ack: unknown) => {
      this.acks.push(ack)
      this.wake()
    })
  }
  async join(sessionId: string): Promise<Told['data']> {
    this.say('joinRoom', { sessionId })
    return this.until(() => this.of('roomJoined', sessionId).at(-1))
  }
}

export class NativeCustomer extends Customer {
  readonly ws: WebSocket
  constructor(ws: WebSocket) {
    super()
    this.ws = ws
    ws.on('message', (data, binary) => {
      if (binary) return this.heard('audio', { data })
      const { event, data: told } = JSON.parse(String(data)) as { event: string; data?: unknown }
      this.heard(event, told ?? {})
    })
    ws.on('close', (code) => {
      this.closed = code
      this.wake()
    })
  }
  say(event: string, data?: unknown): void {
    this.ws.send(JSON.stringify({ event, data }))
  }
}

export function withOptima() {
  const sandbox = withSandbox()
  const post = async (path: string, body: object = {}) => (await sandbox.post(`optima/${path}`, body)).json() as Promise<never>
  const rest = async (path: string, json?: object, token: string = OPTIMA_ACCOUNT.token): Promise<Answer> => {
    const answer = await fetch(sandbox.url() + path, {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(json ? { method: 'POST', body: JSON.stringify(json) } : {}),
    })
    return { status: answer.status, body: (await answer.json()) as Answer['body'] }
  }
  return {
    ...sandbox,
    rest,
    settings: (json: object) => post('settings', json) as Promise<unknown>,
    post: (path: string, json?: object) => post(path, json) as Promise<Record<string, unknown>>,
    script: (json: object = {}) => sandbox.post('phones/scripts', { number: CALLEE, ...json }),
    call: async (sessionId: string) => {
      const { calls } = await sandbox.seen<{ calls: ReturnType<typeof shownCall>[] }>('optima/calls')
      const call = calls.find((each) => each.sessionId === sessionId)
      if (!call) throw new Error('no such call')
      return call
    },
    /** Places a call as 1.0.3 or 1.0.5 does. */
    async place(more: object = {}): Promise<string> {
      const { body, status } = await rest('/pbx/call', { phoneNumber: CALLEE.slice(1), ...more })
      if (status !== 200 || !body.data) throw new Error(JSON.stringify(body))
      return body.data.sessionId
    },
    async connect(token: string = OPTIMA_ACCOUNT.token): Promise<SocketCustomer> {
      const socket = io(sandbox.url(), { transports: ['websocket'], reconnection: false, auth: { token }, forceNew: true })
      onTestFinished(() => void socket.disconnect())
      const customer = new SocketCustomer(socket)
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve)
        socket.once('connect_error', reject)
      })
      return customer
    },
    /** The status where it is refused. */
    open: (sessionId: string, token: string = OPTIMA_ACCOUNT.token): Promise<NativeCustomer | number> =>
      new Promise((resolve) => {
        const ws = new WebSocket(`${sandbox.url().replace('http', 'ws')}/ws/${sessionId}`, {
          headers: { authorization: `Bearer ${token}` },
        })
        onTestFinished(() => ws.terminate())
        const customer = new NativeCustomer(ws)
        ws.on('error', () => undefined)
        ws.once('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
        ws.once('open', () => resolve(customer))
      }),
  }
}
