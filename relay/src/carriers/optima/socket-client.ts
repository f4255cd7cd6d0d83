import { io, type Socket } from 'socket.io-client'
import type { Clock } from '../../calls/ports.ts'
import type { CarrierFault } from '../carrier.ts'
import { AGAIN_MS, type Channel, type Listener, MAX_FRAME_BYTES, TRIES } from './channel.ts'
import { optimaFault } from './faults.ts'
import { RoomChannel } from './room-channel.ts'
import { createRooms } from './rooms.ts'
import { SoundLine } from './sound-line.ts'
import { HEARD, type OptimaAudio, readEvent } from './wire.ts'

/** Who waits for the connection waits no longer. */
const READY_MS = 8000

/** Of the socket below, which the library's types do not name. */
const BOUNDS: object = { maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false }

/** One Socket.IO connection of a token, shared by its calls. */
export interface SocketClient {
  /** @throws CarrierFault when it does not stand in time; nothing was placed */
  ready(): Promise<void>
  /** The way of this call. @param waitMs for Optima to tell of the session before its room is asked for */
  open(sessionId: string, waitMs: number, listener: Listener): Channel
  /** Calls on it. */
  readonly size: number
  /** All tries are used up, or Optima does not want us. */
  readonly over: boolean
  close(): void
}

interface Options {
  readonly origin: string
  readonly token: string
  /** 1.0.3 tells of every piece of sound whether it was taken. */
  readonly acks: boolean
  readonly audio: OptimaAudio
  /** How the event is written. */
  readonly checkPoint: string
  readonly clock: Clock
  /** A call that comes in; told of whoever's it is. */
  readonly onInbound: (sessionId: string) => void
  readonly onFault: (what: string, details: object) => void
}

export function createSocketClient(o: Options): SocketClient {
  const { clock } = o
  let over: CarrierFault | undefined
  /** How often Optima has sent us away since it last said something else. */
  let sentAway = 0
  let cancelAgain: (() => void) | undefined
  let lastError = ''
  const waiting = new Set<{ stands: () => void; fails: (fault: CarrierFault) => void }>()

  const rooms = createRooms({
    clock,
    isConnected: () => socket.connected,
    join: (sessionId) => socket.emit('joinRoom', { sessionId }),
  })
  const line = new SoundLine({
    rooms,
    acks: o.acks,
    audio: o.audio,
    emit: (...said) => socket.emit('audio', ...said),
    onHeard() {
      sentAway = 0
    },
    onFault: o.onFault,
  })
  const socket: Socket = io(o.origin, {
    ...BOUNDS,
    transports: [line.transport()],
    reconnection: true,
    reconnectionAttempts: TRIES,
    reconnectionDelay: AGAIN_MS,
    auth: { token: o.token },
    // A connection of its own: another token at the same host is another caller.
    forceNew: true,
  })

  /** All tries are used up, or we are not wanted. */
  function giveUp(fault: CarrierFault) {
    if (!over) o.onFault('Optima is out of reach: check the token, its address, and whether this server is let in', { err: lastError })
    end(fault)
  }

  function end(fault: CarrierFault) {
    if (over) return
    over = fault
    cancelAgain?.()
    socket.disconnect()
    for (const { fails } of [...waiting]) fails(fault)
    rooms.lost()
  }

  socket.on('connect', () => {
    for (const { stands } of [...waiting]) stands()
    rooms.connected()
  })
  socket.on('disconnect', (reason) => {
    rooms.disconnected()
    if (over || reason !== 'io server disconnect') return
    // Sent away by Optima itself: the library leaves it at that.
    sentAway += 1
    if (sentAway > TRIES) giveUp(optimaFault('unreachable'))
    else cancelAgain = clock.after(AGAIN_MS, () => socket.connect())
  })
  socket.on('connect_error', (error) => {
    lastError = error.message
    // Turned away: it would be again.
    if (!socket.active) giveUp(optimaFault('unauthorized'))
  })
  socket.io.on('reconnect_failed', () => giveUp(optimaFault('unreachable')))
  for (const name of HEARD) {
    socket.on(name, (data: unknown) => {
      const from = readEvent(name, data)
      if (!from) return
      sentAway = 0
      try {
        rooms.heard(from)
        if ('event' in from && from.type === 'inbound') o.onInbound(from.sessionId)
      } catch (error) {
        o.onFault('what Optima said could not be taken', { err: error, event: name })
      }
    })
  }

  function open(sessionId: string, waitMs: number, listener: Listener): Channel {
    const room = rooms.want(sessionId, waitMs, listener)
    return new RoomChannel({
      room,
      line,
      checkPoint: o.checkPoint,
      emit: (...said) => socket.emit(...said),
      leave: () => rooms.leave(sessionId),
    })
  }

  return {
    open,
    ready() {
      if (over) return Promise.reject(over)
      if (socket.connected) return Promise.resolve()
      return new Promise((resolve, reject) => {
        const done = () => {
          cancel()
          waiting.delete(waiter)
        }
        const waiter = {
          stands() {
            done()
            resolve()
          },
          fails(fault: CarrierFault) {
            done()
            reject(fault)
          },
        }
        const cancel = clock.after(READY_MS, () => waiter.fails(optimaFault('unreachable')))
        waiting.add(waiter)
      })
    },
    get size() {
      return rooms.size
    },
    get over() {
      return over !== undefined
    },
    close() {
      end(optimaFault('unreachable'))
      rooms.close()
    },
  }
}
