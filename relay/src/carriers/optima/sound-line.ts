import { ROOM_BYTES } from './channel.ts'
import type { Room, Rooms } from './rooms.ts'
import { FIRST_ID, LAST_ID } from './sound-heads.ts'
import { type SoundTaker, SoundTransport } from './sound-transport.ts'
import { fits, type OptimaAudio } from './wire.ts'

/** A server that answers none of the first messages answers none (1.0.5): it is asked no more. */
const UNANSWERED = 50

interface Options {
  readonly rooms: Rooms
  /** 1.0.3 tells of every piece of sound whether it was taken. */
  readonly acks: boolean
  readonly audio: OptimaAudio
  /** Sends a piece through the library. */
  readonly emit: (piece: object, onAnswer?: (answer: unknown) => void) => void
  /** Something was heard. */
  readonly onHeard: () => void
  readonly onFault: (what: string, details: object) => void
}

/** The sound of all calls of one connection, past the library where that can be: one object that every frame finds warm. */
export class SoundLine implements SoundTaker {
  readonly #o: Options
  readonly #rooms: Rooms
  readonly #audio: OptimaAudio
  readonly #acks: boolean
  #unanswered: number
  #id: number
  /** Of the connection that stands, or stood last. */
  #transport: SoundTransport | undefined

  constructor(o: Options) {
    this.#o = o
    this.#rooms = o.rooms
    this.#audio = o.audio
    this.#acks = o.acks
    this.#unanswered = 0
    this.#id = FIRST_ID
    this.#transport = undefined
  }

  /** What the library is given as its transport; it makes one for each connection. */
  transport(): new (options: unknown) => SoundTransport {
    const made = (transport: SoundTransport) => {
      this.#transport = transport
    }
    const taker = this
    return class extends SoundTransport {
      constructor(options: unknown) {
        super(options, taker)
        made(this)
      }
    }
  }

  /** The line takes more sound. */
  get writable(): boolean {
    return this.#transport?.hasRoom(ROOM_BYTES * Math.max(1, this.#rooms.size)) ?? false
  }

  /** Sends a piece of sound; its bytes may be used again. */
  send(sessionId: string, bytes: Uint8Array): void {
    const asks = this.#acks && this.#unanswered < UNANSWERED
    if (asks) this.#unanswered += 1
    if (this.#transport?.sendSound(sessionId, bytes, this.#audio, asks ? this.#id : undefined)) {
      if (asks) this.#id = this.#id === LAST_ID ? FIRST_ID : this.#id + 1
      return
    }
    // Copied: the frame is used again as soon as this returns, and the library sends the second of a moment later.
    const piece = { audioData: new Uint8Array(bytes), sessionId, audioFormat: this.#audio }
    if (asks) this.#o.emit(piece, (answer) => this.answered(answer))
    else this.#o.emit(piece)
  }

  roomOf(bytes: Uint8Array, from: number, to: number): Room | undefined {
    const room = this.#rooms.find(bytes, from, to)
    return room?.ear && room.state === 'here' ? room : undefined
  }

  sound(room: Room, bytes: Uint8Array, format: OptimaAudio | undefined): void {
    this.#o.onHeard()
    try {
      if (room.state === 'here' && fits(bytes)) room.ear?.hear(bytes, format)
    } catch (error) {
      this.#o.onFault('what Optima said could not be taken', { err: error, event: 'audio' })
    }
  }

  taken(): void {
    this.#unanswered = 0
  }

  answered(answer: unknown): void {
    this.#unanswered = 0
    const { success } = (answer ?? {}) as { success?: unknown }
    if (success === false) this.#o.onFault('Optima did not take a piece of sound', {})
  }
}
