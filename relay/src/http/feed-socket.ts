import type { LiveCalls } from '../calls/live-calls.ts'
import type { FarMessage } from '../live/far-feeds.ts'
import { CLOSE } from '../protocol/index.ts'
import { letGo, refuse, type SocketRoute } from './upgrade.ts'

/** A relay that takes no more than this is cut off, and comes back with what it has. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024

/** A call's transcript for another relay of this house, whose pages watch it: from `after` on, until all of it is in the store. */
export function feedSocket(o: { calls: Pick<LiveCalls, 'unsettled'> }): SocketRoute {
  return {
    path: '/relay/calls/{id}/feed',
    pattern: /^\/relay\/calls\/([A-Za-z0-9_-]{1,64})\/feed$/,
    access: 'relay',
    accept({ ws, parts, query }) {
      const call = o.calls.unsettled(parts[0] ?? '')
      if (!call) return refuse(ws, CLOSE.unknownCall, 'unknown or over')
      const tell = (message: FarMessage) => {
        if (ws.bufferedAmount > MOST_WAITING_BYTES) ws.terminate()
        else if (ws.readyState === ws.OPEN) ws.send(JSON.stringify(message))
      }
      for (const line of call.feed.since(Number(query.get('after')) || 0)) tell(line)
      tell({ caughtUp: true })
      const stop = call.feed.listen((event) => {
        if (event.type === 'transcript') tell({ seq: event.seq, entry: event.entry })
      })
      ws.on('close', stop)
      void call.closed.then(() => {
        ws.close(1000, 'over')
        letGo(ws)
      })
    },
  }
}
