import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { actorOf } from '../access/roles.ts'
import type { Agent, Agents } from '../agents/agents.ts'
import { CallingRules, DEFAULT_RULES } from '../gate/calling-rules.ts'
import type { GateHouse } from '../gate/index.ts'
import { Id, Problem } from '../protocol/index.ts'
import { isShallow, TOO_DEEP } from '../protocol/nesting.ts'
import { PROBLEMS, type ProblemCode } from '../protocol/problem.ts'
import type { Access } from './access.ts'
import { doNotCallRoutes } from './do-not-call.ts'
import { body, type Endpoint, endpoint, json } from './endpoint.ts'
import { listPage, PageQuery } from './paging.ts'

const READ: Access = { who: 'operator', role: 'operator', scope: 'calls:read' }
const SEE_RULES: Access = { who: 'operator', role: 'admin', scope: 'agents:read' }
const SET_RULES: Access = { who: 'operator', role: 'admin', scope: 'agents:write' }

const PURPOSES = ['requested', 'service', 'marketing'] as const
const Inputs = z.record(z.string(), z.unknown())
const DecisionView = z.object({
  id: z.string(),
  callId: z.string(),
  agentId: z.string(),
  at: z.iso.datetime(),
  /** Masked. */
  phoneNumber: z.string(),
  purpose: z.enum(PURPOSES),
  carrier: z.string(),
  asker: z.enum(['visitor', 'operator']),
  allowed: z.boolean(),
  rule: z.string(),
  inputs: Inputs,
  /** Set aside, and once the call is over what it cost. */
  amount: z.number(),
  settled: z.boolean(),
  /** The answer whose phone clearly did not ring: this one is for the same wish over another carrier. */
  insteadOf: z.string().optional(),
})
const DecisionQuery = PageQuery.extend({
  callId: Id.optional(),
  allowed: z.enum(['true', 'false']).optional(),
  purpose: z.enum(PURPOSES).optional(),
})
const Check = z.object({
  phoneNumber: z.string().min(1).max(40),
  agentId: Id.default('demo'),
  purpose: z.enum(PURPOSES).default('service'),
  consent: z.boolean().default(false),
  carrier: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .optional(),
  timeZone: z.string().max(60).optional(),
})
const Checked = z.object({
  allowed: z.boolean(),
  rule: z.string(),
  code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]).optional(),
  message: z.string().optional(),
  retryAfterMs: z.number().optional(),
  phoneNumber: z.string().optional(),
  country: z.string().optional(),
  inputs: Inputs,
})
const { hours, prices } = DEFAULT_RULES
const Rules = CallingRules.meta({
  example: { ...DEFAULT_RULES, hours: { '*': hours['*'] ?? {} }, prices: { '*': { '+': prices['*']?.['+'] ?? 0 } } },
})
const One = z.object({ callingRules: Rules })
const tags = ['gate']

const decisions = createRoute({
  method: 'get',
  path: '/api/gate/decisions',
  tags,
  summary: 'What the gate answered, newest first; numbers are masked',
  request: { query: DecisionQuery },
  responses: { 200: json('Answers.', listPage('decisions', DecisionView)) },
})
const check = createRoute({
  method: 'post',
  path: '/api/gate/check',
  tags,
  summary: 'Might this number be rung now? Rings nobody, sets nothing aside',
  request: { body: body(Check) },
  responses: { 200: json('What the gate would answer.', Checked) },
})
const showRules = createRoute({
  method: 'get',
  path: '/api/calling-rules',
  tags,
  summary: 'Hours, countries, limits, ceilings and prices as they are in force',
  responses: { 200: json('The rules.', One) },
})
const setRules = createRoute({
  method: 'patch',
  path: '/api/calling-rules',
  tags,
  summary: 'Change the calling rules (JSON merge patch); null goes back to the house’s default',
  request: { body: body(z.record(z.string(), z.unknown()).refine(isShallow, TOO_DEEP)) },
  responses: { 200: json('The rules as they are now.', One) },
})

const putRules = createRoute({
  method: 'put',
  path: '/api/calling-rules',
  tags,
  summary: 'Set all calling rules; what is not given is not in force',
  request: { body: body(Rules) },
  responses: { 200: json('The rules as they are now.', One) },
})

/** The operators' side of the gate: who is not called, by which rules, and what was answered. `carrierFor`: the one that would ring first for an agent. */
export function gateRoutes(rooms: {
  gate: GateHouse
  agents: Pick<Agents, 'get'>
  carrierFor: (agent: Agent) => Promise<string>
}): Endpoint[] {
  const { gate } = rooms
  return [
    ...doNotCallRoutes(gate),
    endpoint(SEE_RULES, showRules, async (c) => {
      return c.json({ callingRules: await gate.ruleBook.of(c.get('principal').organisationId) }, 200)
    }),
    endpoint(SET_RULES, setRules, async (c) => {
      return c.json({ callingRules: await gate.ruleBook.patch(c.get('principal').organisationId, c.req.valid('json')) }, 200)
    }),
    endpoint(SET_RULES, putRules, async (c) => {
      return c.json({ callingRules: await gate.ruleBook.put(c.get('principal').organisationId, c.req.valid('json')) }, 200)
    }),
    endpoint(READ, decisions, async (c) => {
      const { allowed, ...query } = c.req.valid('query')
      const found = await gate.decisions.list(c.get('principal').organisationId, {
        ...query,
        ...(allowed === undefined ? {} : { allowed: allowed === 'true' }),
      })
      return c.json({ decisions: found.decisions.map(viewOf), nextCursor: found.nextCursor ?? null }, 200)
    }),
    endpoint(READ, check, async (c) => {
      const principal = c.get('principal')
      const asked = c.req.valid('json')
      const agent = await rooms.agents.get(principal.organisationId, asked.agentId)
      if (!agent) throw new Problem('not_found', 'There is no agent with this id.')
      const answer = await gate.check({
        callId: 'check',
        number: asked.phoneNumber,
        purpose: asked.purpose,
        consent: asked.consent,
        organisationId: principal.organisationId,
        agentId: agent.id,
        asker: { kind: 'operator', id: actorOf(principal) },
        carrier: asked.carrier ?? (await rooms.carrierFor(agent)),
        countries: agent.persona.callbackCountries,
        maxDurationMs: agent.persona.limits.maxDurationMs,
        ...(asked.timeZone === undefined ? {} : { timeZone: asked.timeZone }),
      })
      if (!answer.allowed) return c.json(answer, 200)
      const { number, ...rest } = answer
      return c.json({ ...rest, phoneNumber: number }, 200)
    }),
  ]
}

type Stored = Awaited<ReturnType<GateHouse['decisions']['list']>>['decisions'][number]

function viewOf(row: Stored): z.infer<typeof DecisionView> {
  const { id, callId, agentId, purpose, carrier, asker, allowed, rule, inputs } = row
  return {
    ...{ id, callId, agentId, at: row.at.toISOString(), phoneNumber: row.numberMasked, purpose, carrier, asker, allowed, rule, inputs },
    amount: row.amountMicros / 1_000_000,
    settled: row.settledAt !== null,
    ...(row.insteadOf === null ? {} : { insteadOf: row.insteadOf }),
  }
}
