import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Logger } from '../logger.ts'
import { Problem } from '../protocol/problem.ts'
import { type Settings, SettingsError } from '../settings.ts'
import type { HttpEnv } from './access.ts'
import { problemBody } from './problems.ts'
import type { Upgrades } from './upgrade.ts'

/** Nobody may hold a connection by writing slowly. Answers may take as long as they like: some are streams. */
const HEADERS_WITHIN_MS = 10_000
const REQUEST_WITHIN_MS = 30_000
const KEEP_ALIVE_MS = 65_000

/** Node's own refusals, as their status. */
const UNREADABLE: Record<string, [number, string]> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
}

export interface HttpServer {
  /** Resolves with the port. @throws SettingsError when the address cannot be used */
  listen(): Promise<number>
  /** No new connections; answers under way go on. */
  stopAccepting(): void
  /** Cuts what is left. */
  close(): Promise<void>
}

export function createHttpServer(o: {
  app: OpenAPIHono<HttpEnv>
  upgrades: Upgrades
  /** Answers for itself under its own path: Socket.IO, where a page cannot open a socket. */
  live?: { path: string; request(request: IncomingMessage, response: ServerResponse): void }
  settings: Pick<Settings, 'port' | 'host'>
  logger: Logger
}): HttpServer {
  const listener = getRequestListener(o.app.fetch, {
    // A request that is no request (a broken Host, say): the same shape as every other refusal.
    errorHandler: (error) => {
      o.logger.debug({ err: error }, 'unusable request')
      const problem = new Problem('invalid_request', 'The request cannot be read.')
      return new Response(JSON.stringify(problemBody(problem)), {
        status: problem.status,
        headers: { 'Content-Type': 'application/problem+json' },
      })
    },
  })
  const server = createServer(
    {
      headersTimeout: HEADERS_WITHIN_MS,
      requestTimeout: REQUEST_WITHIN_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: 5000,
      // Other upgrades are offers (curl's h2c, say): the request is answered as it is.
      shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
    },
    (request, response) => (isUnder(request.url, o.live?.path) ? o.live?.request(request, response) : void listener(request, response)),
  )
  o.upgrades.attach(server)
  server.on('error', (error) => o.logger.error({ err: error }, 'the HTTP server failed'))
  // What is no HTTP at all never reaches the app; it is answered in the same shape.
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') return socket.destroy()
    const [status, title] = UNREADABLE[error.code ?? ''] ?? [400, 'Bad Request']
    const body = JSON.stringify({ ...problemBody(new Problem('invalid_request', 'The request cannot be read.')), status })
    socket.end(
      `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    )
  })
  let closed: Promise<void> | undefined

  return {
    listen: () =>
      new Promise((resolve, reject) => {
        const { port, host } = o.settings
        server.once('error', (error: NodeJS.ErrnoException) => reject(unusable(error, port, host)))
        server.listen({ port, host }, () => resolve((server.address() as AddressInfo).port))
      }),
    stopAccepting() {
      closed ??= new Promise((resolve) => server.close(() => resolve()))
    },
    async close() {
      this.stopAccepting()
      server.closeAllConnections()
      await closed
    },
  }
}

const isUnder = (url: string | undefined, path: string | undefined) =>
  path !== undefined && (url === path || url?.startsWith(`${path}/`) || url?.startsWith(`${path}?`))

function unusable(error: NodeJS.ErrnoException, port: number, host: string): Error {
  if (error.code === 'EADDRINUSE') return new SettingsError('PORT', `${port} is in use on ${host}: stop what uses it, or choose another`)
  if (error.code === 'EACCES') return new SettingsError('PORT', `${port} needs more rights: choose one above 1023`)
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new SettingsError('HOST', `${host} is no address of this machine`)
  return error
}
