import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import type { Idempotency } from '../access/idempotency.ts'
import { actorOf } from '../access/roles.ts'
import type { Agent, Agents } from '../agents/agents.ts'
import type { HouseNumber } from '../agents/house-number.ts'
import type { PhoneNumbers } from '../agents/phone-numbers.ts'
import type { Abilities } from '../carriers/carrier.ts'
import { readNumber } from '../gate/reading.ts'
import type { Lines } from '../lines/lines.ts'
import { Id, Problem } from '../protocol/index.ts'
import type { Access } from './access.ts'
import {
  CallingChange,
  CallingChanged,
  CallingTested,
  CallingView,
  callingPatch,
  callSettingsOf,
  featuresOf,
  standingOf,
} from './calling-settings.ts'
import { body, type Endpoint, endpoint, type HttpContext, json } from './endpoint.ts'
import { idempotencyKey, once, onceHeaders } from './once.ts'

/** How an agent calls and is called, in the shapes of the HomeAI/Twilio guide. */

const READ: Access = { who: 'operator', role: 'viewer', scope: 'agents:read' }
const WRITE: Access = { who: 'operator', role: 'admin', scope: 'agents:write' }
const RING: Access = { who: 'operator', role: 'operator', scope: 'calls:write' }

const TEST_LASTS_MS = 60_000
const params = z.object({ id: Id })
const tags = ['agents']

const show = createRoute({
  method: 'get',
  path: '/api/agents/management/{id}/calling',
  tags,
  summary: 'How an agent calls and is called',
  request: { params },
  responses: { 200: json('Its settings and numbers.', CallingView) },
})
const change = createRoute({
  method: 'post',
  path: '/api/agents/management/{id}/calling',
  tags,
  summary: 'Change how an agent calls and is called',
  request: { params, body: body(CallingChange) },
  responses: { 200: json('As it is now.', CallingChanged) },
})
const test = createRoute({
  method: 'post',
  path: '/api/agents/management/{id}/calling/test',
  tags,
  summary: 'Have the agent ring a number for a minute at most; the gate is asked as for every call',
  request: { params, headers: onceHeaders, body: body(z.object({ test_number: z.string().min(3).max(40) })) },
  responses: { 200: json('The call.', CallingTested) },
})

export function agentCallingRoutes(o: {
  agents: Agents
  numbers: Pick<PhoneNumbers, 'list' | 'answeringAgent'>
  /** The number that would ring first for an agent. */
  ringsFor: (agent: Agent) => Promise<HouseNumber | undefined>
  abilities: (carrier: string) => Abilities | undefined
  lines: Pick<Lines, 'ring' | 'get'>
  idempotency: Idempotency
  draining: () => boolean
}): Endpoint[] {
  const { agents, numbers } = o
  const found = async (c: HttpContext, id: string): Promise<Agent> => {
    const agent = await agents.get(c.get('principal').organisationId, id)
    if (!agent) throw unknown()
    return agent
  }

  /** The number that rings for the agent, and all that belong to it. */
  async function numbersOf(agent: Agent) {
    const [all, main] = [await numbers.list(agent.organisationId), await o.ringsFor(agent)]
    const theirs = await Promise.all(all.map(async (each) => each.id === main?.id || (await numbers.answeringAgent(each)) === agent.id))
    return { all, main, own: all.filter((_, place) => theirs[place]) }
  }
  const nowOf = (main: { phoneNumber: string; provider: string } | undefined) => ({
    callerId: main?.phoneNumber,
    transfers: main !== undefined && (o.abilities(main.provider)?.transfers ?? false),
  })

  return [
    endpoint(READ, show, async (c) => {
      const agent = await found(c, c.req.valid('param').id)
      const { persona } = agent
      const { all, main, own } = await numbersOf(agent)
      const now = nowOf(main)
      return c.json(
        {
          agent_id: agent.id,
          agent_name: persona.name,
          agent_type: 'ai' as const,
          call_settings: callSettingsOf(persona, now.callerId),
          twilio_features: featuresOf(persona, now.transfers),
          phone_numbers: own
            .map(({ active, id, phoneNumber }) => ({
              number: phoneNumber,
              type: id === main?.id ? ('main' as const) : ('additional' as const),
              active,
            }))
            .sort((a, b) => Number(b.type === 'main') - Number(a.type === 'main')),
          twilio_status: all.some(({ active, provider }) => active && provider === 'twilio')
            ? ('connected' as const)
            : ('not_configured' as const),
        },
        200,
      )
    }),
    endpoint(WRITE, change, async (c) => {
      const before = await found(c, c.req.valid('param').id)
      const now = nowOf((await numbersOf(before)).main)
      const agent = await agents.patch(
        before.organisationId,
        before.id,
        callingPatch(before.persona, CallingChange.parse(c.req.valid('json')), now),
      )
      if (!agent) throw unknown()
      return c.json(
        {
          message: 'Call configuration updated successfully',
          call_settings: callSettingsOf(agent.persona, now.callerId),
          twilio_features: featuresOf(agent.persona, now.transfers),
        },
        200,
      )
    }),
    endpoint(RING, test, async (c) => {
      if (o.draining()) throw new Problem('provider_unavailable', 'The relay is restarting. Try again in a moment.')
      const principal = c.get('principal')
      const agent = await found(c, c.req.valid('param').id)
      const given = c.req.valid('json').test_number
      const number = readNumber(given)?.e164
      if (!number)
        throw new Problem('invalid_phone_number', 'Give a number that can be called, with its country code, such as +1 202 555 0101.')
      const { body: answer } = await once(
        o.idempotency,
        {
          scope: `calling-test ${principal.organisationId}`,
          key: idempotencyKey(c),
          asked: [agent.id, number],
        },
        async () => {
          const { call, placed } = await o.lines.ring({
            agent,
            number,
            purpose: 'service',
            consent: true,
            asker: { kind: 'operator', id: actorOf(principal) },
            variables: {},
            details: { test: true },
            maxDurationMs: TEST_LASTS_MS,
          })
          const fault = await placed
          if (fault?.placed === 'no') throw new Problem('provider_error', `The carrier refused the call: ${fault.message}`)
          const answered = {
            test_call_initiated: true as const,
            call_sid: o.lines.get(call.id)?.carrierCallId ?? call.id,
            status: standingOf(call.status, call.endReason),
            test_number: number,
            estimated_duration: '30-60 seconds',
            call_id: call.id,
          }
          return { status: 200, body: answered }
        },
      )
      return c.json(CallingTested.parse(answer), 200)
    }),
  ]
}

const unknown = () => new Problem('not_found', 'There is no agent with this id.')
