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

/**
 * The SDK's Live client over a socket of ours. Its own reads every frame in a promise that nobody awaits, so that one which is no JSON
 * ends the process; and 50 messages a second need no second parse. `onFrame` sees every frame first, and keeps it by returning true.
 */
export function guardedLive(client: GoogleGenAI, onFrame: (data: unknown) => boolean): GoogleGenAI['live'] {
  const webSocketFactory = {
    create: (url: string, headers: Record<string, string>, callbacks: SocketCallbacks) => createSocket(url, headers, callbacks, onFrame),
  }
  return Object.assign(Object.create(Object.getPrototypeOf(client.live)) as GoogleGenAI['live'], client.live, { webSocketFactory })
}

function createSocket(url: string, headers: Record<string, string>, callbacks: SocketCallbacks, onFrame: (data: unknown) => boolean) {
  let ws: WebSocket | undefined
  return {
    connect() {
      ws = new WebSocket(url, { headers, perMessageDeflate: false, maxPayload: MOST_BYTES, followRedirects: false })
      ws.on('open', callbacks.onopen)
      ws.on('message', (data) => onFrame(data) || callbacks.onmessage({ data: String(data) }))
      ws.on('error', callbacks.onerror)
      ws.on('close', (code, reason) => callbacks.onclose({ code, reason: String(reason) }))
    },
    send: (message: string) => ws?.send(message),
    close: () => ws?.close(),
  }
}
