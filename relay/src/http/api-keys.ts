import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import type { ApiKeys } from '../access/api-keys.ts'
import { SCOPES } from '../access/roles.ts'
import { Id, Problem } from '../protocol/index.ts'
import type { Access } from './access.ts'
import { body, type Endpoint, endpoint, json } from './endpoint.ts'
import { listPage, PageQuery } from './paging.ts'

/** People only: a key can neither make nor read keys. */
const ADMIN: Access = { who: 'operator', role: 'admin' }

const ApiKeyView = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  createdAt: z.iso.datetime(),
})
const NewKey = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(80)
    .regex(/^\P{C}*$/u, 'must not hold control characters'),
  scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
})
const tags = ['API keys']

const list = createRoute({
  method: 'get',
  path: '/api/api-keys',
  tags,
  summary: 'API keys of the organisation, without the keys',
  request: { query: PageQuery },
  responses: { 200: json('Keys.', listPage('apiKeys', ApiKeyView)) },
})
const create = createRoute({
  method: 'post',
  path: '/api/api-keys',
  tags,
  summary: 'Make an API key; it is shown this once',
  request: { body: body(NewKey) },
  responses: { 201: json('Keep `key`: it cannot be read again.', z.object({ apiKey: ApiKeyView, key: z.string() })) },
})
const remove = createRoute({
  method: 'delete',
  path: '/api/api-keys/{id}',
  tags,
  summary: 'Revoke an API key',
  request: { params: z.object({ id: Id }) },
  responses: { 204: { description: 'Revoked.' } },
})

export function apiKeyRoutes(rooms: { apiKeys: ApiKeys }): Endpoint[] {
  return [
    endpoint(ADMIN, list, async (c) => {
      const found = await rooms.apiKeys.list(c.get('principal').organisationId, c.req.valid('query'))
      return c.json({ apiKeys: found.apiKeys, nextCursor: found.nextCursor ?? null }, 200)
    }),
    endpoint(ADMIN, create, async (c) => {
      const { name, scopes } = c.req.valid('json')
      return c.json(await rooms.apiKeys.create(c.get('principal').organisationId, { name, scopes }), 201)
    }),
    endpoint(ADMIN, remove, async (c) => {
      if (!(await rooms.apiKeys.revoke(c.get('principal').organisationId, c.req.valid('param').id))) {
        throw new Problem('not_found', 'There is no API key with this id.')
      }
      return c.body(null, 204)
    }),
  ]
}
