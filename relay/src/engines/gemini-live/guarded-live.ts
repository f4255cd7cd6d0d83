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
/** More speech than ever waits for a connection (`uplink.ts`), that the far end does not take. */
const MOST_UNSENT_BYTES = 8 << 20

/** The SDK's Live client, and its socket while there is one. */
export interface GuardedLive {
  live: GoogleGenAI['live']
  /** The SDK has made the session: it hears nothing more, and all that it holds of it goes, the instruction for one. */
  made(): void
  send(text: string): void
  /** Past the SDK, which would write it no better: a text of ASCII with this sound in base64 in its middle. */
  sound(before: string, sound: Uint8Array, after: string): void
  close(): void
  /** Ends the socket at once, in whatever state: the SDK has no way to give up a connection that it waits for. */
  drop(): void
}

/**
 * The SDK's Live client over a socket of ours. Its own reads every frame in a promise that nobody awaits, so that one which is no JSON
 * ends the process; and 50 messages a second need no second parse. `onFrame` sees every frame first, and keeps it by returning true; `onText`
 * may have taken it before, where it lies (`Reader.takeText`);
 * `onClose` hears of the end when the session is made.
 */
export function guardedLive(
  client: GoogleGenAI,
  onFrame: (data: unknown) => boolean,
  onText: (bytes: Buffer, from: number, to: number) => boolean,
  onClose: (code: number, reason: string) => void,
): GuardedLive {
  let ws: WebSocket | undefined
  let outbox: Outbox | undefined
  /** Of the SDK, until it is through. */
  let sdk: SocketCallbacks | undefined
  /** A line that is dead and does not know it would fill the memory. */
  const isFull = () => {
    if (!ws || ws.bufferedAmount <= MOST_UNSENT_BYTES) return false
    ws.terminate()
    return true
  }
  const listen = (to: WebSocket) => {
    readMessages(to, 'client', {
      isBetween: false,
      take: (data) => onFrame(data) || sdk?.onmessage({ data: String(data) }),
      takeText: onText,
    })
    to.once('open', () => sdk?.onopen())
    to.on('error', (error) => (sdk ? sdk.onerror(error) : onClose(1006, error.message)))
    to.on('close', (code, reason) => (sdk ? sdk.onclose({ code, reason: String(reason) }) : onClose(code, String(reason))))
  }
  const own = {
    made() {
      sdk = undefined
    },
    send(text: string) {
      if (!isFull()) outbox?.text(text)
    },
    sound(before: string, sound: Uint8Array, after: string) {
      if (outbox && !(outbox.isBehind && isFull())) outbox.sound(before, sound, after)
    },
    close() {
      outbox?.flush()
      ws?.close()
    },
    drop: () => ws?.terminate(),
  }
  return {
    ...own,
    live: liveOf(client, (url, headers, callbacks) => ({
      connect() {
        sdk = callbacks
        ws = new WebSocket(url, { headers, perMessageDeflate: false, maxPayload: MOST_BYTES, followRedirects: false })
        outbox = createOutbox(ws, 'client')
        listen(ws)
      },
      send: own.send,
      close: own.close,
    })),
  }
}

type CreateSocket = (
  url: string,
  headers: Record<string, string>,
  callbacks: SocketCallbacks,
) => Pick<GuardedLive, 'send' | 'close'> & { connect(): void }

function liveOf(client: GoogleGenAI, create: CreateSocket): GoogleGenAI['live'] {
  const live = Object.create(Object.getPrototypeOf(client.live)) as GoogleGenAI['live']
  return Object.assign(live, client.live, { webSocketFactory: { create } })
}
