import { randomBytes } from 'node:crypto'
import { createRoute } from '@hono/zod-openapi'
import type { Limits } from '../access/limits.ts'
import type { MediaTokens } from '../access/media-tokens.ts'
import { originAllowed } from '../access/origins.ts'
import type { VisitorTokens } from '../access/visitor-tokens.ts'
import type { Whereabouts } from '../access/whereabouts.ts'
import { type Agent, type Agents, publicView } from '../agents/agents.ts'
import { chooseLanguage } from '../agents/language.ts'
import type { LiveCalls } from '../calls/live-calls.ts'
import type { Clock } from '../calls/ports.ts'
import { Problem, WebCall, WebCallRequest } from '../protocol/index.ts'
import { VISITOR } from './access.ts'
import { body, type Endpoint, endpoint, json } from './endpoint.ts'

/** A visitor's page opens a call; the media follows on the socket it is told of. */

const AUDIO = {
  input: { encoding: 'pcm_s16le', sampleRate: 16_000, frameMs: 20 },
  output: { encoding: 'pcm_s16le', sampleRate: 24_000, frameMs: 20 },
} as const

export interface WebCallRooms {
  agents: Agents
  calls: LiveCalls
  limits: Limits
  mediaTokens: MediaTokens
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
  responses: { 201: json('The call is open; connect to mediaUrl before expiresAt.', WebCall) },
})

export function webCalls(rooms: WebCallRooms): Endpoint[] {
  return [
    endpoint(VISITOR, openWebCall, async (c) => {
      if (rooms.draining()) throw new Problem('provider_unavailable', 'The relay is restarting. Try again in a moment.')
      const request = c.req.valid('json')
      const agent = await rooms.agents.find(request.agentId)
      if (!agent) throw new Problem('not_found', 'There is no agent with this id.')
      admitOrigin(agent, c.req.header('origin'), rooms.where.ownOrigins())
      if (!agent.persona.modes.includes('talk')) throw new Problem('forbidden', 'This agent takes no calls in the page.')
      if (agent.persona.terms && request.consent !== true) {
        throw new Problem('consent_required', 'Show the agent’s terms, then send consent: true.')
      }
      const visitor = await admitVisitor(rooms.visitorTokens, agent, request)
      if (request.transport === 'twilio') {
        throw new Problem('provider_unavailable', 'This relay does not carry page calls over Twilio. Use transport: relay.')
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
      const opening = rooms.calls.open({
        organisationId: agent.organisationId,
        agentId: agent.id,
        persona: agent.persona,
        sessionId: request.sessionId ?? `s_${randomBytes(16).toString('base64url')}`,
        modality: request.modality,
        kind: 'web',
        direction: 'inbound',
        language: chooseLanguage(request.language, agent.persona.languages),
        variables: request.variables ?? {},
        details: {
          ...(request.variables ? { variables: request.variables } : {}),
          ...(request.page ? { page: request.page } : {}),
          ...(visitor.userId === undefined ? {} : { userId: visitor.userId, userIdVerified: visitor.verified }),
          ...(agent.persona.terms ? { consent: { termsVersion: agent.persona.terms.version, at: iso(rooms.clock.nowMs()) } } : {}),
        },
      })
      const call = await opening.finally(release)
      const { token, expiresAtMs } = rooms.mediaTokens.issue(call.id)
      return c.json(
        {
          callId: call.id,
          sessionId: call.sessionId,
          mediaUrl: `${rooms.where.socketBase(c.req.header('host'))}/media/${token}`,
          expiresAt: iso(expiresAtMs),
          audio: AUDIO,
          agent: publicView(agent, rooms.calls.understandsSpeech(agent.persona)),
        },
        201,
      )
    }),
  ]
}

function admitOrigin(agent: Agent, origin: string | undefined, own: readonly string[]): void {
  if (originAllowed({ origin, reading: false, allowed: agent.persona.allowedOrigins, own })) return
  const detail = origin
    ? `The agent does not admit pages of ${origin.slice(0, 200)}: add it to the agent’s allowed origins.`
    : 'Calls are opened by pages: the Origin header is missing.'
  throw new Problem('forbidden_origin', detail)
}

/** A private agent wants its owner's word for the visitor; ids that a page says by itself grant nothing. */
async function admitVisitor(
  tokens: VisitorTokens,
  agent: Agent,
  request: { visitorToken?: string | undefined; userId?: string | undefined },
): Promise<{ userId?: string; verified: boolean }> {
  const said = request.userId === undefined ? {} : { userId: request.userId }
  if (request.visitorToken === undefined) {
    if (agent.persona.visibility === 'private')
      throw new Problem('unauthorized', 'This agent wants a visitor token from its owner’s server.')
    return { ...said, verified: false }
  }
  const vouched = await tokens.check(request.visitorToken, agent)
  if (vouched.userId === undefined) return { ...said, verified: false }
  if (request.userId !== undefined && request.userId !== vouched.userId) {
    throw new Problem('forbidden', 'The visitor token is for another user.')
  }
  return { userId: vouched.userId, verified: true }
}

const iso = (ms: number) => new Date(ms).toISOString()
