import type { CallTokens } from '../access/call-tokens.ts'
import type { Call, LiveCalls } from '../calls/live-calls.ts'
import type { CallBook } from '../calls/log/call-book.ts'
import type { Clock } from '../calls/ports.ts'
import { acceptBrowserSocket, refuseBrowserSocket } from '../legs/browser/index.ts'
import type { Logger } from '../logger.ts'
import { CLOSE, type EndReason } from '../protocol/index.ts'
import { letGo, refuse, type SocketRoute, type Upgrade } from './upgrade.ts'

/** A visitor's media (CONTRACT section 5): the token in the path opens one call, and nothing else. */
export function mediaSocket(o: { tokens: CallTokens; calls: LiveCalls; book: CallBook; clock: Clock; logger: Logger }): SocketRoute {
  // The expiry bounds the first connect only: once a call has had its socket, the same URL brings it back.
  const connected = new WeakSet<Call>()

  const sayOver = async (ws: Upgrade['ws'], callId: string, fresh: EndReason | undefined) => {
    try {
      const known = fresh ? { endReason: fresh } : await o.book.status(callId)
      // In the book without an end: its relay is gone, and the sweeper will say the same.
      refuseBrowserSocket(ws, CLOSE.unknownCall, 'unknown or over', known ? (known.endReason ?? 'error') : undefined)
      letGo(ws)
    } catch (error) {
      o.logger.warn({ err: error, callId }, 'could not look up a call for its socket')
      refuse(ws, CLOSE.overload, 'try again shortly')
    }
  }

  return {
    path: '/media/{token}',
    pattern: /^\/media\/([^/]+)\/?$/,
    access: 'media-token',
    callOf: ({ parts }) => o.tokens.read(parts[0] ?? '')?.callId,
    accept({ ws, parts, query }) {
      const right = o.tokens.read(parts[0] ?? '')
      if (!right) return refuse(ws, CLOSE.badToken, 'bad token')
      const call = o.calls.unsettled(right.callId)
      if (!call || call.endReason) return void sayOver(ws, right.callId, call?.endReason)
      if (!connected.has(call) && o.clock.nowMs() > right.expiresAtMs) return refuse(ws, CLOSE.badToken, 'expired token')
      connected.add(call)
      const after = query.get('after')
      acceptBrowserSocket({
        ws,
        call,
        clock: o.clock,
        logger: o.logger,
        ...(after !== null && /^\d{1,15}$/.test(after) ? { after: Number(after) } : {}),
      })
    },
  }
}
