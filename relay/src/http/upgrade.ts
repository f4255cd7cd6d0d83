import { type IncomingHttpHeaders, type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { clientAddress } from '../access/client-address.ts'
import { RELAY_HEADER, type RelayProof } from '../access/relay-proof.ts'
import type { Holder } from '../live/peers.ts'
import type { Logger } from '../logger.ts'
import { CLOSE, MAX_TEXT_FRAME_BYTES, Problem } from '../protocol/index.ts'
import type { TrustProxy } from '../settings/kinds.ts'
import { pipeTo } from './pipe.ts'
import { problemBody } from './problems.ts'

/** One frame of any kind: room for a text frame that is too long to be answered, not cut off. */
const MAX_PAYLOAD_BYTES = 4 * MAX_TEXT_FRAME_BYTES
/** How long a refused socket may take to say goodbye. */
const REFUSED_LINGER_MS = 2000

export interface Upgrade {
  ws: WebSocket
  /** What the pattern's groups matched, undecoded. */
  parts: readonly string[]
  query: URLSearchParams
  /** What `admit` found. */
  admitted: unknown
}

/** A request for a socket, before anything was answered. */
export interface UpgradeRequest {
  /** As it was asked for, query included. */
  readonly url: string
  readonly parts: readonly string[]
  readonly headers: IncomingHttpHeaders
  /** Who asks, as far as proxies are trusted. */
  readonly address: string
}

interface SocketPath {
  /** For people: `/media/{token}`. */
  readonly path: string
  readonly pattern: RegExp
  /** What proves the right to it. */
  readonly access: 'media-token' | 'carrier' | 'operator' | 'public' | 'relay'
}

/** A protocol with a handshake of its own takes the request over as it came. */
export interface RawRoute extends SocketPath {
  takeOver(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

/** One path that speaks WebSocket. `accept` authorises and takes the socket over, or refuses it; it never throws. */
export interface SocketRoute extends SocketPath {
  /** For routes that want proof before a socket exists: undefined is a 403. */
  admit?(request: UpgradeRequest): Promise<unknown>
  accept(upgrade: Upgrade): void
  /** Which call it is about, read from a right that any relay of the house can read: of several, the one that holds the call gets the socket. */
  callOf?(request: { parts: readonly string[]; query: URLSearchParams }): string | undefined
}

/** The other relays of the house, and which of them holds a call that is not here. */
export interface OtherRelays {
  holding(callId: string): Promise<Holder | undefined>
  proof: RelayProof
}

export interface Upgrades {
  attach(server: Server): void
  /** Sockets open now. */
  size(): number
  /** Cuts what is still open. */
  close(): void
}

/** The one door for sockets: path → route → accepted, and closed with a code that says why when it may not stay. */
export function createUpgrades(o: {
  routes: readonly (SocketRoute | RawRoute)[]
  maxSockets: number
  trustProxy: TrustProxy
  relays?: OtherRelays | undefined
  logger: Logger
}): Upgrades {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_PAYLOAD_BYTES, perMessageDeflate: false, clientTracking: false })
  const open = new Set<WebSocket>()
  /** Sockets of calls that live at other relays. */
  const piped = new Set<Duplex>()

  const watch = (ws: WebSocket, path: string) => {
    ws.on('error', (error) => o.logger.debug({ err: error, path }, 'socket failed'))
    ws.on('close', () => open.delete(ws))
  }

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', destroyIt)
    const { path, query } = split(request.url ?? '/')
    for (const route of o.routes) {
      const found = route.pattern.exec(path)
      if (!found) continue
      if ('takeOver' in route) return route.takeOver(request, socket, head)
      const parts = found.slice(1)
      const accept = (admitted: unknown) =>
        server.handleUpgrade(request, socket, head, (ws) => {
          // From here on `ws` listens. A socket that stands keeps nothing of the request that it came with.
          socket.off('error', destroyIt)
          watch(ws, route.path)
          if (open.size >= o.maxSockets) return refuse(ws, CLOSE.overload, 'overload: try again shortly')
          route.accept({ ws, parts, query, admitted })
          // One that was refused is on its way out and takes nobody's place.
          if (ws.readyState === ws.OPEN) open.add(ws)
        })
      const passedOn = o.relays?.proof.read(request.headers[RELAY_HEADER], { method: request.method ?? 'GET', target: request.url ?? '/' })
      if (route.access === 'relay' && !passedOn) return answer(socket, new Problem('not_found', 'No socket lives under this address.'))
      const address = passedOn?.address ?? addressOf(request, o.trustProxy)
      const failed = (error: unknown) => {
        o.logger.error({ err: error, path: route.path }, 'a socket could not be admitted')
        answer(socket, new Problem('internal', 'Something went wrong here. Try again.'))
      }
      const admit = () => {
        if (!route.admit) return accept(undefined)
        route.admit({ url: request.url ?? '/', parts, headers: request.headers, address }).then((admitted) => {
          if (socket.destroyed) return
          if (admitted === undefined) return answer(socket, new Problem('forbidden', 'This socket wants its carrier’s proof.'))
          accept(admitted)
        }, failed)
      }
      const callId = passedOn ? undefined : route.callOf?.({ parts, query })
      if (!o.relays || callId === undefined) return admit()
      o.relays.holding(callId).then((holder) => {
        if (socket.destroyed) return
        // A relay that is gone left a call that is over: the route says so in its own words.
        if (holder?.is !== 'there') return admit()
        pipe(holder, { request, socket, head, address }, o.relays as OtherRelays)
      }, failed)
      return
    }
    answer(socket, new Problem('not_found', 'No socket lives under this address.'))
  }

  const pipe = (
    holder: Extract<Holder, { is: 'there' }>,
    came: { request: IncomingMessage; socket: Duplex; head: Buffer; address: string },
    { proof }: OtherRelays,
  ) => {
    const { socket } = came
    const busy = 'The relay that holds this call cannot be reached just now. Try again in a few seconds.'
    if (piped.size >= o.maxSockets) return answer(socket, new Problem('provider_unavailable', 'Too many sockets here: try again shortly.'))
    piped.add(socket)
    socket.once('close', () => piped.delete(socket))
    const refuse = (error: Error) => {
      o.logger.warn({ err: error, relay: holder.id }, 'a socket could not be passed on')
      answer(socket, new Problem('provider_unavailable', busy))
    }
    pipeTo(holder, { ...came, proof, refuse })
  }

  return {
    attach: (http) => void http.on('upgrade', upgrade),
    size: () => open.size + piped.size,
    close() {
      for (const ws of open) ws.terminate()
      for (const socket of piped) socket.destroy()
      server.close()
    },
  }
}

