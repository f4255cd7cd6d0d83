import { randomBytes } from 'node:crypto'
import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import type { CallTokens } from '../access/call-tokens.ts'
import type { Idempotency } from '../access/idempotency.ts'
import type { VisitorTokens } from '../access/visitor-tokens.ts'
import type { Whereabouts } from '../access/whereabouts.ts'
import type { Agents } from '../agents/agents.ts'
import type { Callbacks } from '../lines/callbacks.ts'
import { CALL_STATUSES, CallbackAccepted, CallbackView, ClickToCallRequest, Problem } from '../protocol/index.ts'
import { PUBLIC, VISITOR } from './access.ts'
import { admitOrigin, admitVisitor } from './admission.ts'
import { body, type Endpoint, endpoint, type HttpContext, json, ofCall } from './endpoint.ts'
import { idempotencyKey, once, onceHeaders } from './once.ts'
import { eventStream, lastEventId } from './sse.ts'

/** A visitor's page asks for a ringing phone, and watches how that goes: its status and nothing that is said. */

const tags = ['visitors']
const params = z.object({ token: z.string().max(300) })
/** The right is in the path. */
const PATH = '/api/callbacks/{token}'
/** The id of `ended`: behind every status. */
const ENDED_ID = 5

const ask = createRoute({
  method: 'post',
  path: '/api/click-to-call',
  tags,
  summary: 'Ring a visitor, now or later',
  request: { headers: onceHeaders, body: body(ClickToCallRequest) },
  responses: { 202: json('The phone will ring.', CallbackAccepted) },
})
const view = createRoute({
  method: 'get',
  path: PATH,
  tags,
  summary: 'How the call stands',
  request: { params },
  responses: { 200: json('Its status.', CallbackView) },
})
const cancel = createRoute({
  method: 'delete',
  path: PATH,
  tags,
  summary: 'Hang up, or take the wish back',
  request: { params },
  responses: { 204: { description: 'It ends.' } },
})
const events = createRoute({
  method: 'get',
  path: `${PATH}/events`,
  tags,
  summary: 'How the call goes, as it happens',
  request: { params },
  responses: {
    200: {
      description: 'Events `status` {status, endReason?} and at last `ended` {reason}.',
      content: { 'text/event-stream': { schema: z.string() } },
    },
  },
})

export interface ClickToCallRooms {
  agents: Agents
  callbacks: Callbacks
  tokens: CallTokens
  visitorTokens: VisitorTokens
  idempotency: Idempotency
  where: Whereabouts
  streamsEnd: AbortSignal
  draining: () => boolean
}

export function clickToCall(rooms: ClickToCallRooms): Endpoint[] {
  const { callbacks } = rooms
  const callOf = (c: HttpContext) => {
    const right = rooms.tokens.read(c.req.param('token') ?? '')
    if (!right) throw new Problem('not_found', 'There is no call under this address.')
    return right.callId
  }
  const atOwner = (entry: Endpoint) => ofCall(entry, (c) => rooms.tokens.read(c.req.param('token') ?? '')?.callId)
  const viewOf = async (callId: string) => {
    const found = await callbacks.view(callId)
    if (!found) throw new Problem('not_found', 'There is no call under this address.')
    return found
  }

  return [
    endpoint(VISITOR, ask, async (c) => {
      if (rooms.draining()) throw new Problem('provider_unavailable', 'The relay is restarting. Try again in a moment.')
      const request = c.req.valid('json')
      const agent = await rooms.agents.find(request.agentId)
      if (!agent) throw new Problem('not_found', 'There is no agent with this id.')
      admitOrigin(agent, c.req.header('origin'), rooms.where.ownOrigins())
      if (!agent.persona.modes.includes('call-me')) throw new Problem('forbidden', 'This agent calls nobody back.')
      if (request.consent !== true) throw new Problem('consent_required', 'Say what will happen, then send consent: true.')
      const visitor = await admitVisitor(rooms.visitorTokens, agent, request)
      const { captchaToken, visitorToken: _, ...same } = request
      const accepted = await once(
        rooms.idempotency,
        {
          scope: `click-to-call ${agent.id}`,
          key: idempotencyKey(c),
          asked: same,
        },
        async () => {
          const sessionId = request.sessionId ?? `s_${randomBytes(16).toString('base64url')}`
          const { callId } = await callbacks.ask(
            agent,
            {
              number: request.phoneNumber,
              consent: true,
              asker: {
                kind: 'visitor',
                address: c.get('address'),
                ...(visitor.userId && visitor.verified ? { visitorId: visitor.userId } : {}),
              },
              sessionId,
              variables: { ...request.variables, ...(request.name ? { name: request.name } : {}) },
              details: {
                ...(request.name ? { name: request.name } : {}),
                ...(request.variables ? { variables: request.variables } : {}),
                consent: { to: 'be called by an AI agent', termsVersion: agent.persona.terms?.version },
              },
              ...(request.carrier ? { carrier: request.carrier } : {}),
              ...(request.language ? { language: request.language } : {}),
              ...(captchaToken ? { captchaToken } : {}),
            },
            request.scheduleAt === undefined ? undefined : Date.parse(request.scheduleAt),
          )
          const base = rooms.where.socketBase(c.req.header('host')).replace(/^ws/, 'http')
          const callUrl = `${base}${PATH.replace('{token}', rooms.tokens.issue(callId).token)}`
          return { status: 202, body: { callId, sessionId, status: 'initiated', callUrl, eventsUrl: `${callUrl}/events` } }
        },
      )
      return c.json(accepted.body as CallbackAccepted, 202)
    }),
    atOwner(endpoint(PUBLIC, view, async (c) => c.json(await viewOf(callOf(c)), 200))),
    atOwner(
      endpoint(PUBLIC, cancel, async (c) => {
        await callbacks.cancel(callOf(c))
        return c.body(null, 204)
      }),
    ),
    atOwner(
      endpoint(PUBLIC, events, async (c) => {
        const callId = callOf(c)
        await viewOf(callId)
        let told = lastEventId(c)
        return eventStream(c, rooms.streamsEnd, (stream) => {
          const look = async () => {
            const { status, endReason } = await viewOf(callId)
            // A status never goes back, so its place in the list is its number.
            const id = Math.min(CALL_STATUSES.indexOf(status) + 1, ENDED_ID - 1)
            if (id > told) {
              told = id
              stream.send({ type: 'status', data: { status, ...(endReason ? { endReason } : {}) }, id })
            }
            if (!endReason) return
            if (told < ENDED_ID) stream.send({ type: 'ended', data: { reason: endReason }, id: ENDED_ID })
            told = ENDED_ID
            stream.close()
          }
          let looking = Promise.resolve()
          const lookNext = () => {
            looking = looking.then(look).catch(() => stream.close())
          }
          const end = callbacks.watch(callId, lookNext)
          lookNext()
          return end
        })
      }),
    ),
  ]
}
