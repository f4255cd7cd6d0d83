import { randomUUID } from 'node:crypto'
import type { Server as HttpServer } from 'node:http'
import type { Socket as NetSocket } from 'node:net'
import { Server, type Socket } from 'socket.io'
import { type WebSocket, WebSocketServer } from 'ws'
import { type CarrierHouse, startCarrierHouse } from '../phone-house.test-kit.ts'
import type { VendorAnswer } from '../vendor.test-kit.ts'

/** Optima played by Socket.IO's own server, and by plain WebSockets; and the real relay beside it. */

export const TOKEN = 'optima-token-of-the-tests'
export const CALLEE = '+6289608675796'
export const OURS = '+622112345678'

export interface Said {
  readonly event: string
  readonly data: { sessionId?: string; name?: string; audioData?: Buffer; audioFormat?: string; digit?: string; duration?: number }
  /** An acknowledgement was asked for. */
  readonly asks: boolean
}

/** Optima's sockets at an HTTP server. */
export interface OptimaSockets {
  /** What was said to it, oldest first. */
  readonly said: Said[]
  readonly connections: () => number
  /** Tells whoever is in this call's room. */
  tell(event: string, data: { sessionId: string } & Record<string, unknown>): void
  /** Tells every connection of the token. */
  tellAll(event: string, data: Record<string, unknown>): void
  /** How the next requests to join are answered; `silence` answers nothing. */
  joining: 'success' | 'failed' | 'silence'
  /** Sound is told to be taken; without it never. */
  acks: boolean
  /** Cuts every connection without a word; they may come back. */
  cut(): void
  /** Sends every connection away. */
  sendAway(): void
  refuseAll: boolean
  /** The native socket of a call. */
  native(sessionId: string): WebSocket | undefined
  readonly authorizations: string[]
  close(): Promise<void>
}

export function openOptimaSockets(http: HttpServer): OptimaSockets {
  const io = new Server(http, { transports: ['websocket'], serveClient: false, destroyUpgrade: false })
  const said: Said[] = []
  const natives = new Map<string, WebSocket>()
  const authorizations: string[] = []
  const wss = new WebSocketServer({ noServer: true })
  const lines = new Set<NetSocket>()
  http.on('connection', (line) => {
    lines.add(line)
    line.on('close', () => lines.delete(line))
  })
  const cutLines = new Set<NetSocket>()
  http.on('upgrade', (request, line, head) => {
    cutLines.add(line as NetSocket)
    line.on('close', () => cutLines.delete(line as NetSocket))
    const [, sessionId] = /^\/ws\/([\w-]+)$/.exec(request.url ?? '') ?? []
    if (sessionId === undefined) return
    authorizations.push(request.headers.authorization ?? '')
    if (sockets.refuseAll) return void line.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n')
    wss.handleUpgrade(request, line, head, (ws) => {
      natives.set(sessionId, ws)
      ws.on('message', (data, binary) => {
        if (binary) said.push({ event: 'audio', data: { sessionId, audioData: data as Buffer }, asks: false })
        else {
          const told = JSON.parse(String(data)) as { event: string; data?: unknown }
          const more = typeof told.data === 'string' ? { name: told.data } : (told.data as object | undefined)
          said.push({ event: told.event, data: { sessionId, ...more }, asks: false })
        }
      })
    })
  })
  io.use((socket, next) => {
    const { token } = socket.handshake.auth as { token?: string }
    next(token === TOKEN && !sockets.refuseAll ? undefined : new Error('Authentication token is required'))
  })
  io.on('connection', (socket: Socket) => {
    socket.onAny((event: string, data: Said['data'], ack?: (answer: object) => void) => {
      said.push({ event, data, asks: ack !== undefined })
      if (sockets.acks) ack?.({ success: true, error: null })
      const { sessionId } = data
      if (event !== 'joinRoom' || sessionId === undefined || sockets.joining === 'silence') return
      if (sockets.joining === 'success') void socket.join(sessionId)
      socket.emit('roomJoined', { sessionId, status: sockets.joining })
    })
  })
  const sockets: OptimaSockets = {
    said,
    authorizations,
    joining: 'success',
    acks: true,
    refuseAll: false,
    connections: () => io.sockets.sockets.size,
    tell: (event, data) => io.to(data.sessionId).emit(event, data),
    tellAll: (event, data) => io.emit(event, data),
    cut() {
      for (const line of [...cutLines]) line.destroy()
    },
    sendAway: () => void io.disconnectSockets(),
    native: (sessionId) => natives.get(sessionId),
    async close() {
      for (const ws of natives.values()) ws.terminate()
      wss.close()
      await io.close()
      for (const line of lines) line.destroy()
    },
  }
  return sockets
}

