import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import type { Limits } from '../access/limits.ts'
import type { Members } from '../access/members.ts'
import { ROLES } from '../access/roles.ts'
import type { Sessions } from '../access/sessions.ts'
import { Id, Problem } from '../protocol/index.ts'
import { type Access, PUBLIC } from './access.ts'
import { body, type Endpoint, endpoint, type HttpContext, json } from './endpoint.ts'

/** The people of an organisation, and everyone's own sign-ins. Keys can do none of this. */

const ADMIN: Access = { who: 'operator', role: 'admin' }
const ANYBODY: Access = { who: 'operator', role: 'viewer' }

const role = z.enum(ROLES)
const Member = z.object({ id: z.string(), email: z.string(), role, createdAt: z.iso.datetime() })
const Invitation = z.object({ id: z.string(), email: z.string(), role, createdAt: z.iso.datetime(), expiresAt: z.iso.datetime() })
const Session = z.object({
  id: z.string(),
  startedAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
  address: z.string().optional(),
  browser: z.string().optional(),
  /** The one that asks. */
  current: z.boolean(),
})
const email = z.email('must be an e-mail address').max(254)
/** Length is what counts (NIST 800-63B). */
const password = z.string().min(12, 'must be at least 12 characters long').max(256)
const params = z.object({ id: Id })
const tags = ['members']

const list = createRoute({
  method: 'get',
  path: '/api/members',
  tags,
  summary: 'Members of the organisation, and who is invited',
  responses: { 200: json('Members.', z.object({ members: z.array(Member), invitations: z.array(Invitation), nextCursor: z.null() })) },
})
const invite = createRoute({
  method: 'post',
  path: '/api/members/invitations',
  tags,
  summary: 'Invite somebody; hand them the address, it is shown this once',
  request: { body: body(z.object({ email, role })) },
  responses: { 201: json('Good for seven days, once.', z.object({ invitation: Invitation, url: z.string() })) },
})
const withdraw = createRoute({
  method: 'delete',
  path: '/api/members/invitations/{id}',
  tags,
  summary: 'Withdraw an invitation',
  request: { params },
  responses: { 204: { description: 'Withdrawn.' } },
})
const changeRole = createRoute({
  method: 'patch',
  path: '/api/members/{id}',
  tags,
  summary: 'Change a member’s role; it counts within seconds',
  request: { params, body: body(z.object({ role })) },
  responses: { 200: json('The member.', z.object({ member: Member })) },
})
const remove = createRoute({
  method: 'delete',
  path: '/api/members/{id}',
  tags,
  summary: 'Remove a member; their sign-ins end',
  request: { params },
  responses: { 204: { description: 'Removed.' } },
})
const accept = createRoute({
  method: 'post',
  path: '/api/auth/invitations',
  tags: ['sign-in'],
  summary: 'Accept an invitation: choose a password, then sign in',
  request: { body: body(z.object({ token: z.string().min(20).max(100), password })) },
  responses: { 201: json('You are a member.', z.object({ member: Member })) },
})
const changePassword = createRoute({
  method: 'post',
  path: '/api/auth/password',
  tags: ['sign-in'],
  summary: 'Change your password; your other sign-ins end',
  request: { body: body(z.object({ current: z.string().min(1).max(256), password })) },
  responses: { 204: { description: 'Changed.' } },
})
const sessions = createRoute({
  method: 'get',
  path: '/api/auth/sessions',
  tags: ['sign-in'],
  summary: 'Where you are signed in',
  responses: { 200: json('Your sign-ins.', z.object({ sessions: z.array(Session), nextCursor: z.null() })) },
})
const endSession = createRoute({
  method: 'delete',
  path: '/api/auth/sessions/{id}',
  tags: ['sign-in'],
  summary: 'End one of your sign-ins; it counts within seconds',
  request: { params },
  responses: { 204: { description: 'Ended.' } },
})

export function memberRoutes(o: { members: Members; sessions: Sessions; limits: Limits; url: () => string }): Endpoint[] {
  const org = (c: HttpContext) => c.get('principal').organisationId
  const me = (c: HttpContext) => {
    const principal = c.get('principal')
    if (principal.kind !== 'user') throw new Problem('forbidden', 'API keys cannot do this: sign in as a person.')
    return principal
  }
  return [
    endpoint(ADMIN, list, async (c) =>
      c.json({ members: await o.members.list(org(c)), invitations: await o.members.invitations(org(c)), nextCursor: null }, 200),
    ),
    endpoint(ADMIN, invite, async (c) => {
      const { invitation, token } = await o.members.invite(org(c), c.req.valid('json'))
      // In the fragment: no server's log keeps it.
      return c.json({ invitation, url: `${o.url()}/console#invitation=${token}` }, 201)
    }),
    endpoint(ADMIN, withdraw, async (c) => {
      if (!(await o.members.withdraw(org(c), c.req.valid('param').id)))
        throw new Problem('not_found', 'There is no invitation with this id.')
      return c.body(null, 204)
    }),
    endpoint(ADMIN, changeRole, async (c) =>
      c.json({ member: await o.members.changeRole(org(c), c.req.valid('param').id, c.req.valid('json').role) }, 200),
    ),
    endpoint(ADMIN, remove, async (c) => {
      await o.members.remove(org(c), c.req.valid('param').id)
      return c.body(null, 204)
    }),
    endpoint(PUBLIC, accept, async (c) => {
      const { token, password: chosen } = c.req.valid('json')
      return c.json({ member: await o.members.accept(token, chosen) }, 201)
    }),
    endpoint(ANYBODY, changePassword, async (c) => {
      const { userId, session } = me(c)
      const { current, password: next } = c.req.valid('json')
      // Whoever found an unlocked screen may not guess for long.
      await o.limits.signIn.attempt(c.get('address'), userId)
      await o.members.changePassword(userId, { current, next, session })
      await o.limits.signIn.succeeded(c.get('address'), userId)
      return c.body(null, 204)
    }),
    endpoint(ANYBODY, sessions, async (c) => {
      const { userId, session } = me(c)
      const found = await o.sessions.list(userId)
      return c.json({ sessions: found.map((each) => ({ ...each, current: each.id === session })), nextCursor: null }, 200)
    }),
    endpoint(ANYBODY, endSession, async (c) => {
      if (!(await o.sessions.end(me(c).userId, c.req.valid('param').id)))
        throw new Problem('not_found', 'You have no sign-in with this id.')
      return c.body(null, 204)
    }),
  ]
}
