import type { Context, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { isLoopbackAddress } from '../access/client-address.ts'
import { mayUse, type Principal, type Wanted } from '../access/roles.ts'
import { Problem } from '../protocol/problem.ts'

/**
 * Who a route lets in. Every route declares one of these; middleware and the generated access test read the same declaration.
 * - public: anybody.
 * - visitor: a page; the route asks whether the agent admits the page's origin, and what else the agent wants.
 * - sign-in: whoever holds a password or a refresh token; cookies count only from the console's own origins.
 * - operator: people of at least `role`, API keys with `scope` (no scope: people only).
 * - carrier: a telephone company; the route itself checks its proof, and without it answers 403.
 * - metrics: the machine itself, or the bearer of METRICS_TOKEN.
 */
export type Access =
  | { who: 'public' }
  | { who: 'visitor' }
  | { who: 'sign-in' }
  | { who: 'carrier' }
  | { who: 'metrics' }
  | ({ who: 'operator' } & Wanted)

export const PUBLIC: Access = { who: 'public' }
export const VISITOR: Access = { who: 'visitor' }
export const SIGN_IN: Access = { who: 'sign-in' }
export const CARRIER: Access = { who: 'carrier' }

/** Who reads calls, and who acts on them. */
export const READS = { who: 'operator', role: 'viewer', scope: 'calls:read' } as const satisfies Access
export const OPERATES = { who: 'operator', role: 'operator', scope: 'calls:write' } as const satisfies Access

/** What every handler finds on its context. */
export interface HttpEnv {
  Variables: {
    requestId: string
    /** The client's address, as far as TRUST_PROXY allows to know. */
    address: string
    /** By another relay of this house, whose call lives here. */
    passedOn: boolean
    /** Path pattern of the route that answered, for metrics. */
    route: string
    /** What this route's refusals say besides the problem. */
    refusals: Readonly<Record<string, unknown>> | undefined
    principal: Principal
  }
}

export interface Gatekeepers {
  /** @throws Problem unauthorized */
  identify(bearer: string | undefined): Promise<Principal>
  metricsToken: (given: string) => boolean
}

export function bearerOf(c: Context): string | undefined {
  return /^Bearer +([^\s]+) *$/i.exec(c.req.header('authorization') ?? '')?.[1]
}

/** The middleware behind a declaration. */
export function authorise(access: Access, gate: Gatekeepers): MiddlewareHandler<HttpEnv> {
  return createMiddleware<HttpEnv>(async (c, next) => {
    if (access.who === 'operator') {
      const principal = await gate.identify(bearerOf(c))
      if (!mayUse(principal, access)) throw new Problem('forbidden', refusal(principal, access))
      c.set('principal', principal)
    }
    if (access.who === 'metrics') {
      const bearer = bearerOf(c)
      // Something that forwards for others on this machine must not lend them its loopback address.
      const forwarded = c.req.header('x-forwarded-for') ?? c.req.header('forwarded')
      const near = isLoopbackAddress(c.get('address')) && forwarded === undefined
      if (!near && !(bearer && gate.metricsToken(bearer))) throw new Problem('unauthorized', 'Send METRICS_TOKEN as a bearer token.')
    }
    await next()
  })
}

function refusal(principal: Principal, wanted: Wanted): string {
  if (principal.kind === 'user') return `This needs the role ${wanted.role}; yours is ${principal.role}.`
  return wanted.scope ? `This API key lacks the scope ${wanted.scope}.` : 'API keys cannot do this: sign in as a person.'
}
