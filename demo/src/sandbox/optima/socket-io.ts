import { createServer } from 'node:http'
import { Server, type Socket } from 'socket.io'
import type { Upgrade } from '../upgrades.ts'
import { OPTIMA_ACCOUNT } from './account.ts'
import type { Member, OptimaCall } from './call.ts'
import type { Connection, Exchange } from './exchange.ts'
import { SAID, SAID_EVENTS, type Said, type SaidEvent } from './wire.ts'

const PATH = /^\/socket\.io\/(\?|$)/
const LARGEST = 1 << 20

type Acknowledge = (answer: { success: boolean; error: string | null }) => void

/** Optima over Socket.IO. Upgrades come from the sandbox's one dispatcher. */
export function optimaSocketIo(exchange: Exchange): { upgrade: Upgrade; close(): Promise<void> } {
  // Never listens: Socket.IO wants a server to hear upgrades of.
  const door = createServer()
  const io = new Server(door, { transports: ['websocket'], serveClient: false, maxHttpBufferSize: LARGEST, destroyUpgrade: false })

  io.use((socket, next) => {
    const { token } = socket.handshake.auth as { token?: unknown }
    const fault = exchange.world.faults.next('optima', 'socket', ({ kind }) => kind === 'unauthorized')
    next(token === OPTIMA_ACCOUNT.token && !fault ? undefined : new Error('Authentication token is required'))
  })
  io.on('connection', (socket) => serve(socket))

  function serve(socket: Socket): void {
    const connection: Connection = {
      tell: (event, data) => void socket.emit(event, data),
      end: (how) => (how === 'away' ? void socket.disconnect(true) : cut(socket)),
    }
    /** As whom it is in each call's room. */
    const members = new Map<string, Member>()
    exchange.connections.add(connection)
    socket.on('disconnect', () => {
      exchange.connections.delete(connection)
      for (const [sessionId, member] of members) exchange.calls.get(sessionId)?.leave(member)
    })
    for (const event of SAID_EVENTS) {
      socket.on(event, (data: unknown, acknowledge?: unknown) => {
        const said = SAID[event].safeParse(data)
        const answer = event === 'audio' && typeof acknowledge === 'function' ? (acknowledge as Acknowledge) : undefined
        const wrong = said.success ? take(event, said.data) : `${event}: ${said.error.issues[0]?.message}`
        if (answer && exchange.current.acks && exchange.current.version === '1.0.3')
          answer({ success: wrong === undefined, error: wrong ?? null })
        if (!said.success) warn(data, wrong ?? '')
      })
    }

    /** Answers what is wrong with it. */
    function take(event: SaidEvent, data: { sessionId: string }): string | undefined {
      const call = exchange.calls.get(data.sessionId)
      if (event === 'joinRoom') return join(data.sessionId, call)
      const member = members.get(data.sessionId)
      if (!call || !member || !call.has(member)) return call?.warn(`${event} from outside of the room`) ?? 'no such session'
      switch (event) {
        case 'audio': {
          const { audioData, audioFormat } = data as Said<'audio'>
          return call.plays(audioData, audioFormat)
        }
        case 'checkPoint':
          call.checkPoint((data as Said<'checkPoint'>).name)
          return undefined
        case 'dtmf':
          call.key((data as Said<'dtmf'>).digit)
          return undefined
        case 'interruption':
          call.interrupt()
          return undefined
        case 'hangup':
          exchange.pass(call, 'relay', 'hangup')
          call.hangUp()
          return undefined
      }
    }

    function join(sessionId: string, call: OptimaCall | undefined): string | undefined {
      const member: Member = members.get(sessionId) ?? {
        tell: connection.tell,
        sound: (audioData) => void socket.emit('audio', { sessionId, audioData }),
        drop: () => connection.end('cut'),
      }
      const joined = call?.join(member) ?? false
      if (joined) members.set(sessionId, member)
      socket.emit('roomJoined', { sessionId, status: joined ? 'success' : 'failed' })
      return joined ? undefined : 'this room cannot be joined'
    }

    function warn(data: unknown, wrong: string): void {
      const sessionId = (data as { sessionId?: unknown } | null)?.sessionId
      if (typeof sessionId === 'string') exchange.calls.get(sessionId)?.warn(wrong)
    }
  }

  return {
    upgrade(request, socket, head) {
      if (!PATH.test(request.url ?? '')) return false
      door.emit('upgrade', request, socket, head)
      return true
    },
    async close() {
      await io.close()
    },
  }
}

/** The connection is gone without a word, as when a cable is pulled. */
function cut(socket: Socket): void {
  const { transport } = socket.conn as unknown as { transport: { socket?: { terminate(): void } } }
  transport.socket?.terminate()
}
