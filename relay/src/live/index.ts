import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { Server } from 'socket.io'
import { clientAddress } from '../access/client-address.ts'
import type { Identify } from '../access/identify.ts'
import type { RelayProof } from '../access/relay-proof.ts'
import { actorOf, mayUse, type Principal } from '../access/roles.ts'
import type { LiveCalls } from '../calls/live-calls.ts'
import type { CallBook } from '../calls/log/call-book.ts'
import type { Clock } from '../calls/ports.ts'
import { withinMs } from '../lifetime.ts'
import type { Logger } from '../logger.ts'
import { type Entry, Problem } from '../protocol/index.ts'
import type { TrustProxy } from '../settings/kinds.ts'
import type { Commands } from './commands.ts'
import { createDesks } from './desks.ts'
import { type BetweenRelays, type FromPage, ROOM, type ToPage } from './events.ts'
import { createFarFeeds } from './far-feeds.ts'
import type { FreshView } from './fresh-view.ts'
import { createMissedNews } from './missed-news.ts'
import { followCalls } from './news.ts'
import type { Peers } from './peers.ts'
import type { SharedRedis } from './redis.ts'
import { type Changed, createTeller } from './teller.ts'
import { letWatch, type PageSocket } from './watching.ts'
import { ACT, untilGone, whoIs } from './who.ts'

export const LIVE_PATH = '/socket.io'
const MAX_MESSAGE_BYTES = 16 * 1024
/** Packets that may wait for a page that does not take them: then it is cut off, and comes back with what it has seen. */
const MOST_WAITING = 5000
const LOOK_EVERY_MS = 2000
const LAST_WORDS_MS = 1000