export interface OptimaHouse extends Omit<CarrierHouse, 'wish'> {
  readonly optima: OptimaSockets
  /** What it was asked to ring, newest last. */
  readonly placed: Record<string, unknown>[]
  readonly hungUp: string[]
  /** Added to what is answered to a placement. */
  answerMore: object
  /** `newSession` goes out before the answer does, after it, or never. */
  tells: 'before' | 'after' | 'never'
  record: (sessionId: string) => VendorAnswer
  newest(): string
  /** A visitor asks to be called, and Optima has its name for the call. */
  wish(json?: Record<string, unknown>): Promise<{ callId: string; sid: string; callUrl: string }>
  /** The same, until somebody has answered and hears the greeting. */
  answered(json?: Record<string, unknown>): Promise<{ callId: string; sid: string; callUrl: string }>
  of(sid: string, event: string): Said[]
  transcript(callId: string): Promise<string>
  calls(): Promise<{ id: string; sessionId: string; direction: string; status: string; agentId: string }[]>
}

export async function startOptimaHouse(o: { env?: Record<string, string>; persona?: Record<string, unknown> } = {}): Promise<OptimaHouse> {
  const placed: Record<string, unknown>[] = []
  const hungUp: string[] = []
  let sid = ''
  let sockets: OptimaSockets | undefined
  const base = await startCarrierHouse({
    env: (origin) => ({
      OPTIMA_TOKEN: TOKEN,
      OPTIMA_PHONE_NUMBER: OURS,
      OPTIMA_API_BASE_URL: origin,
      CALLBACK_COUNTRIES: 'ID',
      ...o.env,
    }),
    persona: { callbackCountries: ['ID'], ...o.persona },
    extras: { alwaysRing: [CALLEE, '+6289608675797'] },
    beside: (server) => {
      sockets = openOptimaSockets(server)
      return sockets.close
    },
  })
  const optima = sockets as unknown as OptimaSockets
  const tellNew = () => optima.tellAll('newSession', { sessionId: sid, type: 'outbound' })
  const ok = (data: object) => ({ status: 200, body: { status: 200, errors: '', data } })
  base.vendor.answers(({ body, path }) => {
    const json = body === '' ? {} : (JSON.parse(body) as Record<string, unknown>)
    if (path === '/pbx/call') {
      sid = randomUUID()
      placed.push(json)
      if (house.tells === 'before') tellNew()
      if (house.tells === 'after') setTimeout(tellNew, 20)
      return ok({ phoneNumber: json.phoneNumber, sessionId: sid, ...house.answerMore })
    }
    if (path === '/pbx/hangup') {
      hungUp.push(String(json.sessionId))
      return ok({ sessionId: json.sessionId })
    }
    return path.startsWith('/v1/cdr/') ? house.record(path.slice('/v1/cdr/'.length)) : { status: 404, body: {} }
  })

  const house: OptimaHouse = {
    ...base,
    optima,
    placed,
    hungUp,
    answerMore: {},
    tells: 'after',
    record: () => ({ status: 404, body: { status: 404, errors: 'Resource not found', data: null } }),
    newest: () => sid,
    async wish(json = {}) {
      const answer = await base.wish({ phoneNumber: CALLEE, ...json })
      const made = (await answer.json()) as { callId: string; callUrl: string }
      if (answer.status !== 202) throw new Error(JSON.stringify(made))
      for (let seen = 0; !seen; ) seen = (await house.view(made.callId)).events.filter(({ type }) => type === 'line.status').length
      return { ...made, sid }
    },
    async answered(json) {
      const call = await house.wish(json)
      await until(() => house.of(call.sid, 'joinRoom').length > 0)
      for (const status of ['Dialing', 'Ringing', 'Connected']) optima.tell('dialStatus', { sessionId: call.sid, status })
      await until(() => house.of(call.sid, 'audio').length > 0)
      return call
    },
    of: (wanted, event) => optima.said.filter((each) => each.event === event && each.data.sessionId === wanted),
    transcript: async (callId) => (await base.ask(`/api/calls/${callId}/transcript`, { token: base.admin })).text(),
    async calls() {
      return ((await (await base.ask('/api/calls', { token: base.admin })).json()) as { calls: never }).calls
    },
  }
  return house
}

/** Waits for what is told by nothing else. */
export async function until(done: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const late = performance.now() + withinMs
  while (!(await done())) {
    if (performance.now() > late) throw new Error(`not within ${withinMs} ms: ${done}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
