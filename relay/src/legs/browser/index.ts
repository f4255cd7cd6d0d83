import type { WebSocket } from 'ws'
import type { Call } from '../../calls/call.ts'
import type { Clock } from '../../calls/ports.ts'
import type { Logger } from '../../logger.ts'
import { CLOSE, type EndReason } from '../../protocol/index.ts'
import { BROWSER_INPUT, type BrowserLeg, createBrowserLeg } from './leg.ts'
import { encode } from './media.ts'
import { createMediaSocket } from './socket.ts'

const legs = new WeakMap<Call, BrowserLeg>()

/** Joins a socket to its call: the first makes the visitor's leg, a later one replaces the socket before and goes on where it stood. */
export function acceptBrowserSocket(o: { ws: WebSocket; call: Call; after?: number; clock: Clock; logger: Logger }): void {
  const { call } = o
  const known = legs.get(call)
  const leg =
    known ?? createBrowserLeg({ modality: call.modality, clock: o.clock, onToolResult: (id, result) => call.toolResult(id, result) })
  const socket = createMediaSocket({
    ws: o.ws,
    clock: o.clock,
    inputHz: BROWSER_INPUT.sampleRateHz,
    onMessage: (message) => leg.message(message),
    onAudio: leg,
    onFault: (error) => o.logger.error({ err: error, callId: call.id }, 'a message of the page could not be taken'),
    onGone(code) {
      if (code === CLOSE.abuse) o.logger.warn({ callId: call.id }, 'a media socket was closed for abuse')
      leg.gone(socket, code)
    },
  })
  leg.use(socket)
  leg.tell({ type: 'ready', callId: call.id, sessionId: call.sessionId, resumed: known !== undefined })
  leg.tell({ type: 'status', status: call.status })
  for (const change of call.feed.since(o.after ?? 0)) leg.tell({ type: 'transcript', ...change })
  if (known) {
    leg.repeat()
    leg.attached()
    return
  }
  legs.set(call, leg)
  call.feed.listen((event) => {
    if (event.type === 'human-requested' || event.type === 'ai') return
    // The leg's own last word, said when the call closes it.
    if (event.type !== 'ended') leg.tell(event)
  })
  call.attach(leg.leg)
}

/** Answers a socket that has no call: says how the call ended where that is known, then closes with the code. */
export function refuseBrowserSocket(ws: WebSocket, code: number, reason: string, ended?: EndReason): void {
  ws.on('error', () => undefined)
  if (ended) ws.send(encode({ type: 'ended', reason: ended }))
  ws.close(code, reason)
}
