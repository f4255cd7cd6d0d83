import type { WebSocket } from 'ws'
import type { LiveSettings } from './live-settings.ts'

/** What the service says on one socket: JSON in binary or text frames, held back while it is told to stall. */
export class Wire {
  readonly #socket: WebSocket
  readonly #settings: () => LiveSettings
  #held: object[] | undefined
  sent = 0

  constructor(socket: WebSocket, settings: () => LiveSettings) {
    this.#socket = socket
    this.#settings = settings
  }

  send(message: object): void {
    if (this.#held) {
      if (this.#held.length < HELD) this.#held.push(message)
      return
    }
    this.raw(JSON.stringify(message))
  }

  /** Any words, whether they are JSON or not. */
  raw(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    const { binary } = this.#settings()
    this.#socket.send(Buffer.from(text), { binary: binary === 'always' || (binary === 'mixed' && this.sent % 2 === 0) })
    this.sent++
  }

  /** Nothing leaves from now on; the socket stays open. */
  hold(): void {
    this.#held ??= []
  }

  /** What was held back leaves now. */
  release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const message of held) this.send(message)
  }

  close(code: number, reason: string): void {
    this.#socket.close(
      code,
      Buffer.from(reason)
        .subarray(0, LONGEST_REASON)
        .toString()
        .replace(/\ufffd$/, ''),
    )
  }

  /** Cuts the connection without a word (the other side sees 1006). */
  drop(): void {
    this.#socket.terminate()
  }
}

const HELD = 5000
const LONGEST_REASON = 123
