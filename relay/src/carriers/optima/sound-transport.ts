import { NodeWebSocket } from 'socket.io-client'
import { WebSocket } from 'ws'
import { type Reader, readMessages } from '../../audio/inbox.ts'
import { WebSocketOutbox } from '../../audio/outbox.ts'
import type { Room } from './rooms.ts'
import { answerIn, type Head, headFor, headOf, isAnswer, saysTaken, textOf } from './sound-heads.ts'
import type { OptimaAudio } from './wire.ts'

/** Who takes what does not go through the library. */
export interface SoundTaker {
  /** Whose sound comes next, where it may go past the library: the id stands in these bytes. */
  roomOf(bytes: Uint8Array, from: number, to: number): Room | undefined
  sound(room: Room, bytes: Uint8Array, format: OptimaAudio | undefined): void
  /** Nothing was wrong. */
  taken(): void
  answered(answer: unknown): void
}

/**
 * The WebSocket below Socket.IO, a transport of our own as the library lets one be given. It carries all that the library says, and besides
 * it the calls' sound, which goes past the library: of each piece that would make some thirty objects, and copies, and turns that wait.
 * On the wire it is the same. Sound never overtakes what the library was given before it, in either direction.
 */
export class SoundTransport extends NodeWebSocket implements Reader {
  isBetween: boolean
  readonly #taker: SoundTaker
  #outbox: WebSocketOutbox | undefined
  /** A piece of sound was announced, and these bytes come next. */
  #room: Room | undefined
  #head: Head | undefined
  /** Binary messages that the library waits for. */
  #owed: number
  /** Messages that the library was given, and that it gives on only after this turn. */
  #underway: number

  constructor(options: unknown, taker: SoundTaker) {
    super(options)
    this.isBetween = false
    this.#taker = taker
    this.#outbox = undefined
    this.#room = undefined
    this.#head = undefined
    this.#owed = 0
    this.#underway = 0
  }

  override createSocket(uri: string, protocols: string | string[] | undefined, options: object): WebSocket {
    const ws = new WebSocket(uri, protocols ?? [], options)
    this.#outbox = new WebSocketOutbox(ws, 'client')
    return ws
  }

  override doOpen(): this {
    super.doOpen()
    const ws = this.ws as WebSocket | undefined
    if (!ws) return this
    // Messages come from the inbox alone.
    ws.onmessage = null
    readMessages(ws, 'client', this)
    return this
  }

  override doClose(): void {
    this.#outbox?.flush()
    super.doClose()
  }

  override doWrite(packet: Parameters<NodeWebSocket['doWrite']>[0], data: unknown): void {
    if (typeof data === 'string') this.#outbox?.text(data)
    else if (data instanceof Uint8Array) this.#outbox?.binary(data)
    else {
      this.#outbox?.flush()
      super.doWrite(packet, data)
    }
  }

  /** Whether fewer than so many bytes wait. */
  hasRoom(bytes: number): boolean {
    return !this.#outbox?.isBehind || this.#outbox.ws.bufferedAmount < bytes
  }

  /** Sends a piece of sound; false where the library still holds back what it was given before. Its bytes may be used again. */
  sendSound(sessionId: string, bytes: Uint8Array, format: OptimaAudio, id: number | undefined): boolean {
    if (!this.#outbox || !this.writable || this.readyState !== 'open') return false
    this.#outbox.text(headFor(sessionId, format, id))
    this.#outbox.binary(bytes)
    return true
  }

  takeText(bytes: Buffer, from: number, to: number): boolean {
    if (this.#room || this.#owed > 0 || this.readyState !== 'open') return false
    if (isAnswer(bytes, from, to)) {
      const taken = saysTaken(bytes, from, to)
      if (taken) this.#taker.taken()
      return taken
    }
    if (this.#underway > 0) return false
    const head = headOf(bytes, from, to)
    if (!head) return false
    this.#room = this.#taker.roomOf(bytes, from + head.before.length, to - head.after.length)
    this.#head = head
    return this.#room !== undefined
  }

  take(data: Buffer, isBinary: boolean): void {
    const [room, head] = [this.#room, this.#head]
    this.#room = undefined
    if (room && head && isBinary) this.#taker.sound(room, data, head.format)
    else {
      // Nothing but its bytes may follow what was announced, which is the library's to say.
      if (room && head) this.#pass(textOf(head, room.sessionId))
      this.#takeLongWay(data, isBinary)
    }
  }

  #takeLongWay(data: Buffer, isBinary: boolean): void {
    if (isBinary) this.#pass(data)
    else if (!this.takeText(data, 0, data.length)) {
      const text = data.toString()
      this.#pass(text)
      // When the library would.
      if (isAnswer(data, 0, data.length)) process.nextTick(() => this.#answered(text))
    }
  }

  #pass(data: string | Buffer): void {
    this.#owed = typeof data === 'string' ? announced(data) : Math.max(0, this.#owed - 1)
    this.onData(data)
    this.#underway += 1
    // Behind the library's own.
    process.nextTick(() => {
      this.#underway -= 1
    })
  }

  #answered(text: string): void {
    try {
      this.#taker.answered(answerIn(text))
    } catch {
      // The library ends the connection for it.
    }
  }
}

/** How many binary messages follow a text. */
function announced(text: string): number {
  const [, count] = /^4[56](\d+)-/.exec(text) ?? []
  return Number(count ?? 0)
}
