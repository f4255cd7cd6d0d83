import type { WebSocket } from 'ws'
import { SoundSocket } from '../audio/sound-socket.ts'
import type { Clock } from '../calls/ports.ts'

/** A peer that says nothing and answers no ping for this long is gone. */
const PING_MS = 8000
export const MAX_MESSAGE_BYTES = 64 * 1024
const MAX_MALFORMED_IN_A_ROW = 20

export const REFUSED = 1008

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

/** Who takes what comes. An object with fields of its own needs no function on a frame's way. */
interface Taker<Message> {
  take(message: Message): Taken
  /** Takes a text where it lies, if it is one whose bytes are known; undefined has it read. */
  takeText?(bytes: Buffer, from: number, to: number): Taken | undefined
}

interface Options<Message> {
  ws: WebSocket
  /** Where we called them: what a client sends is masked. */
  side?: 'client' | 'server'
  clock: Clock
  /** Undefined for what cannot be understood. Never throws. */
  read: (frame: Buffer) => Message | undefined
  /** Likewise, of binary frames; without it there are none. */
  readBinary?: (frame: Buffer) => Message | undefined
  onMessage: ((message: Message) => Taken) | Taker<Message>
  /** Above this the line to the carrier is slower than the sound: the playout waits. */
  fullBytes: number
  onGone: () => void
  onFault: (error: unknown) => void
}

/** One socket that a call's sound goes over: reads, bounds, keeps alive. `onGone` is called once. */
export function createStreamSocket<Message>(o: Options<Message>): StreamSocket {
  return new CarrierSocket(o)
}

class CarrierSocket<Message> extends SoundSocket implements StreamSocket {
  #malformedInARow = 0
  readonly #read: Options<Message>['read']
  readonly #readBinary: Options<Message>['readBinary']
  readonly #to: Taker<Message>

  constructor(o: Options<Message>) {
    super({ ...o, side: o.side ?? 'server', pingMs: PING_MS })
    this.#read = o.read
    this.#readBinary = o.readBinary
    this.#to = typeof o.onMessage === 'function' ? { take: o.onMessage } : o.onMessage
  }

  send(frame: string | Buffer): void {
    if (!this.open) return
    if (typeof frame === 'string') this.text(frame)
    else {
      this.flush()
      this.ws.send(frame, TEXT)
    }
    this.bound()
  }

  override sound(before: string, sound: Uint8Array, after: string): void {
    if (!this.open) return
    super.sound(before, sound, after)
    if (this.isBehind) this.bound()
  }

  sendBinary(frame: Uint8Array): void {
    if (!this.open) return
    this.binary(frame)
    if (this.isBehind) this.bound()
  }

  protected override read(data: Buffer, isBinary: boolean): void {
    const message = isBinary ? this.#readBinary?.(data) : this.#read(data)
    this.#count(message && this.#taken(message))
  }

  protected override readText(bytes: Buffer, from: number, to: number): boolean {
    const taken = this.#takenAsBytes(bytes, from, to)
    if (taken === undefined) return false
    this.#count(taken)
    return true
  }

  #count(taken: Taken | undefined): void {
    if (taken === 'taken') this.#malformedInARow = 0
    else if (++this.#malformedInARow >= MAX_MALFORMED_IN_A_ROW) this.close(REFUSED, 'too many malformed frames')
  }

  #taken(message: Message): Taken {
    try {
      return this.#to.take(message)
    } catch (error) {
      this.fail(error)
      return 'taken'
    }
  }

  #takenAsBytes(bytes: Buffer, from: number, to: number): Taken | undefined {
    try {
      return this.#to.takeText?.(bytes, from, to)
    } catch (error) {
      this.fail(error)
      return 'taken'
    }
  }
}

const TEXT = { binary: false }
