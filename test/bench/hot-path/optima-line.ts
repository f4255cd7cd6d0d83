import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type Socket } from 'socket.io'
import { createPlayer, type Near, type NearEvents } from './near.ts'
import { type Stamp, writeStamp } from './stamp.ts'

/** Optima 1.0.3 (PROTOCOLS 4) as far as calls that come in need one: each process that is measured has one connection, known by its token. */

const BYTES_A_FRAME = 320

interface Said {
  sessionId: string
  name: string
  audioData: Buffer
}
type Acknowledge = (answer: { success: boolean; error: null }) => void
/** Who is at the end of one call. */
interface End {
  joined(): void
  sound(bytes: Buffer): void
  checkPoint(name: string): void
  clear(): void
}

export interface OptimaLine {
  readonly url: string
  /** A phone calls whoever connected with this token. `read` finds the number of a frame of this call. */
  join(o: { id: number; token: string; read: (frame: Buffer) => number | undefined } & NearEvents): Promise<Near>
}

export async function startOptima(): Promise<OptimaLine> {
  const http = createServer()
  const io = new Server(http, { transports: ['websocket'], serveClient: false })
  const sockets = new Map<string, Socket>()
  const waiting = new Map<string, (socket: Socket) => void>()
  const ends = new Map<string, End>()

  io.on('connection', (socket) => {
    const { token } = socket.handshake.auth as { token: string }
    sockets.set(token, socket)
    waiting.get(token)?.(socket)
    socket.on('joinRoom', ({ sessionId }: Said) => {
      socket.emit('roomJoined', { sessionId, status: 'success' })
      ends.get(sessionId)?.joined()
    })
    socket.on('audio', ({ audioData, sessionId }: Said, acknowledge?: Acknowledge) => {
      acknowledge?.({ success: true, error: null })
      ends.get(sessionId)?.sound(audioData)
    })
    socket.on('checkPoint', ({ name, sessionId }: Said) => ends.get(sessionId)?.checkPoint(name))
    socket.on('interruption', ({ sessionId }: Said) => ends.get(sessionId)?.clear())
  })
  const connectionOf = (token: string) => sockets.get(token) ?? new Promise<Socket>((resolve) => waiting.set(token, resolve))

  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async join({ id, onFrame, onOdd, read, token }) {
      const sessionId = `call-${id}`
      const socket = await connectionOf(token)
      const player = createPlayer((name) => socket.emit('checkPoint', { sessionId, name }))
      const joined = Promise.withResolvers<void>()
      ends.set(sessionId, {
        joined: joined.resolve,
        sound(bytes) {
          const now = performance.now()
          player.frame(now)
          const frame = bytes.length === BYTES_A_FRAME ? read(bytes) : undefined
          if (frame === undefined) onOdd()
          else onFrame(frame, now)
        },
        checkPoint: player.mark,
        clear: player.clear,
      })
      socket.emit('newSession', { sessionId, type: 'inbound' })
      await joined.promise
      return {
        get isOver() {
          return !socket.connected
        },
        get heardAll() {
          return player.heardAll()
        },
        speak: (stamp) => socket.emit('audio', { sessionId, audioData: frameOf(stamp) }),
        mute: () => undefined,
        tellMarks: player.tellMarks,
      }
    },
  }
}

/** A room's noise, with its number in it. */
function frameOf(stamp: Stamp): Buffer {
  const frame = Buffer.alloc(BYTES_A_FRAME)
  writeStamp(frame, 0, stamp)
  return frame
}
