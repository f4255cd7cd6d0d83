import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Live } from './live.ts'
import { LiveSession } from './session.ts'

const PATH = /^\/{1,2}ws\/google\.ai\.generativelanguage\.(v1|v1beta|v1alpha)\.GenerativeService\.BidiGenerateContent$/
const LARGEST_FRAME = 8 << 20

const WORDS: Record<number, string> = { 401: 'Unauthorized', 404: 'Not Found', 429: 'Too Many Requests', 503: 'Service Unavailable' }

/** Takes WebSocket upgrades of the Live API on a server; any other path is 404. */
export function acceptLive(server: Server, live: Live): void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_FRAME, perMessageDeflate: false })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const [path = '', query = ''] = (request.url ?? '').split('?', 2)
    const version = PATH.exec(path)?.[1]
    if (!version) return refuse(socket, 404)
    const fault = live.world.faults.next('gemini-live', '', ({ kind }) => ['status', 'rate-limit', 'unauthorized'].includes(kind))
    if (fault?.kind === 'status') return refuse(socket, fault.status)
    if (fault?.kind === 'rate-limit') return refuse(socket, 429, Math.ceil(fault.retryAfterMs / 1000))
    if (fault?.kind === 'unauthorized') return refuse(socket, 401)
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const session = new LiveSession(ws, live, version)
      const key = new URLSearchParams(query).get('key') ?? request.headers['x-goog-api-key']
      // Google opens the socket first and says what is wrong in its close.
      if (!key) session.close(1008, "Method doesn't allow unregistered callers. Please use API Key or other form of API consumer identity.")
      else if (key !== live.world.key) session.close(1007, 'API key not valid. Please pass a valid API key.')
    })
  })
}

function refuse(socket: Duplex, status: number, retryAfterS?: number): void {
  const retry = retryAfterS === undefined ? '' : `Retry-After: ${retryAfterS}\r\n`
  socket.end(`HTTP/1.1 ${status} ${WORDS[status] ?? 'Error'}\r\n${retry}Content-Length: 0\r\nConnection: close\r\n\r\n`)
}
