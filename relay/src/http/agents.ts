import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import type { VisitorTokens } from '../access/visitor-tokens.ts'
import { type Agent, type Agents, AgentView, type PublicFacts, publicView, viewOf } from '../agents/agents.ts'
import { PersonaInput } from '../agents/persona.ts'
import { Id, Problem, PublicAgent } from '../protocol/index.ts'
import { isShallow, TOO_DEEP } from '../protocol/nesting.ts'
import { type Access, PUBLIC } from './access.ts'
import { body, type Endpoint, endpoint, json } from './endpoint.ts'
import { listPage, PageQuery } from './paging.ts'

const READ: Access = { who: 'operator', role: 'viewer', scope: 'agents:read' }
const WRITE: Access = { who: 'operator', role: 'admin', scope: 'agents:write' }
const VOUCH: Access = { who: 'operator', role: 'operator', scope: 'visitor-tokens:write' }

const params = z.object({ id: Id })
const One = z.object({ agent: AgentView })
const tags = ['agents']

const showPublic = createRoute({
  method: 'get',
  path: '/api/agents/{id}/public',
  tags: ['visitors'],
  summary: 'What a page may know of an agent',
  request: { params },
  responses: { 200: json('The agent, as pages see it.', PublicAgent) },
})
const list = createRoute({
  method: 'get',
  path: '/api/agents',
  tags,
  summary: 'Agents of the organisation',
  request: { query: PageQuery },
  responses: { 200: json('Agents.', listPage('agents', AgentView)) },
})
const create = createRoute({
  method: 'post',
  path: '/api/agents',
  tags,
  summary: 'Make an agent',
  request: { body: body(PersonaInput) },
  responses: { 201: json('The agent.', One) },
})
const show = createRoute({
  method: 'get',
  path: '/api/agents/{id}',
  tags,
  summary: 'One agent',
  request: { params },
  responses: { 200: json('The agent.', One) },
})
const change = createRoute({
  method: 'patch',
  path: '/api/agents/{id}',
  tags,
  summary: 'Change an agent: fields given replace, objects merge, null removes (JSON merge patch)',
  request: { params, body: body(z.record(z.string(), z.unknown()).refine(isShallow, TOO_DEEP)) },
  responses: { 200: json('The agent as it is now.', One) },
})
const remove = createRoute({
  method: 'delete',
  path: '/api/agents/{id}',
  tags,
  summary: 'Delete an agent; its calls stay in the log',
  request: { params },
  responses: { 204: { description: 'Gone.' } },
})
const vouch = createRoute({
  method: 'post',
  path: '/api/agents/{id}/visitor-tokens',
  tags,
  summary: 'A short-lived token that lets one visitor talk with this agent',
  request: {
    params,
    body: {
      ...body(
        z.object({
          userId: z.string().min(1).max(128).optional(),
          ttlMs: z
            .int()
            .min(10_000)
            .max(3_600_000)
            .default(10 * 60_000),
        }),
      ),
      required: false,
    },
  },
  responses: { 201: json('Hand it to the page’s tokenProvider.', z.object({ token: z.string(), expiresAt: z.iso.datetime() })) },
})

export function agentRoutes(rooms: {
  agents: Agents
  visitorTokens: VisitorTokens
  publicFacts: (agent: Agent) => Promise<PublicFacts>
}): Endpoint[] {
  const { agents } = rooms
  return [
    endpoint(PUBLIC, showPublic, async (c) => {
      const agent = await agents.find(c.req.valid('param').id)
      if (!agent) throw unknown()
      return c.json(publicView(agent, await rooms.publicFacts(agent)), 200)
    }),
    endpoint(READ, list, async (c) => {
      const found = await agents.list(c.get('principal').organisationId, c.req.valid('query'))
      return c.json({ agents: found.agents.map(viewOf), nextCursor: found.nextCursor ?? null }, 200)
    }),
    endpoint(WRITE, create, async (c) => {
      const agent = await agents.create(c.get('principal').organisationId, c.req.valid('json'))
      return c.json({ agent: viewOf(agent) }, 201)
    }),
    endpoint(READ, show, async (c) => {
      const agent = await agents.get(c.get('principal').organisationId, c.req.valid('param').id)
      if (!agent) throw unknown()
      return c.json({ agent: viewOf(agent) }, 200)
    }),
    endpoint(WRITE, change, async (c) => {
      const agent = await agents.patch(c.get('principal').organisationId, c.req.valid('param').id, c.req.valid('json'))
      if (!agent) throw unknown()
      return c.json({ agent: viewOf(agent) }, 200)
    }),
    endpoint(WRITE, remove, async (c) => {
      if (!(await agents.remove(c.get('principal').organisationId, c.req.valid('param').id))) throw unknown()
      return c.body(null, 204)
    }),
    endpoint(VOUCH, vouch, async (c) => {
      const agent = await agents.get(c.get('principal').organisationId, c.req.valid('param').id)
      if (!agent) throw unknown()
      // An absent body reaches here as {}: defaults are the schema's.
      const { userId, ttlMs = 10 * 60_000 } = c.req.valid('json')
      const { token, expiresAtMs } = await rooms.visitorTokens.issue({
        agentId: agent.id,
        organisationId: agent.organisationId,
        ttlMs,
        // A person asks for it in the console, where the agent's own list of pages does not count.
        trial: c.get('principal').kind === 'user',
        ...(userId === undefined ? {} : { userId }),
      })
      return c.json({ token, expiresAt: new Date(expiresAtMs).toISOString() }, 201)
    }),
  ]
}

const unknown = () => new Problem('not_found', 'There is no agent with this id.')
