import type { Channel, SoundEar } from './channel.ts'
import type { Room } from './rooms.ts'
import type { SoundLine } from './sound-line.ts'

interface Made {
  room: Room
  line: SoundLine
  /** How the event is written. */
  checkPoint: string
  emit: (event: string, said: object) => void
  leave: () => void
}

/** A call's way over the connection of its account, while we are in its room. */
export class RoomChannel implements Channel {
  readonly #room: Room
  readonly #line: SoundLine
  /** Not asked for a frame. */
  readonly #o: Made

  constructor(o: Made) {
    this.#room = o.room
    this.#line = o.line
    this.#o = o
  }

  get writable(): boolean {
    return this.#room.state === 'here' && this.#line.writable
  }

  audio(bytes: Uint8Array): void {
    if (this.#room.state === 'here') this.#line.send(this.#room.sessionId, bytes)
  }

  soundTo(ear: SoundEar | undefined): void {
    if (this.#room.state !== 'left') this.#room.ear = ear
  }

  checkPoint(name: string): void {
    this.#say(this.#o.checkPoint, { name })
  }

  dtmf(digit: string, duration: number): void {
    this.#say('dtmf', { digit, duration })
  }

  interruption(): void {
    this.#say('interruption')
  }

  hangup(): void {
    this.#say('hangup')
  }

  leave(): void {
    this.#o.leave()
  }

  #say(event: string, more: object = {}): void {
    if (this.#room.state === 'here') this.#o.emit(event, { sessionId: this.#room.sessionId, ...more })
  }
}
