import { randomBytes } from 'node:crypto'
import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import type { CallTokens } from '../access/call-tokens.ts'
import type { Limits } from '../access/limits.ts'
import type { VisitorTokens } from '../access/visitor-tokens.ts'
import type { Whereabouts } from '../access/whereabouts.ts'
import { type Agent, type Agents, type PublicFacts, publicView } from '../agents/agents.ts'
import { chooseLanguage } from '../agents/language.ts'
import type { LiveCalls } from '../calls/live-calls.ts'
import type { Clock } from '../calls/ports.ts'
import type { PageInvitation } from '../carriers/house.ts'
import type { PageCarriers } from '../lines/page-carriers.ts'
import { CarriedWebCall, Problem, WebCall, WebCallRequest } from '../protocol/index.ts'
import { VISITOR } from './access.ts'
import { admitOrigin, admitVisitor, isTrial } from './admission.ts'
import { body, type Endpoint, endpoint, json } from './endpoint.ts'
import { pageCallUrls } from './page-call.ts'

/** A visitor's page opens a call; the media follows on the socket it is told of. */

const AUDIO = {
  input: { encoding: 'pcm_s16le', sampleRate: 16_000, frameMs: 20 },
  output: { encoding: 'pcm_s16le', sampleRate: 24_000, frameMs: 20 },
} as const

export interface WebCallRooms {
  agents: Agents
  publicFacts: (agent: Agent) => Promise<PublicFacts>
  calls: LiveCalls
  limits: Limits
  mediaTokens: CallTokens
  pageTokens: CallTokens
  /** Who carries the sound where the page wants another transport than ours. */
  pageCarriers: PageCarriers
  visitorTokens: VisitorTokens
  where: Whereabouts
  draining: () => boolean
  clock: Clock
}

const openWebCall = createRoute({
  method: 'post',
  path: '/api/web-calls',
  tags: ['visitors'],
  summary: 'Open a call between a page and an agent',
  request: { body: body(WebCallRequest) },
  responses: {
    201: json(
      'The call is open; connect to mediaUrl, or with the carrier’s kit and connectParams, before expiresAt.',
      z.union([WebCall, CarriedWebCall]),
    ),
  },
})

export function webCalls(rooms: WebCallRooms): Endpoint[] {
  /** What the page needs where a carrier brings the sound. */
  const carried = (callId: string, base: string, { accessToken, connectParams }: PageInvitation) => {
    const { token, expiresAtMs } = rooms.pageTokens.issue(callId)
    return { accessToken, connectParams, expiresAt: iso(expiresAtMs), ...pageCallUrls(base.replace(/^ws/, 'http'), token) }
  }
  return [
    endpoint(VISITOR, openWebCall, async (c) => {
      if (rooms.draining()) throw new Problem('provider_unavailable', 'The relay is restarting. Try again in a moment.')
      const request = c.req.valid('json')
      const agent = await rooms.agents.find(request.agentId)
      if (!agent) throw new Problem('not_found', 'There is no agent with this id.')
      const origin = c.req.header('origin')
      const trial = { visitorToken: request.visitorToken, origin, consoleOrigins: rooms.where.consoleOrigins() }
      if (!(await isTrial(rooms.visitorTokens, agent, trial))) admitOrigin(agent, origin, rooms.where.ownOrigins())
      if (!agent.persona.modes.includes('talk')) throw new Problem('forbidden', 'This agent takes no calls in the page.')
      if (agent.persona.terms && request.consent !== true) {
        throw new Problem('consent_required', 'Show the agent’s terms, then send consent: true.')
      }
      const visitor = await admitVisitor(rooms.visitorTokens, agent, request)
      const carrier = request.transport === 'relay' ? undefined : await rooms.pageCarriers.of(agent, request.transport)
      if (carrier && request.modality === 'text') {
        throw new Problem('invalid_request', 'A call in writing needs no carrier. Use transport: relay.')
      }
      const { callsPerVisitorPerHour, concurrentCalls } = agent.persona.limits
      const release = await rooms.limits.openCall({
        address: c.get('address'),
        agentId: agent.id,
        organisationId: agent.organisationId,
        perVisitorPerHour: callsPerVisitorPerHour,
        concurrentCalls,
        live: () => {
          const live = rooms.calls.list()
          return { ofAgent: live.filter((call) => call.agentId === agent.id).length, all: live.length }
        },
      })
      const open = async () => {
        const id = rooms.calls.newId()
        const invitation = await carrier?.door.invite(id, carrier.number)
        const opening = rooms.calls.open({
          id,
          organisationId: agent.organisationId,
          agentId: agent.id,
          persona: agent.persona,
          sessionId: request.sessionId ?? `s_${randomBytes(16).toString('base64url')}`,
          modality: request.modality,
          kind: 'web',
          direction: 'inbound',
          language: chooseLanguage(request.language, agent.persona.languages),
          variables: request.variables ?? {},
          ...(carrier && invitation ? { line: invitation.line, phoneNumberId: carrier.number.id } : {}),
          details: {
            ...(request.variables ? { variables: request.variables } : {}),
            ...(request.page ? { page: request.page } : {}),
            ...(visitor.userId === undefined ? {} : { userId: visitor.userId, userIdVerified: visitor.verified }),
            ...(agent.persona.terms ? { consent: { termsVersion: agent.persona.terms.version, at: iso(rooms.clock.nowMs()) } } : {}),
          },
        })
        const call = await opening.catch((error: unknown) => {
          invitation?.line.hangUp()
          throw error
        })
        return { call, invitation }
      }
      const { call, invitation } = await open().finally(release)
      const answer = { callId: call.id, sessionId: call.sessionId, agent: publicView(agent, await rooms.publicFacts(agent)) }
      const base = rooms.where.socketBase(c.req.header('host'))
      if (invitation) return c.json({ ...answer, ...carried(call.id, base, invitation) }, 201)
      const { token, expiresAtMs } = rooms.mediaTokens.issue(call.id)
      return c.json({ ...answer, mediaUrl: `${base}/media/${token}`, expiresAt: iso(expiresAtMs), audio: AUDIO }, 201)
    }),
  ]
}

const iso = (ms: number) => new Date(ms).toISOString()