/** Before `ws` takes over nobody else listens; a reset there must not end the process. One for all, so that it holds nothing. */
function destroyIt(this: Duplex): void {
  this.destroy()
}

function addressOf({ headers, socket }: IncomingMessage, trust: TrustProxy): string {
  const forwardedFor = headers['x-forwarded-for']
  return clientAddress({ socketAddress: socket.remoteAddress, forwardedFor: [forwardedFor ?? []].flat().join(',') || undefined, trust })
}

/** Says why and leaves. */
export function refuse(ws: WebSocket, code: number, reason: string): void {
  ws.close(code, reason)
  letGo(ws)
}

/** A socket that was told goodbye does not stay because the far end says nothing. */
export function letGo(ws: WebSocket): void {
  const linger = setTimeout(() => ws.terminate(), REFUSED_LINGER_MS)
  ws.on('close', () => clearTimeout(linger))
}

/** By hand: `new URL` would take `//media/x` for a host. */
function split(url: string): { path: string; query: URLSearchParams } {
  const at = url.indexOf('?')
  return { path: at < 0 ? url : url.slice(0, at), query: new URLSearchParams(at < 0 ? '' : url.slice(at + 1)) }
}

/** Over HTTP: there is no socket yet. */
function answer(socket: Duplex, problem: Problem): void {
  const text = JSON.stringify(problemBody(problem))
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  )
}
