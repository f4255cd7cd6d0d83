import type { GoogleGenAI } from '@google/genai'
import { WebSocket } from 'ws'

interface SocketCallbacks {
  onopen: () => void
  onmessage: (event: { data: unknown }) => void
  onerror: (event: unknown) => void
  onclose: (event: unknown) => void
}

/** A voice answer comes in pieces of some kB; nothing that is wanted is this large. */
const MOST_BYTES = 4 << 20
/** More than a minute of speech that the far end does not take. */
const MOST_UNSENT_BYTES = 4 << 20

/** The SDK's Live client, and its socket while there is one. */
export interface GuardedLive {
  live: GoogleGenAI['live']
  /** Ends the socket at once, in whatever state: the SDK has no way to give up a connection that it waits for. */
  drop(): void
}

/**
 * The SDK's Live client over a socket of ours. Its own reads every frame in a promise that nobody awaits, so that one which is no JSON
 * ends the process; and 50 messages a second need no second parse. `onFrame` sees every frame first, and keeps it by returning true.
 */
export function guardedLive(client: GoogleGenAI, onFrame: (data: unknown) => boolean): GuardedLive {
  let ws: WebSocket | undefined
  const create = (url: string, headers: Record<string, string>, callbacks: SocketCallbacks) => ({
    connect() {
      ws = new WebSocket(url, { headers, perMessageDeflate: false, maxPayload: MOST_BYTES, followRedirects: false })
      ws.on('open', callbacks.onopen)
      ws.on('message', (data) => onFrame(data) || callbacks.onmessage({ data: String(data) }))
      ws.on('error', callbacks.onerror)
      ws.on('close', (code, reason) => callbacks.onclose({ code, reason: String(reason) }))
    },
    send(message: string) {
      // A line that is dead and does not know it would fill the memory.
      if (ws && ws.bufferedAmount > MOST_UNSENT_BYTES) ws.terminate()
      else ws?.send(message)
    },
    close: () => ws?.close(),
  })
  const live = Object.create(Object.getPrototypeOf(client.live)) as GoogleGenAI['live']
  return { live: Object.assign(live, client.live, { webSocketFactory: { create } }), drop: () => ws?.terminate() }
}
