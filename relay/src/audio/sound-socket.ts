import { WebSocket } from 'ws'
import { type Reader, readMessages } from './inbox.ts'
import { WebSocketOutbox } from './outbox.ts'

/** Above this even the words pile up: the socket goes, and the call waits for a better one. */
const OVERFULL_BYTES = 1024 * 1024
/** From its last word on until it is gone: three, and the first may come half a look late. */
const LOOKS = 3.5
/** A fault of ours, as a close code. */
const FAULT = 1011

const { OPEN } = WebSocket

interface Options {
  ws: WebSocket
  side: 'client' | 'server'
  clock: { monotonicMs(): number; after(delayMs: number, task: () => void): () => void }
  /** A peer that says nothing for this long, though it is asked, is gone; at most twice as long when it has just spoken. */
  pingMs: number
  /** Above this the line is slower than the sound: the playout waits. */
  fullBytes: number
  /** Called once, with the close code. */
  onGone: (code: number) => void
  onFault: (error: unknown) => void
}

/**
 * One socket that a call's sound goes over: reads, sends, keeps alive, says when it is gone. Its outbox and its reader at once, in one object
 * with few fields: what a frame's way touches has left the processor's cache since the frame before.
 */
export abstract class SoundSocket extends WebSocketOutbox implements Reader {
  isBetween = false
  /** When it last said something: since it was looked at, before that, or not even since it was asked. */
  #spoke: 'just now' | 'before' | 'not since asked' = 'just now'
  #isGone = false
  /** Not asked for a frame. */
  readonly #o: Options
  readonly #cancel: { ping?: () => void; linger?: () => void } = {}

  constructor(o: Options) {
    super(o.ws, o.side)
    this.#o = o
    this.#listen(o.side)
    this.#look()
  }

  get open(): boolean {
    return !this.#isGone && this.ws.readyState === OPEN
  }

  /** Room for more sound. */
  get writable(): boolean {
    return !this.#isGone && this.ws.readyState === OPEN && (!this.isBehind || this.ws.bufferedAmount < this.#o.fullBytes)
  }

  take(data: Buffer, isBinary: boolean): void {
    if (this.#isGone) return
    this.#spoke = 'just now'
    this.read(data, isBinary)
  }

  takeText(bytes: Buffer, from: number, to: number): boolean {
    if (this.#isGone || !this.readText(bytes, from, to)) return false
    this.#spoke = 'just now'
    return true
  }

  close(code: number, reason: string): void {
    const { ws } = this
    if (ws.readyState !== ws.CLOSED) {
      this.flush()
      ws.close(code, reason)
      // A peer that does not answer the close would hold the socket open.
      this.#cancel.linger ??= this.#o.clock.after(this.#o.pingMs, () => ws.terminate())
    }
    this.#leave(code)
  }

  /** A message of a socket that is not gone. */
  protected abstract read(data: Buffer, isBinary: boolean): void

  /** Takes a text where it lies, if it is one whose bytes are known; false has it read the usual way. */
  protected readText(_bytes: Buffer, _from: number, _to: number): boolean {
    return false
  }

  /** A fault of ours in one call must not end the others. */
  protected fail(error: unknown): void {
    this.#o.onFault(error)
    this.close(FAULT, 'internal')
  }

  /** Lets a line go that takes nothing. */
  protected bound(): void {
    if (this.ws.bufferedAmount > OVERFULL_BYTES) this.ws.terminate()
  }

  #leave(code: number): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#cancel.ping?.()
    this.#o.onGone(code)
  }

  /** Whoever speaks is not asked: of sound that comes all the while nobody needs a ping. */
  #look(): void {
    const { clock, pingMs } = this.#o
    this.#cancel.ping = clock.after(untilNextLook(clock.monotonicMs(), Math.floor((2 * pingMs) / LOOKS)), () => {
      if (this.#spoke === 'not since asked') return this.ws.terminate()
      if (this.#spoke === 'before' && this.ws.readyState === OPEN) this.ws.ping()
      this.#spoke = this.#spoke === 'just now' ? 'before' : 'not since asked'
      this.#look()
    })
  }

  #listen(side: 'client' | 'server'): void {
    const { ws } = this
    readMessages(ws, side, this)
    ws.on('pong', () => {
      this.#spoke = 'just now'
    })
    // Answered by `ws` itself, whether anybody reads the answers or not.
    ws.on('ping', () => this.bound())
    ws.on('close', (code) => {
      this.#cancel.linger?.()
      this.#leave(code)
    })
    // `close` follows every error and says all that matters here.
    ws.on('error', () => undefined)
  }
}

/** All sockets look at once, for each time wakes the process; timers may come early, and the peer gets half a look at least to answer. */
function untilNextLook(nowMs: number, everyMs: number): number {
  const untilMs = everyMs - (nowMs % everyMs)
  return untilMs < everyMs / 2 ? untilMs + everyMs : untilMs
}
