import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { OpenAPIHono } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { Audit } from '../access/audit.ts'
import { clientAddress } from '../access/client-address.ts'
import { RELAY_HEADER, type RelayProof } from '../access/relay-proof.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import { Problem } from '../protocol/problem.ts'
import type { TrustProxy } from '../settings/kinds.ts'
import { authorise, type Gatekeepers, type HttpEnv } from './access.ts'
import { audited } from './audit.ts'
import { bodyLimit } from './body-limit.ts'
import { cors, preflight } from './cors.ts'
import { type Endpoint, type HttpContext, honoPath } from './endpoint.ts'
import type { Elsewhere } from './forward.ts'
import { openApi } from './openapi.ts'
import { answerProblem, refuseInvalid } from './problems.ts'

const MAX_BODY_BYTES = 1024 * 1024

export interface AppRooms {
  gate: Gatekeepers
  audit: Pick<Audit, 'write'>
  logger: Logger
  metrics: Metrics
  trustProxy: TrustProxy
  /** The relay's own origins and CONSOLE_ORIGINS. */
  consoleOrigins: () => readonly string[]
  /** The other relays, where there are any. */
  relays?: { elsewhere: Elsewhere; proof: RelayProof } | undefined
}

export interface App {
  app: OpenAPIHono<HttpEnv>
  /** Every route, with who may use it. */
  table: readonly Endpoint[]
}

/**
 * The whole HTTP side from its route table, to which it adds its own description.
 * @throws Error when a route has no declared access, or two routes claim one path
 */
export function createApp(routes: readonly Endpoint[], rooms: AppRooms, extend?: (app: OpenAPIHono<HttpEnv>) => void): App {
  const table = [...routes, openApi(() => app)]
  const app: OpenAPIHono<HttpEnv> = new OpenAPIHono<HttpEnv>({ strict: false, defaultHook: (result) => refuseInvalid(result) })
  app.onError((error, c) => answerProblem(c, error, rooms.logger))
  app.use(aroundEveryRequest(rooms))
  const limit = bodyLimit(MAX_BODY_BYTES)
  for (const entry of table) {
    const name = createMiddleware<HttpEnv>(async (c, next) => {
      c.set('route', entry.path)
      c.set('refusals', entry.refusals)
      await next()
    })
    const action = `${entry.method.toUpperCase()} ${entry.path}`
    const guards = [
      name,
      cors(entry.access, rooms.consoleOrigins),
      authorise(entry.access, rooms.gate),
      // Before it is written down who did it: that is done where it is done.
      ...(entry.callOf && rooms.relays ? [rooms.relays.elsewhere.guard(entry.access, entry.callOf)] : []),
      audited(entry.access, action, rooms.audit),
      limit,
    ]
    entry.mount(app, guards)
  }
  for (const [path, entries] of Map.groupBy(table, (entry) => honoPath(entry.path))) {
    const methods = entries.map((entry) => entry.method)
    app.options(
      path,
      preflight(
        entries.map((entry) => entry.access),
        methods,
        rooms.consoleOrigins,
      ),
    )
  }
  insistOnDeclarations(app, table)
  if (extend) addExtension(app, extend)
  app.notFound((c) => {
    const methods = table.filter((entry) => matches(entry.path, c.req.path)).map((entry) => entry.method.toUpperCase())
    if (methods.length > 0) c.header('Allow', methods.join(', '))
    const detail =
      methods.length > 0 ? `This address answers ${methods.join(', ')}, not ${c.req.method}.` : 'There is nothing under this address.'
    return answerProblem(c, new Problem('not_found', detail), rooms.logger)
  })
  return { app, table }
}

function aroundEveryRequest(rooms: AppRooms): MiddlewareHandler<HttpEnv> {
  return createMiddleware<HttpEnv>(async (c, next) => {
    const began = performance.now()
    const incoming = (c.env as { incoming?: IncomingMessage } | undefined)?.incoming
    c.set('requestId', randomBytes(8).toString('hex'))
    c.set('route', 'none')
    const passedOn = passedOnBy(c, rooms)
    c.set('passedOn', passedOn !== undefined)
    const [socketAddress, forwardedFor] = [incoming?.socket.remoteAddress, c.req.header('x-forwarded-for')]
    c.set('address', passedOn?.address ?? clientAddress({ socketAddress, forwardedFor, trust: rooms.trustProxy }))
    await next()
    const { headers, status } = c.res
    const fallback = (name: string, value: string) => headers.has(name) || c.header(name, value)
    fallback('X-Content-Type-Options', 'nosniff')
    fallback('Referrer-Policy', 'no-referrer')
    fallback('Cache-Control', 'no-store')
    fallback('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
    fallback('X-Request-Id', c.get('requestId'))
    const ms = performance.now() - began
    rooms.metrics.http({ method: c.req.method, route: c.get('route'), status, ms })
    rooms.logger.debug({ requestId: c.get('requestId'), method: c.req.method, path: c.req.path, status, ms: Math.round(ms) }, 'request')
  })
}

/** Undefined for everything that does not come from another relay of this house. */
function passedOnBy(c: HttpContext, { relays }: AppRooms): { address: string } | undefined {
  const header = c.req.header(RELAY_HEADER)
  if (relays === undefined || header === undefined) return undefined
  const { pathname, search } = new URL(c.req.url)
  return relays.proof.read(header, { method: c.req.method, target: pathname + search })
}

function insistOnDeclarations(app: OpenAPIHono<HttpEnv>, table: readonly Endpoint[]): void {
  const declared = new Set<string>()
  for (const { method, path } of table) {
    const key = `${method.toUpperCase()} ${honoPath(path)}`
    if (declared.has(key)) throw new Error(`Two routes claim ${key}.`)
    declared.add(key)
  }
  for (const { method, path } of app.routes) {
    const isMiddleware = method === 'ALL' && path.endsWith('*')
    if (isMiddleware || method === 'OPTIONS' || declared.has(`${method} ${path}`)) continue
    throw new Error(`The route ${method} ${path} declares no access: add it to the route table.`)
  }
}

/** The demo's pages: public by nature, so they may not pretend to be the API. */
function addExtension(app: OpenAPIHono<HttpEnv>, extend: (app: OpenAPIHono<HttpEnv>) => void): void {
  const before = app.routes.length
  extend(app)
  const stray = app.routes.slice(before).find(({ path }) => path.startsWith('/api/'))
  if (stray) throw new Error(`An extension may not add ${stray.path}: API routes belong to the route table.`)
}

/** Whether a request's path is one of a table's pattern, trailing slash or not. */
function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const given = path.replace(/\/+$/, '').split('/')
  return wanted.length === given.length && wanted.every((part, place) => /^\{.+\}$/.test(part) || part === given[place])
}
