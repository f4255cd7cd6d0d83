import { WebSocket } from 'ws'
import { readMessages } from '../../audio/inbox.ts'
import { createOutbox } from '../../audio/outbox.ts'
import { SoundSocket } from '../../audio/sound-socket.ts'
import type { Clock } from '../../calls/ports.ts'
import { CLOSE, type FromRelay, type ToRelay } from '../../protocol/index.ts'
import { createAbuseGuard } from './abuse.ts'
import { decodeText, encode, faultOfAudio } from './media.ts'

/** A peer that answers no ping for this long is gone. */
const PING_MS = 4000
/** Above this the visitor's line is slower than the sound: the playout waits. */
const FULL_BYTES = 64 * 1024
/** Above this even the words pile up: the socket goes, and the call waits for a better one. */
const OVERFULL_BYTES = 1024 * 1024

export interface MediaSocket {
  readonly open: boolean
  /** Room for more audio. */
  readonly writable: boolean
  tell(message: FromRelay): void
  audio(frame: Uint8Array): void
  close(code: number, reason: string): void
}

const { OPEN } = WebSocket

class Shared extends SoundSocket implements MediaSocket {
  readonly tell: MediaSocket['tell']
  readonly audio: MediaSocket['audio']
  readonly close: MediaSocket['close']

  constructor(parts: Pick<MediaSocket, 'tell' | 'audio' | 'close'> & { isOpen: () => boolean; isWritable: () => boolean }) {
    super(parts)
    this.tell = parts.tell
    this.audio = parts.audio
    this.close = parts.close
  }
}

/** One WebSocket of the media language: decodes, refuses, keeps alive. `onGone` is called once, with the close code. */
export function createMediaSocket(o: {
  ws: WebSocket
  clock: Clock
  inputHz: number
  onMessage: (message: ToRelay) => void
  onAudio: (bytes: Uint8Array) => void
  onGone: (code: number) => void
  onFault: (error: unknown) => void
}): MediaSocket {
  const { ws, clock } = o
  const outbox = createOutbox(ws, 'server')
  const guard = createAbuseGuard(clock, o.inputHz)
  let alive = true
  let gone = false
  let cancelPing: (() => void) | undefined
  let cancelLinger: (() => void) | undefined

  function leave(code: number) {
    if (gone) return
    gone = true
    cancelPing?.()
    o.onGone(code)
  }

  function ping() {
    cancelPing = clock.after(PING_MS, () => {
      if (!alive) return ws.terminate()
      alive = false
      ws.ping()
      ping()
    })
  }

  const isOpen = () => !gone && ws.readyState === OPEN
  const socket = new Shared({
    isOpen,
    isWritable: () => isOpen() && (!outbox.isBehind || ws.bufferedAmount < FULL_BYTES),
    tell(message) {
      if (!isOpen()) return
      outbox.text(encode(message))
      if (ws.bufferedAmount > OVERFULL_BYTES) ws.terminate()
    },
    audio(frame) {
      if (!isOpen()) return
      outbox.binary(frame)
    },
    close(code, reason) {
      if (ws.readyState !== ws.CLOSED) {
        outbox.flush()
        ws.close(code, reason)
        // A peer that does not answer the close would hold the socket open.
        cancelLinger ??= clock.after(PING_MS, () => ws.terminate())
      }
      leave(code)
    },
  })

  function refuse(code: string, detail: string) {
    socket.tell({ type: 'error', code, message: detail, retryable: false })
    if (!guard.malformed()) socket.close(CLOSE.abuse, 'too many malformed frames')
  }

  /** A fault of ours in one call must not end the others: its socket goes, and may come back. */
  function guarded<T>(take: (what: T) => void, what: T) {
    try {
      take(what)
    } catch (error) {
      o.onFault(error)
      socket.close(CLOSE.fault, 'internal')
    }
  }

  function hear(bytes: Uint8Array) {
    const fault = faultOfAudio(bytes, o.inputHz)
    if (fault) return refuse(fault.code, fault.detail)
    if (!guard.audio(bytes.length)) return socket.close(CLOSE.abuse, 'audio faster than real time')
    guarded(o.onAudio, bytes)
  }

  readMessages(ws, 'server', (bytes, isBinary) => {
    if (gone) return
    alive = true
    if (isBinary) return hear(bytes)
    const decoded = decodeText(bytes)
    if (!decoded.ok) return refuse(decoded.code, decoded.detail)
    if (!guard.message(decoded.message.type, bytes.length)) return socket.close(CLOSE.abuse, 'too many messages')
    if (decoded.message.type === 'ping') return socket.tell({ type: 'pong', t: decoded.message.t })
    if (!guard.turn(decoded.message.type)) {
      return socket.tell({ type: 'error', code: 'rate_limited', message: 'Too many messages at once: wait two seconds.', retryable: true })
    }
    guarded(o.onMessage, decoded.message)
  })
  ws.on('pong', () => {
    alive = true
  })
  // Answered by `ws` itself, whether anybody reads the answers or not.
  ws.on('ping', () => {
    if (ws.bufferedAmount > OVERFULL_BYTES) ws.terminate()
  })
  ws.on('close', (code) => {
    cancelLinger?.()
    leave(code)
  })
  // `close` follows every error and says all that matters here.
  ws.on('error', () => undefined)
  ping()
  return socket
}
