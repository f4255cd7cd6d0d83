import { WebSocket } from 'ws'
import type { Clock } from '../../calls/ports.ts'
import { createStreamSocket, type StreamSocket } from '../stream-socket.ts'
import { AGAIN_MS, type Channel, type Listener, MAX_FRAME_BYTES, ROOM_BYTES, TRIES } from './channel.ts'
import { readBinary, readFrame } from './wire.ts'

const HANDSHAKE_MS = 8000

/**
 * - connecting: for the `tries`th time since it last stood. here: it stands. between: it broke, and is tried again soon. over: left, or lost.
 */
type State =
  | { is: 'connecting'; tries: number; ws: WebSocket }
  | { is: 'here'; socket: StreamSocket }
  | { is: 'between'; tries: number; cancel: () => void }
  | { is: 'over' }

/** A call's own WebSocket, from 1.0.5 on: sound in binary frames, everything else in JSON. */
export function openNative(o: {
  /** `wss://{endpoint}/ws/{sessionId}`. */
  url: string
  token: string
  /** How the event is written. */
  checkPoint: string
  clock: Clock
  listener: Listener
  onFault: (what: string, details: object) => void
}): Channel {
  const { clock, listener } = o
  let state: State = connect(1)

  function connect(tries: number): State {
    const ws = new WebSocket(o.url, {
      headers: { authorization: `Bearer ${o.token}` },
      handshakeTimeout: HANDSHAKE_MS,
      maxPayload: MAX_FRAME_BYTES,
      perMessageDeflate: false,
      followRedirects: false,
    })
    ws.on('error', (error) => {
      if (state.is !== 'over') o.onFault('the sound of a call could not be reached', { err: error.message })
    })
    const socket = createStreamSocket({
      ws,
      side: 'client',
      clock,
      read: readFrame,
      readBinary,
      fullBytes: ROOM_BYTES,
      onMessage(message) {
        if (state.is !== 'here' || message.event === 'roomJoined') return 'refused'
        listener(message)
        return 'taken'
      },
      onGone: () => gone(tries),
      onFault: (error) => o.onFault('what Optima said could not be taken', { err: error }),
    })
    ws.once('open', () => {
      if (state.is !== 'connecting') return socket.close(1000, 'left')
      state = { is: 'here', socket }
      listener({ event: 'here' })
    })
    return { is: 'connecting', tries, ws }
  }

  function gone(tried: number) {
    if (state.is === 'over' || state.is === 'between') return
    const tries = state.is === 'here' ? 0 : tried
    const stood = state.is === 'here'
    if (tries >= TRIES) {
      state = { is: 'over' }
      return listener({ event: 'lost' })
    }
    const cancel = clock.after(AGAIN_MS, () => {
      state = connect(tries + 1)
    })
    state = { is: 'between', tries, cancel }
    if (stood) listener({ event: 'away' })
  }

  const say = (event: string, data?: unknown) => {
    if (state.is === 'here') state.socket.send(JSON.stringify(data === undefined ? { event } : { event, data }))
  }

  return {
    get writable() {
      return state.is === 'here' && state.socket.writable
    },
    audio(bytes) {
      if (state.is === 'here') state.socket.sendBinary(bytes)
    },
    checkPoint: (name) => say(o.checkPoint, name),
    dtmf: (digit, duration) => say('dtmf', { digit, duration }),
    interruption: () => say('interruption'),
    hangup: () => say('hangup'),
    leave() {
      const was = state
      state = { is: 'over' }
      if (was.is === 'between') was.cancel()
      if (was.is === 'connecting') was.ws.terminate()
      if (was.is === 'here') was.socket.close(1000, 'left')
    },
  }
}
