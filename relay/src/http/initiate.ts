import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import type { Idempotency } from '../access/idempotency.ts'
import { actorOf } from '../access/roles.ts'
import type { Agent, Agents } from '../agents/agents.ts'
import { personalitiesOf } from '../agents/manner.ts'
import { mergePatch } from '../agents/merge-patch.ts'
import { Persona } from '../agents/persona.ts'
import { voicePatch } from '../agents/voices.ts'
import type { CallBook } from '../calls/log/call-book.ts'
import type { CallNews } from '../lines/call-news.ts'
import type { Lines } from '../lines/lines.ts'
import { Id, NotNow, Problem, Variables } from '../protocol/index.ts'
import type { Access } from './access.ts'
import { CallView } from './call-views.ts'
import { body, type Endpoint, endpoint, json } from './endpoint.ts'
import { idempotencyKey, once, onceHeaders } from './once.ts'

/** Operators and their programs have an agent ring somebody. */

const ACT: Access = { who: 'operator', role: 'operator', scope: 'calls:write' }
const Settings = z.object({
  voice: z.string().max(80).optional(),
  formality: z.string().max(80).optional(),
  speed: z.number().min(0.5).max(2).optional(),
})
const Initiate = z.object({
  phoneNumber: z.string().min(3).max(40),
  agentId: Id.optional(),
  carrier: z.string().max(32).optional(),
  phoneNumberId: Id.optional(),
  leadId: z.string().max(128).optional(),
  campaignId: z.string().max(128).optional(),
  script: z.string().max(4000).optional(),
  agentSettings: Settings.optional(),
  variables: Variables.optional(),
  metadata: z.record(z.string().max(64), z.union([z.string().max(2000), z.number(), z.boolean()])).optional(),
  record: z.boolean().optional(),
  maxDurationMs: z
    .int()
    .min(10_000)
    .max(4 * 3_600_000)
    .optional(),
  firstMessage: z.string().min(1).max(1000).optional(),
  webhookUrl: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .optional(),
  /** What it is for: the calling hours depend on it. */
  purpose: z.enum(['service', 'marketing', 'requested']).default('service'),
  /** Whether the person agreed to be called; marketing needs it. */
  consent: z.boolean().default(false),
})
type Initiate = z.infer<typeof Initiate>

const initiate = createRoute({
  method: 'post',
  path: '/api/calls/initiate',
  tags: ['calls'],
  summary: 'Ring somebody, and have an agent talk with them',
  request: { headers: onceHeaders, body: body(Initiate) },
  responses: { 201: json('The call.', z.object({ call: CallView })) },
})

export function initiateRoutes(rooms: {
  agents: Agents
  book: CallBook
  lines: Lines
  idempotency: Idempotency
  news: CallNews
  draining: () => boolean
}): Endpoint[] {
  const agentOf = async (organisationId: string, id: string | undefined): Promise<Agent> => {
    const agent = id === undefined ? await rooms.agents.newest(organisationId) : await rooms.agents.get(organisationId, id)
    if (!agent)
      throw new NotNow('not_found', id === undefined ? 'There is no agent yet: make one first.' : 'There is no agent with this id.')
    return agent
  }

  return [
    endpoint(ACT, initiate, async (c) => {
      if (rooms.draining()) throw new Problem('provider_unavailable', 'The relay is restarting. Try again in a moment.')
      const request = c.req.valid('json')
      const principal = c.get('principal')
      const { organisationId } = principal
      const { body: answer } = await once(
        rooms.idempotency,
        {
          scope: `initiate ${organisationId}`,
          key: idempotencyKey(c),
          asked: request,
        },
        async () => {
          const agent = adjusted(await agentOf(organisationId, request.agentId), request)
          const { call, placed } = await rooms.lines.ring({
            agent,
            number: request.phoneNumber,
            purpose: request.purpose,
            consent: request.consent,
            asker: { kind: 'operator', id: actorOf(principal) },
            variables: variablesOf(request),
            details: detailsOf(request),
            ...(request.carrier ? { carrier: request.carrier } : {}),
            ...(request.phoneNumberId ? { phoneNumberId: request.phoneNumberId } : {}),
            ...(request.record === undefined ? {} : { record: request.record }),
            ...(request.maxDurationMs === undefined ? {} : { maxDurationMs: request.maxDurationMs }),
          })
          if (request.webhookUrl !== undefined) rooms.news.promise(call, request.webhookUrl)
          const fault = await placed
          // Without a clear answer the phone may ring: the call waits for the carrier's word.
          if (fault?.placed === 'no') throw new Problem('provider_error', `The carrier refused the call: ${fault.message}`)
          return { status: 201, body: { callId: call.id } }
        },
      )
      const call = await rooms.book.get(organisationId, (answer as { callId: string }).callId)
      if (!call) throw new Error('a call that was placed is not in its book')
      return c.json({ call }, 201)
    }),
  ]
}

/** The agent as this one call wants it: a voice or a personality by its name, where the agent has one of that name. */
export function adjusted(agent: Agent, { agentSettings, firstMessage }: Initiate): Agent {
  const { persona } = agent
  const { formality, speed, voice } = agentSettings ?? {}
  const known = new Set(personalitiesOf(persona.manner).map(({ id }) => id))
  const personality = [formality, voice].find((word) => word !== undefined && known.has(word))
  const patch = {
    ...(firstMessage === undefined ? {} : { greeting: firstMessage }),
    ...(personality === undefined ? {} : { manner: { personality } }),
    voice: { ...(voice === undefined ? {} : voicePatch(persona, voice)), ...(speed === undefined ? {} : { speed }) },
  }
  return { ...agent, persona: Persona.parse(mergePatch(persona, patch)) }
}

/** What the agent may name in its words, and is told of. */
function variablesOf({ agentSettings, campaignId, leadId, script, variables }: Initiate): Variables {
  const given = {
    leadId,
    campaignId,
    script,
    voice: agentSettings?.voice,
    formality: agentSettings?.formality,
    speed: agentSettings?.speed,
  }
  const known = Object.entries(given).filter((entry): entry is [string, string | number] => entry[1] !== undefined)
  return {
    ...Object.fromEntries(known.map(([name, value]) => [name, typeof value === 'string' ? value.slice(0, 2000) : value])),
    ...variables,
  }
}

function detailsOf({ agentSettings, campaignId, leadId, metadata, script, variables, webhookUrl }: Initiate): Record<string, unknown> {
  const all = { agentSettings, campaignId, leadId, metadata, script, variables, webhookUrl }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}