/** The rooms in which operators see calls as they happen, over Socket.IO: of their organisation, of one call, of its transcript. */
export interface LiveRooms {
  request(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Pages connected now. */
  readonly size: number
  /** Tells everybody a call anew that no relay holds any more. */
  readonly changed: Changed
  /** Whether anybody of an organisation looks on now who may step in, at any relay. Never rejects. */
  readonly anybodyWatches: (organisationId: string) => Promise<boolean>
  close(): Promise<void>
}

export function createLiveRooms(o: {
  calls: LiveCalls
  book: Pick<CallBook, 'lines'>
  view: FreshView
  identify: Identify['identify']
  commands: Commands
  consoleOrigins: () => readonly string[]
  trustProxy: TrustProxy
  /** The other relays of the house, where there are any: their pages see what happens here, and ours what happens there. */
  shared?: { redis: SharedRedis; peers: Peers; proof: RelayProof } | undefined
  maxPages: number
  clock: Clock
  logger: Logger
}): LiveRooms {
  const { calls, clock, logger, shared, view } = o
  const report = (what: string) => (error: unknown) => logger.error({ err: error }, what)
  const io = new Server<FromPage, ToPage, BetweenRelays, { principal: Principal; token: string }>(
    // It listens nowhere: the relay's one server hands its requests over.
    createServer(),
    {
      path: LIVE_PATH,
      serveClient: false,
      maxHttpBufferSize: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      httpCompression: false,
      cors: { origin: (origin, allow) => allow(null, origin !== undefined && o.consoleOrigins().includes(origin) ? origin : false) },
      allowRequest: (_, allow) => allow(null, io.engine.clientsCount < o.maxPages),
      ...(shared ? { adapter: shared.redis.adapter() } : {}),
    },
  )
  const here = shared ? [ROOM.relay(shared.peers.id)] : []
  const addressOf = ({ address, headers }: PageSocket['handshake']) =>
    clientAddress({ socketAddress: address, forwardedFor: [headers['x-forwarded-for'] ?? []].flat().join(','), trust: o.trustProxy })

  io.use((socket, next) => {
    const token = socket.handshake.auth.token ?? bearerOf(socket.handshake.headers.authorization)
    whoIs(o.identify, token).then(
      (principal) => {
        socket.data = { principal, token: token as string }
        next()
      },
      (error: unknown) => next(refusal(error, report('a page could not be let into the live rooms'))),
    )
  })

  io.on('connection', (socket) => {
    const { principal, token } = socket.data
    const stop = untilGone({ identify: o.identify, token, clock, onGone: () => socket.disconnect(true) })
    const stopLooking = cutOffWhoTakesNothing(socket, clock)
    socket.on('disconnect', () => {
      stop()
      stopLooking()
    })
    void socket.join([
      ...here,
      ROOM.organisation(principal.organisationId),
      ...(mayUse(principal, ACT) ? [ROOM.desk(principal.organisationId)] : []),
      ...(principal.kind === 'user' ? [ROOM.user(`${principal.organisationId} ${principal.userId}`)] : []),
    ])
    letWatch(socket, {
      asker: {
        organisationId: principal.organisationId,
        actor: actorOf(principal),
        token,
        address: addressOf(socket.handshake),
      },
      mayAct: mayUse(principal, ACT),
      view,
      calls,
      book: o.book,
      commands: o.commands,
      far,
      onUnread: closeUnread,
      onFault: report('a live room could not answer'),
    })
  })

  const anybodyWatches = createDesks({
    io,
    isWatchedHere: (organisationId) => (io.of('/').adapter.rooms.get(ROOM.desk(organisationId))?.size ?? 0) > 0,
    hasOthers: () => shared?.redis.isReady === true,
    clock,
  })

  const teller = createTeller({
    view,
    told(organisationId, call) {
      const rooms = [ROOM.organisation(organisationId), ROOM.call(call.id)]
      // Our own pages wait for no other part of the house.
      io.local.to(rooms).emit('call:updated', call)
      if (!shared) return
      io.to(rooms).except(here).emit('call:updated', call)
      missed.note(organisationId, call.id, clock.monotonicMs())
    },
    onFault: report('a call could not be shown in the live rooms'),
  })
  const { changed } = teller
  const missed = createMissedNews({ calls, changed, isAway: () => shared?.redis.isReady === false })
  shared?.redis.onBack((awayMs) => missed.tellAnew(awayMs, clock.monotonicMs()))

  const transcript = (callId: string, seq: number, entry: Entry) => {
    // Every word of every call comes by here, and most are watched by nobody.
    if (isRead(callId)) io.local.to(ROOM.transcript(callId)).emit('transcript:update', { callId, seq, ...entry })
  }
  const isRead = (callId: string) => io.of('/').adapter.rooms.has(ROOM.transcript(callId))
  const far =
    shared && createFarFeeds({ ...shared, book: o.book, onLine: (callId, { entry, seq }) => transcript(callId, seq, entry), clock, logger })
  const closeUnread = (callId: string) => (isRead(callId) ? undefined : far?.unread(callId))
  io.of('/').adapter.on('delete-room', (room: string) => {
    if (room.startsWith(ROOM.transcript(''))) closeUnread(room.slice(ROOM.transcript('').length))
  })
  const stopFollowing = followCalls({ calls, changed, transcript })

  return {
    request: (request, response) => void io.engine.handleRequest(request as never, response),
    upgrade: (request, socket, head) => void io.engine.handleUpgrade(request as never, socket, head),
    get size() {
      return io.engine.clientsCount
    },
    changed,
    anybodyWatches,
    async close() {
      // The last word of calls that ended with this relay.
      await withinMs(LAST_WORDS_MS, teller.idle())
      stopFollowing()
      far?.close()
      await io.close()
    },
  }
}

function cutOffWhoTakesNothing(socket: PageSocket, clock: Clock): () => void {
  let cancel = clock.after(LOOK_EVERY_MS, look)
  function look() {
    const { writeBuffer } = socket.conn as unknown as { writeBuffer: readonly unknown[] }
    if (writeBuffer.length > MOST_WAITING) socket.disconnect(true)
    else cancel = clock.after(LOOK_EVERY_MS, look)
  }
  return () => cancel()
}

const bearerOf = (header: string | undefined) => /^Bearer +(\S+)$/i.exec(header ?? '')?.[1]

/** As the client's `connect_error` shows it: the message, and the code under `data`. */
function refusal(error: unknown, report: (error: unknown) => void): Error {
  if (!(error instanceof Problem)) report(error)
  const problem = error instanceof Problem ? error : new Problem('internal', 'Something went wrong here. Try again.')
  return Object.assign(new Error(problem.message), { data: { code: problem.code } })
}
