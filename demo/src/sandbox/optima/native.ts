import { WebSocketServer } from 'ws'
import { refuse, type Upgrade } from '../upgrades.ts'
import { OPTIMA_ACCOUNT } from './account.ts'
import type { Member, OptimaCall } from './call.ts'
import type { Exchange } from './exchange.ts'
import { NativeFrame } from './wire.ts'

const PATH = /^\/ws\/([0-9a-f-]{36})$/
const LARGEST = 1 << 20

/** Optima over a WebSocket of each call: binary frames are sound, text frames `{event, data}`. */
export function optimaNative(exchange: Exchange): Upgrade {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST, perMessageDeflate: false })
  return (request, socket, head) => {
    const [, sessionId] = PATH.exec(request.url ?? '') ?? []
    if (sessionId === undefined) return false
    const call = exchange.calls.get(sessionId)
    if (request.headers.authorization !== `Bearer ${OPTIMA_ACCOUNT.token}`) refuse(socket, 401)
    else if (exchange.current.version !== '1.0.5-ws' || !call || call.over || call.order.faults.stream?.kind === 'stream-refused')
      refuse(socket, 404)
    else sockets.handleUpgrade(request, socket, head, (ws) => serve(call, ws))
    return true
  }
}

function serve(call: OptimaCall, ws: import('ws').WebSocket): void {
  const member: Member = {
    tell(event, { sessionId: _, ...data }) {
      // Capital here, and the bare name.
      const told = event === 'checkPoint' ? { event: 'CheckPoint', data: data.name } : { event, data }
      ws.send(JSON.stringify(told))
      if (event === 'hangup') setImmediate(() => ws.close(1000))
    },
    sound: (bytes) => ws.send(bytes),
    drop: () => ws.terminate(),
  }
  ws.on('error', () => ws.terminate())
  ws.on('close', () => call.leave(member))
  ws.on('message', (data, binary) => {
    if (binary) return void call.plays(data as Buffer, call.order.input)
    const frame = NativeFrame.safeParse(json(String(data)))
    if (!frame.success) return void call.warn(`no such message: ${String(data).slice(0, 200)}`)
    const { data: said } = frame
    switch (said.event) {
      case 'checkPoint':
        return call.checkPoint(said.data)
      case 'dtmf':
        return call.key(said.data.digit)
      case 'interruption':
        return call.interrupt()
      case 'hangup':
        return call.hangUp()
    }
  })
  if (!call.join(member)) ws.close(1008)
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
