import type { Clock } from '../../calls/ports.ts'
import { EngineFailure } from '../faults.ts'
import type { Connection, ConnectionEvents } from './connection.ts'
import type { Piece } from './messages.ts'

/** How a session stands with its vendor. It comes back by the newest handle; a handle that is refused is forgotten, and it begins anew. */
type State =
  | { is: 'connecting'; number: number; handle: string | undefined; tries: number; stop: AbortController }
  | { is: 'open'; number: number; connection: Connection }
  /** Between two tries. */
  | { is: 'waiting'; cancel: () => void }
  | { is: 'closed' }

/** Connections one after the other, so that the session outlives each of them. */
export interface Lifeline {
  /** False when there is no connection now. */
  send(json: string): boolean
  /** Leaves this connection for a new one. */
  renew(): void
  close(): void
}

export interface LifelineEvents {
  /** `resumed`: the vendor remembers the session; else it was told of the conversation anew. `first`: nothing was lost. */
  onOpen(how: { first: boolean; resumed: boolean; sound: Connection['sound'] }): void
  onPieces(pieces: Piece[]): void
  /** A message that is nothing but sound: PCM16LE mono, good until the call returns. */
  onSound(bytes: Uint8Array): void
  /** The connection is gone, another one is being made. */
  onLost(failure: EngineFailure): void
  /** There will be no other. */
  onFailed(failure: EngineFailure): void
  onMalformed(): void
}

const TRIES = 3
const BACKOFF_MS = 250
const MALFORMED_IN_A_ROW = 5
/** Connections that are lost this often without a word in between are no connections. */
const LOST_IN_A_ROW = 3

interface LifelineOptions {
  connect: (handle: string | undefined, events: ConnectionEvents, signal: AbortSignal) => Promise<Connection>
  clock: Clock
  events: LifelineEvents
}

/** It connects at once. */
export function createLifeline(o: LifelineOptions): Lifeline {
  return new ConnectedLine(o)
}

class ConnectedLine implements Lifeline {
  readonly #o: LifelineOptions
  #state: State = { is: 'waiting', cancel: () => undefined }
  #handle: string | undefined
  #first = true
  #connections = 0
  #malformed = 0
  #lost = 0

  constructor(o: LifelineOptions) {
    this.#o = o
    this.#open(1)
  }

  send(json: string) {
    if (this.#state.is !== 'open') return false
    this.#state.connection.send(json)
    return true
  }
  renew() {
    if (this.#state.is !== 'open') return
    this.#lost -= 1
    this.#again(new EngineFailure('dropped', 'gemini-live asked for a new connection'))
  }
  close() {
    this.#leave()
    this.#state = { is: 'closed' }
  }

  #fail(failure: EngineFailure) {
    this.close()
    this.#o.events.onFailed(failure)
  }
  #leave() {
    const state = this.#state
    if (state.is === 'connecting') state.stop.abort()
    if (state.is === 'open') state.connection.close()
    if (state.is === 'waiting') state.cancel()
  }

  #open(tries: number) {
    this.#connections += 1
    const number = this.#connections
    const attempt = { is: 'connecting' as const, number, handle: this.#handle, tries, stop: new AbortController() }
    this.#state = attempt
    this.#o.connect(attempt.handle, this.#eventsOf(number), attempt.stop.signal).then(
      (made) => {
        if (this.#state !== attempt) return made.close()
        this.#state = { is: 'open', number, connection: made }
        const how = { first: this.#first, resumed: attempt.handle !== undefined, sound: made.sound }
        this.#first = false
        this.#o.events.onOpen(how)
      },
      (error: unknown) => {
        if (this.#state !== attempt) return
        this.#refused(attempt, error instanceof EngineFailure ? error : new EngineFailure('unavailable', String(error)))
      },
    )
  }

  /** By its number, so that a connection that stands keeps nothing of how it came. */
  #eventsOf(number: number): ConnectionEvents {
    return {
      onMessage: (pieces) => this.#counts(number) && this.#take(pieces),
      onSound: (bytes) => {
        if (!this.#counts(number)) return
        this.#malformed = 0
        this.#lost = 0
        this.#o.events.onSound(bytes)
      },
      onGone: (failure) => this.#counts(number) && this.#again(failure),
    }
  }
  #counts(number: number): boolean {
    const state = this.#state
    return (state.is === 'open' || state.is === 'connecting') && state.number === number
  }

  #refused({ handle: used, tries }: Extract<State, { is: 'connecting' }>, failure: EngineFailure) {
    const { code } = failure.fault
    if (code === 'unauthorized' || code === 'quota') return this.#fail(failure)
    // A line that is down says nothing of the handle, but the last try is made without one.
    if (code !== 'unavailable' || tries + 1 >= TRIES) this.#handle = undefined
    if (code === 'refused' && used !== undefined) return this.#open(tries)
    if (tries >= TRIES) return this.#fail(failure)
    this.#state = { is: 'waiting', cancel: this.#o.clock.after(BACKOFF_MS * 2 ** (tries - 1), () => this.#open(tries + 1)) }
  }

  #again(failure: EngineFailure) {
    const { code } = failure.fault
    this.#lost += 1
    if (code === 'unauthorized' || code === 'quota' || this.#lost > LOST_IN_A_ROW) return this.#fail(failure)
    this.#leave()
    this.#o.events.onLost(failure)
    if (this.#state.is !== 'closed') this.#open(1)
  }

  #take(pieces: Piece[] | undefined) {
    const { events } = this.#o
    if (!pieces) {
      this.#malformed += 1
      events.onMalformed()
      if (this.#malformed >= MALFORMED_IN_A_ROW) this.#fail(new EngineFailure('malformed', 'gemini-live sent what cannot be read'))
      return
    }
    this.#malformed = 0
    for (const piece of pieces) {
      if (piece.type === 'handle') this.#handle = piece.handle ?? this.#handle
      else if (piece.type === 'sound' || piece.type === 'words' || piece.type === 'heard') this.#lost = 0
    }
    events.onPieces(pieces)
  }
}
