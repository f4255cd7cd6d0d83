import type { GoogleGenAI } from '@google/genai'
import { WebSocket } from 'ws'
import { readMessages } from '../../audio/inbox.ts'
import { createOutbox, type Outbox } from '../../audio/outbox.ts'

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
  /** Past the SDK, which would write it no better: a text of ASCII with this sound in base64 in its middle. */
  sound(before: string, sound: Uint8Array, after: string): void
  /** Ends the socket at once, in whatever state: the SDK has no way to give up a connection that it waits for. */
  drop(): void
}

/**
 * The SDK's Live client over a socket of ours. Its own reads every frame in a promise that nobody awaits, so that one which is no JSON
 * ends the process; and 50 messages a second need no second parse. `onFrame` sees every frame first, and keeps it by returning true.
 */
export function guardedLive(client: GoogleGenAI, onFrame: (data: unknown) => boolean): GuardedLive {
  let ws: WebSocket | undefined
  let outbox: Outbox | undefined
  /** A line that is dead and does not know it would fill the memory. */
  const isFull = () => {
    if (!ws || ws.bufferedAmount <= MOST_UNSENT_BYTES) return false
    ws.terminate()
    return true
  }
  const create = (url: string, headers: Record<string, string>, callbacks: SocketCallbacks) => ({
    connect() {
      ws = new WebSocket(url, { headers, perMessageDeflate: false, maxPayload: MOST_BYTES, followRedirects: false })
      outbox = createOutbox(ws, 'client')
      readMessages(ws, 'client', (data) => onFrame(data) || callbacks.onmessage({ data: String(data) }))
      ws.on('open', callbacks.onopen)
      ws.on('error', callbacks.onerror)
      ws.on('close', (code, reason) => callbacks.onclose({ code, reason: String(reason) }))
    },
    send(message: string) {
      if (isFull()) return
      outbox?.text(message)
    },
    close() {
      outbox?.flush()
      ws?.close()
    },
  })
  const live = Object.create(Object.getPrototypeOf(client.live)) as GoogleGenAI['live']
  return {
    live: Object.assign(live, client.live, { webSocketFactory: { create } }),
    sound(before, sound, after) {
      if (outbox && !(outbox.isBehind && isFull())) outbox.sound(before, sound, after)
    },
    drop: () => ws?.terminate(),
  }
}
