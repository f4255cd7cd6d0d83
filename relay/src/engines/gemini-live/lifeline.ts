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

export function createLifeline(o: {
  connect: (handle: string | undefined, events: ConnectionEvents, signal: AbortSignal) => Promise<Connection>
  clock: Clock
  events: LifelineEvents
}): Lifeline {
  const { clock, events } = o
  let state: State = { is: 'waiting', cancel: () => undefined }
  let handle: string | undefined
  let first = true
  let connections = 0
  let malformed = 0
  let lost = 0

  function fail(failure: EngineFailure) {
    leave()
    state = { is: 'closed' }
    events.onFailed(failure)
  }
  function leave() {
    if (state.is === 'connecting') state.stop.abort()
    if (state.is === 'open') state.connection.close()
    if (state.is === 'waiting') state.cancel()
  }

  function open(tries: number) {
    connections += 1
    const attempt = { is: 'connecting' as const, number: connections, handle, tries, stop: new AbortController() }
    state = attempt
    o.connect(attempt.handle, eventsOf(attempt.number), attempt.stop.signal).then(
      (made) => {
        if (state !== attempt) return made.close()
        state = { is: 'open', number: attempt.number, connection: made }
        const how = { first, resumed: attempt.handle !== undefined, sound: made.sound }
        first = false
        events.onOpen(how)
      },
      (error: unknown) =>
        state === attempt && refused(attempt, error instanceof EngineFailure ? error : new EngineFailure('unavailable', String(error))),
    )
  }

  /** By its number, so that a connection that stands keeps nothing of how it came. */
  function eventsOf(number: number): ConnectionEvents {
    const counts = () => (state.is === 'connecting' || state.is === 'open') && state.number === number
    return {
      onMessage: (pieces) => counts() && take(pieces),
      onGone: (failure) => counts() && again(failure),
    }
  }

  function refused({ handle: used, tries }: Extract<State, { is: 'connecting' }>, failure: EngineFailure) {
    const { code } = failure.fault
    if (code === 'unauthorized' || code === 'quota') return fail(failure)
    // A line that is down says nothing of the handle, but the last try is made without one.
    if (code !== 'unavailable' || tries + 1 >= TRIES) handle = undefined
    if (code === 'refused' && used !== undefined) return open(tries)
    if (tries >= TRIES) return fail(failure)
    state = { is: 'waiting', cancel: clock.after(BACKOFF_MS * 2 ** (tries - 1), () => open(tries + 1)) }
  }

  function again(failure: EngineFailure) {
    const { code } = failure.fault
    lost += 1
    if (code === 'unauthorized' || code === 'quota' || lost > LOST_IN_A_ROW) return fail(failure)
    leave()
    events.onLost(failure)
    if (state.is !== 'closed') open(1)
  }

  function take(pieces: Piece[] | undefined) {
    if (!pieces) {
      malformed += 1
      events.onMalformed()
      if (malformed >= MALFORMED_IN_A_ROW) fail(new EngineFailure('malformed', 'gemini-live sent what cannot be read'))
      return
    }
    malformed = 0
    for (const piece of pieces) {
      if (piece.type === 'handle') handle = piece.handle ?? handle
      else if (piece.type === 'sound' || piece.type === 'words' || piece.type === 'heard') lost = 0
    }
    events.onPieces(pieces)
  }

  open(1)
  return {
    send(json) {
      if (state.is !== 'open') return false
      state.connection.send(json)
      return true
    },
    renew() {
      if (state.is !== 'open') return
      lost -= 1
      again(new EngineFailure('dropped', 'gemini-live asked for a new connection'))
    },
    close() {
      leave()
      state = { is: 'closed' }
    },
  }
}
