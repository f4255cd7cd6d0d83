import { WebSocket } from 'ws'
import { readMessages } from '../audio/inbox.ts'
import { createOutbox } from '../audio/outbox.ts'
import { SoundSocket } from '../audio/sound-socket.ts'
import type { Clock } from '../calls/ports.ts'

/** A peer that says nothing and answers no ping for this long is gone. */
const PING_MS = 8000
const OVERFULL_BYTES = 1024 * 1024
export const MAX_MESSAGE_BYTES = 64 * 1024
const MAX_MALFORMED_IN_A_ROW = 20
/** Sound is stored up to this much beyond real time, for a line that stalled sends what it held back in one go. */
const STORE_MS = 3000
const FASTER = 1.5

export const REFUSED = 1008

const { OPEN } = WebSocket

export interface StreamSocket {
  readonly open: boolean
  readonly writable: boolean
  send(frame: string | Buffer): void
  /** A text of ASCII: `before`, the sound in base64, `after`. */
  sound(before: string, sound: Uint8Array, after: string): void
  /** Sound as it is, where the carrier takes it so. */
  sendBinary(frame: Uint8Array): void
  close(code: number, reason: string): void
}

/** What comes of a frame; `refused` counts as malformed. */
type Taken = 'taken' | 'refused'

class Shared extends SoundSocket implements StreamSocket {
  readonly send: StreamSocket['send']
  readonly sound: StreamSocket['sound']
  readonly sendBinary: StreamSocket['sendBinary']
  readonly close: StreamSocket['close']

  constructor(parts: Pick<StreamSocket, 'send' | 'sound' | 'sendBinary' | 'close'> & { isOpen: () => boolean; isWritable: () => boolean }) {
    super(parts)
    this.send = parts.send
    this.sound = parts.sound
    this.sendBinary = parts.sendBinary
    this.close = parts.close
  }
}

/** One socket that a call's sound goes over: reads, bounds, keeps alive. `onGone` is called once. */
export function createStreamSocket<Message>(o: {
  ws: WebSocket
  /** Where we called them: what a client sends is masked. */
  side?: 'client' | 'server'
  clock: Clock
  /** Undefined for what cannot be understood. Never throws. */
  read: (frame: Buffer) => Message | undefined
  /** Likewise, of binary frames; without it there are none. */
  readBinary?: (frame: Buffer) => Message | undefined
  onMessage: (message: Message) => Taken
  /** Above this the line to the carrier is slower than the sound: the playout waits. */
  fullBytes: number
  onGone: () => void
  onFault: (error: unknown) => void
}): StreamSocket {
  const { ws, clock } = o
  const outbox = createOutbox(ws, o.side ?? 'server')
  let alive = true
  let gone = false
  let malformedInARow = 0
  let cancelPing: (() => void) | undefined
  let cancelLinger: (() => void) | undefined

  function leave() {
    if (gone) return
    gone = true
    cancelPing?.()
    o.onGone()
  }

  function ping() {
    cancelPing = clock.after(PING_MS, () => {
      if (!alive) return ws.terminate()
      alive = false
      if (ws.readyState === ws.OPEN) ws.ping()
      ping()
    })
  }

  const isOpen = () => !gone && ws.readyState === OPEN
  const socket = new Shared({
    isOpen,
    isWritable: () => isOpen() && (!outbox.isBehind || ws.bufferedAmount < o.fullBytes),
    send(frame) {
      if (!isOpen()) return
      if (typeof frame === 'string') outbox.text(frame)
      else {
        outbox.flush()
        ws.send(frame, TEXT)
      }
      if (ws.bufferedAmount > OVERFULL_BYTES) ws.terminate()
    },
    sound(before, sound, after) {
      if (!isOpen()) return
      outbox.sound(before, sound, after)
      if (outbox.isBehind && ws.bufferedAmount > OVERFULL_BYTES) ws.terminate()
    },
    sendBinary(frame) {
      if (!isOpen()) return
      outbox.binary(frame)
      if (outbox.isBehind && ws.bufferedAmount > OVERFULL_BYTES) ws.terminate()
    },
    close(code, reason) {
      if (ws.readyState !== ws.CLOSED) {
        outbox.flush()
        ws.close(code, reason)
        // A peer that does not answer the close would hold the socket open.
        cancelLinger ??= clock.after(PING_MS, () => ws.terminate())
      }
      leave()
    },
  })

  /** A fault of ours in one call must not end the others. */
  function take(message: Message): Taken {
    try {
      return o.onMessage(message)
    } catch (error) {
      o.onFault(error)
      socket.close(1011, 'internal')
      return 'taken'
    }
  }

  readMessages(ws, o.side ?? 'server', (data, isBinary) => {
    if (gone) return
    alive = true
    const message = isBinary ? o.readBinary?.(data) : o.read(data)
    if (message && take(message) === 'taken') malformedInARow = 0
    else if (++malformedInARow >= MAX_MALFORMED_IN_A_ROW) socket.close(REFUSED, 'too many malformed frames')
  })
  ws.on('pong', () => {
    alive = true
  })
  // Answered by `ws` itself, whether anybody reads the answers or not.
  ws.on('ping', () => {
    if (ws.bufferedAmount > OVERFULL_BYTES) ws.terminate()
  })
  ws.on('close', () => {
    cancelLinger?.()
    leave()
  })
  // `close` follows every error and says all that matters here.
  ws.on('error', () => undefined)
  ping()
  return socket
}

const TEXT = { binary: false }

/** Says whether this much more sound may be, by real time. */
export function createSoundBound(clock: Clock): (ms: number) => boolean {
  // In an object: a number that a closure keeps is a new one on the heap each time it changes.
  const store = { leftMs: STORE_MS, atMs: clock.monotonicMs() }
  return (ms) => {
    const now = clock.monotonicMs()
    store.leftMs = Math.min(STORE_MS, store.leftMs + (now - store.atMs) * FASTER)
    store.atMs = now
    if (ms > store.leftMs) return false
    store.leftMs -= ms
    return true
  }
}
