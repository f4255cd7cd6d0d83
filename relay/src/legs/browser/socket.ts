import type { WebSocket } from 'ws'
import { SoundSocket } from '../../audio/sound-socket.ts'
import type { Clock, Ear } from '../../calls/ports.ts'
import { CLOSE, type FromRelay, type ToRelay } from '../../protocol/index.ts'
import { type AbuseGuard, createAbuseGuard } from './abuse.ts'
import { decodeText, encode, faultOfAudio } from './media.ts'

/** A peer that answers no ping for this long is gone. */
const PING_MS = 4000
/** Above this the visitor's line is slower than the sound: the playout waits. */
const FULL_BYTES = 64 * 1024

export interface MediaSocket {
  readonly open: boolean
  /** Room for more audio. */
  readonly writable: boolean
  tell(message: FromRelay): void
  audio(frame: Uint8Array): void
  close(code: number, reason: string): void
}

interface Options {
  ws: WebSocket
  clock: Clock
  inputHz: number
  onMessage: (message: ToRelay) => void
  /** A function, or whoever hears it: an object with fields of its own needs no function on a frame's way. */
  onAudio: ((bytes: Uint8Array) => void) | Ear
  onGone: (code: number) => void
  onFault: (error: unknown) => void
}

/** One WebSocket of the media language: decodes, refuses, keeps alive. `onGone` is called once, with the close code. */
export function createMediaSocket(o: Options): MediaSocket {
  return new PageSocket(o)
}

class PageSocket extends SoundSocket implements MediaSocket {
  readonly #inputHz: number
  readonly #guard: AbuseGuard
  readonly #ear: Ear
  readonly #onMessage: Options['onMessage']

  constructor(o: Options) {
    super({ ...o, side: 'server', pingMs: PING_MS, fullBytes: FULL_BYTES })
    this.#inputHz = o.inputHz
    this.#guard = createAbuseGuard(o.clock, o.inputHz)
    this.#ear = typeof o.onAudio === 'function' ? { sound: o.onAudio } : o.onAudio
    this.#onMessage = o.onMessage
  }

  tell(message: FromRelay): void {
    if (!this.open) return
    this.text(encode(message))
    this.bound()
  }

  audio(frame: Uint8Array): void {
    if (this.open) this.binary(frame)
  }

  protected override read(bytes: Buffer, isBinary: boolean): void {
    if (isBinary) this.#hear(bytes)
    else this.#understand(bytes)
  }

  #hear(bytes: Uint8Array) {
    const fault = faultOfAudio(bytes, this.#inputHz)
    if (fault) return this.#refuse(fault.code, fault.detail)
    if (!this.#guard.audio(bytes.length)) return this.close(CLOSE.abuse, 'audio faster than real time')
    try {
      this.#ear.sound(bytes)
    } catch (error) {
      this.fail(error)
    }
  }

  #understand(bytes: Uint8Array) {
    const guard = this.#guard
    const decoded = decodeText(bytes)
    if (!decoded.ok) return this.#refuse(decoded.code, decoded.detail)
    const { message } = decoded
    if (!guard.message(message.type, bytes.length)) return this.close(CLOSE.abuse, 'too many messages')
    if (message.type === 'ping') return this.tell({ type: 'pong', t: message.t })
    if (!guard.turn(message.type)) {
      return this.tell({ type: 'error', code: 'rate_limited', message: 'Too many messages at once: wait two seconds.', retryable: true })
    }
    try {
      this.#onMessage(message)
    } catch (error) {
      this.fail(error)
    }
  }

  #refuse(code: string, detail: string) {
    this.tell({ type: 'error', code, message: detail, retryable: false })
    if (!this.#guard.malformed()) this.close(CLOSE.abuse, 'too many malformed frames')
  }
}
