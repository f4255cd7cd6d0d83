import type { Clock } from '../../calls/ports.ts'
import { ByBytes } from './by-bytes.ts'
import { AGAIN_MS, type Listener, type SoundEar, TRIES } from './channel.ts'
import type { FromOptima } from './wire.ts'

/** A session may be told of before we know that it is ours: the answer to its placement is on its way. */
const EARLY_MS = 10_000
const MOST_EARLY = 256

/**
 * - expected: Optima has not told of it yet. asked: to be let in. here: in, by Optima's word or because it tells us what happens there. left: forgotten.
 */
type State = 'expected' | 'asked' | 'here' | 'left'

/** Of one call. */
export interface Room {
  readonly sessionId: string
  state: State
  /** Optima itself let us in, so nothing is asked any more: a refusal answers an older question. */
  letIn: boolean
  /** Where its sound goes instead of the listener, while we are in. */
  ear: SoundEar | undefined
  /** Since it was last in. */
  tries: number
  cancel: () => void
  readonly listener: Listener
}

/** The rooms of one Socket.IO connection that we want to be in: asked for, and asked for again after every reconnection. */
export interface Rooms {
  /** @param waitMs for `newSession`; afterwards it is asked for all the same */
  want(sessionId: string, waitMs: number, listener: Listener): Room
  /** By its session's id as it stands in these bytes; not every room is found. */
  find(bytes: Uint8Array, from: number, to: number): Room | undefined
  leave(sessionId: string): void
  /** What was heard. Sessions that nobody wants are kept in mind for a while, and never joined. */
  heard(from: FromOptima): void
  connected(): void
  disconnected(): void
  /** There will be no connection any more. */
  lost(): void
  readonly size: number
  close(): void
}

export function createRooms(o: { clock: Clock; isConnected: () => boolean; join: (sessionId: string) => void }): Rooms {
  const { clock } = o
  const rooms = new Map<string, Room>()
  const byBytes = new ByBytes<Room>()
  const early = new Map<string, number>()

  function ask(sessionId: string) {
    const room = rooms.get(sessionId)
    if (!room) return
    room.cancel()
    if (room.state !== 'here') room.state = 'asked'
    if (!o.isConnected()) return
    if (room.tries >= TRIES) return room.state === 'here' ? undefined : lose(sessionId)
    room.tries += 1
    room.cancel = clock.after(AGAIN_MS, () => ask(sessionId))
    o.join(sessionId)
  }

  function lose(sessionId: string) {
    const room = rooms.get(sessionId)
    forget(sessionId)
    room?.listener({ event: 'lost' })
  }

  function forget(sessionId: string) {
    const room = rooms.get(sessionId)
    if (!room) return
    room.cancel()
    room.state = 'left'
    room.ear = undefined
    rooms.delete(sessionId)
    byBytes.delete(room)
  }

  function enter(room: Room) {
    if (room.state === 'here') return
    room.state = 'here'
    room.listener({ event: 'here' })
  }

  /** Optima says so: it is asked no more. */
  function joined(room: Room) {
    room.cancel()
    room.tries = 0
    room.letIn = true
    enter(room)
  }

  /** Asked again when its time has come. */
  function refused(room: Room) {
    if (room.state !== 'here' || room.letIn) return
    room.cancel()
    room.cancel = clock.after(AGAIN_MS, () => ask(room.sessionId))
    room.state = 'asked'
    room.listener({ event: 'away' })
  }

  function keepInMind(sessionId: string) {
    const now = clock.monotonicMs()
    for (const [id, atMs] of early) if (now - atMs > EARLY_MS || early.size >= MOST_EARLY) early.delete(id)
    early.set(sessionId, now)
  }

  /** Told of a moment ago, once. */
  function wasTold(sessionId: string): boolean {
    const atMs = early.get(sessionId)
    early.delete(sessionId)
    return atMs !== undefined && clock.monotonicMs() - atMs <= EARLY_MS
  }

  return {
    want(sessionId, waitMs, listener) {
      forget(sessionId)
      const room: Room = { sessionId, state: 'expected', letIn: false, ear: undefined, tries: 0, cancel: () => undefined, listener }
      rooms.set(sessionId, room)
      byBytes.add(room)
      if (waitMs <= 0 || wasTold(sessionId)) ask(sessionId)
      else room.cancel = clock.after(waitMs, () => ask(sessionId))
      return room
    },
    find: (bytes, from, to) => byBytes.find(bytes, from, to),
    leave: forget,
    heard(from) {
      const { sessionId } = from
      const room = rooms.get(sessionId)
      if (!('of' in from)) {
        if (!room) keepInMind(sessionId)
        else if (room.state === 'expected') ask(sessionId)
        return
      }
      if (!room) return
      const { of } = from
      if (of.event === 'roomJoined') return of.ok ? joined(room) : refused(room)
      if (room.state === 'expected') ask(sessionId)
      // Whoever has asked and hears of it is in, most likely; until Optima says so it is asked on.
      else enter(room)
      room.listener(of)
    },
    connected() {
      for (const [sessionId, { state }] of rooms) if (state === 'asked') ask(sessionId)
    },
    disconnected() {
      for (const room of rooms.values()) {
        const was = room.state
        if (was === 'expected') continue
        room.cancel()
        Object.assign(room, { state: 'asked', letIn: false, tries: 0 })
        if (was === 'here') room.listener({ event: 'away' })
      }
    },
    lost() {
      for (const sessionId of [...rooms.keys()]) lose(sessionId)
    },
    get size() {
      return rooms.size
    },
    close() {
      for (const sessionId of [...rooms.keys()]) forget(sessionId)
      early.clear()
    },
  }
}
