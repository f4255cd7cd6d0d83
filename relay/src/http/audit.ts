import { createRoute } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { z } from 'zod'
import type { Audit } from '../access/audit.ts'
import type { Access, HttpEnv } from './access.ts'
import { type Endpoint, endpoint, json } from './endpoint.ts'
import { listPage, PageQuery } from './paging.ts'

const ADMIN: Access = { who: 'operator', role: 'admin' }

const Deed = z.object({
  at: z.iso.datetime(),
  actor: z.object({ kind: z.enum(['user', 'key']), id: z.string() }),
  action: z.string(),
  target: z.string().optional(),
  address: z.string(),
})
const list = createRoute({
  method: 'get',
  path: '/api/audit',
  tags: ['members'],
  summary: 'Who did what to which call or setting, newest first',
  request: { query: PageQuery.extend({ target: z.string().max(128).optional() }) },
  responses: { 200: json('Deeds.', listPage('deeds', Deed)) },
})

export function auditRoutes(o: { audit: Audit }): Endpoint[] {
  return [
    endpoint(ADMIN, list, async (c) => {
      const { deeds, nextCursor } = await o.audit.list(c.get('principal').organisationId, c.req.valid('query'))
      return c.json({ deeds, nextCursor: nextCursor ?? null }, 200)
    }),
  ]
}

/** Goes on with what was written down when it began, every ten minutes. */
const NO_DEEDS: readonly string[] = ['POST /api/calls/{id}/takeover/access-token']

/** Writes down every change that an operator or a key has made, and every table that they took with them, whatever the route. */
export function audited(access: Access, action: string, audit: Pick<Audit, 'write'>): MiddlewareHandler<HttpEnv> {
  return createMiddleware<HttpEnv>(async (c, next) => {
    await next()
    if (NO_DEEDS.includes(action)) return
    const isTaken = c.res.headers.get('content-type')?.startsWith('text/csv')
    if (access.who !== 'operator' || (c.req.method === 'GET' && !isTaken) || c.res.status >= 400) return
    const target = Object.values(c.req.param()).join('/')
    await audit.write(c.get('principal'), { action, target: target === '' ? undefined : target, address: c.get('address') })
  })
}
