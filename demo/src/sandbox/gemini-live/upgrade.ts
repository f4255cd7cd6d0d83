import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { refuse, type Upgrade } from '../upgrades.ts'
import type { Live } from './live.ts'
import { LiveSession } from './session.ts'

const PATH = /^\/{1,2}ws\/google\.ai\.generativelanguage\.(v1|v1beta|v1alpha)\.GenerativeService\.BidiGenerateContent$/
const LARGEST_FRAME = 8 << 20

/** Takes WebSocket upgrades of the Live API. */
export function liveUpgrade(live: Live): Upgrade {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_FRAME, perMessageDeflate: false })
  return (request, socket, head) => {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2)
    const version = PATH.exec(path)?.[1]
    if (!version) return false
    if (refused(live, socket)) return true
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const session = new LiveSession(ws, live, version)
      const key = new URLSearchParams(query).get('key') ?? request.headers['x-goog-api-key']
      // Google opens the socket first and says what is wrong in its close.
      if (!key) session.close(1008, "Method doesn't allow unregistered callers. Please use API Key or other form of API consumer identity.")
      else if (key !== live.world.key) session.close(1007, 'API key not valid. Please pass a valid API key.')
    })
    return true
  }
}

function refused(live: Live, socket: Duplex): boolean {
  const fault = live.world.faults.next('gemini-live', '', ({ kind }) => ['status', 'rate-limit', 'unauthorized'].includes(kind))
  if (fault?.kind === 'status') refuse(socket, fault.status)
  if (fault?.kind === 'rate-limit') refuse(socket, 429, Math.ceil(fault.retryAfterMs / 1000))
  if (fault?.kind === 'unauthorized') refuse(socket, 401)
  return fault !== undefined
}
