import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { type Idempotency, scopeOfCall } from '../access/idempotency.ts'
import { actorOf } from '../access/roles.ts'
import type { Agents } from '../agents/agents.ts'
import type { Call, LiveCalls } from '../calls/live-calls.ts'
import { type CallUrls, CarrierFault } from '../carriers/carrier.ts'
import type { LiveLine } from '../lines/line.ts'
import type { Lines } from '../lines/lines.ts'
import type { FreshView } from '../live/fresh-view.ts'
import { Id, NotNow, Problem } from '../protocol/index.ts'
import type { Access } from './access.ts'
import { CallView } from './call-views.ts'
import { body, type Endpoint, endpoint, type HttpContext, json, ofCall } from './endpoint.ts'
import { idempotencyKey, once, onceHeaders } from './once.ts'

/** What an operator does to a call that lives. */

const ACT: Access = { who: 'operator', role: 'operator', scope: 'calls:write' }
const tags = ['calls']
const params = z.object({ id: Id })
const DONE = { 204: { description: 'Done.' } }

const digits = createRoute({
  method: 'post',
  path: '/api/calls/{id}/dtmf',
  tags,
  summary: 'Press keys into the call',
  request: { params, body: body(z.object({ digits: z.string().regex(/^[0-9A-Da-d*#wW]{1,32}$/, 'use 0-9 A-D * # and w to wait') })) },
  responses: DONE,
})
const say = createRoute({
  method: 'post',
  path: '/api/calls/{id}/say',
  tags,
  summary: 'Have the agent say this, word for word',
  request: { params, body: body(z.object({ text: z.string().trim().min(1).max(2000) })) },
  responses: DONE,
})

const advice = (type: 'context' | 'whisper', summary: string) =>
  createRoute({
    method: 'post',
    path: `/api/calls/{id}/${type}`,
    tags,
    summary,
    request: { params, body: body(z.object({ text: z.string().trim().min(1).max(2000) })) },
    responses: DONE,
  })
const context = advice('context', 'Let the agent know something; it says nothing of it by itself')
const whisper = advice('whisper', 'Tell the agent what to do, unheard by the visitor; it counts from its next answer on')

const pause = createRoute({
  method: 'post',
  path: '/api/calls/{id}/pause-ai',
  tags,
  summary: 'Hold the agent back: it falls silent and answers nothing, and what is said goes on being written down',
  request: { params },
  responses: { 200: json('The call.', z.object({ call: CallView })) },
})
const resume = createRoute({
  method: 'delete',
  path: '/api/calls/{id}/pause-ai',
  tags,
  summary: 'Let the agent go on, with what it was not asked meanwhile',
  request: { params },
  responses: { 200: json('The call.', z.object({ call: CallView })) },
})

const transfer = createRoute({
  method: 'post',
  path: '/api/calls/{id}/transfer',
  tags,
  summary: 'Join who is on the phone with another phone; the agent leaves',
  request: { params, headers: onceHeaders, body: body(z.object({ to: z.string().min(3).max(40) })) },
  responses: DONE,
})

/** Visitor and operator talk at the carrier: whatever the call is told to do takes them apart. */
const meetsElsewhere = ({ heldBy, stage }: Call) => heldBy !== undefined && stage === 'joined'
const APART = 'This would take you and the caller apart: hand the call back first.'
/** Two phones that the carrier has joined; keys would need its line to themselves. */
const joinsPhones = ({ kind, stage }: Call) => kind === 'bridge' || stage === 'joined'
const THEIR_OWN = 'The carrier joins these two phones itself, and keys would take them apart: have one of the two press them.'

export interface ControlRooms {
  agents: Agents
  calls: LiveCalls
  lines: Lines
  view: FreshView
  idempotency: Idempotency
  /** Where the call's carrier is to come back to. */
  urls: (line: LiveLine) => CallUrls
}

/** @throws Problem conflict while an operator speaks in the agent's place */
function insistNotHeld({ heldBy }: Call): void {
  if (heldBy)
    throw new Problem(
      'conflict',
      `${heldBy.name} speaks with the visitor in the agent’s place. This counts again once they hand the call back.`,
    )
}

export function callControl({ agents, calls, idempotency, lines, urls, view }: ControlRooms): Endpoint[] {
  const mine = (c: HttpContext, id: string): Call => {
    const call = calls.get(id)
    if (call?.organisationId !== c.get('principal').organisationId) throw new Problem('not_found', 'There is no live call with this id.')
    return call
  }

  const actor = (c: HttpContext) => actorOf(c.get('principal'))
  const hold = async (c: HttpContext, id: string, isHeld: boolean) => {
    const live = mine(c, id)
    if (live.kind === 'bridge') throw new Problem('conflict', 'No agent talks on this call.')
    insistNotHeld(live)
    live.holdBack(isHeld, actor(c))
    const call = await view(live.organisationId, id)
    if (!call) throw new Problem('not_found', 'There is no live call with this id.')
    return { call }
  }
  const advise = (c: HttpContext, type: 'context' | 'whisper', id: string, text: string) => {
    if (!mine(c, id).advise({ type, text }, actor(c))) throw new Problem('conflict', 'No agent talks on this call.')
    return c.body(null, 204)
  }

  async function join(call: Call, to: string, actorId: string): Promise<void> {
    const agent = await agents.get(call.organisationId, call.agentId)
    const line = lines.under(call)
    if (!agent || !line || !lines.abilities(line.carrier)?.transfers)
      throw new NotNow('conflict', 'This call cannot be joined with a phone.')
    if (call.status !== 'connected' || line.carrierCallId === undefined) throw new NotNow('conflict', 'Nobody has answered yet.')
    if (meetsElsewhere(call)) throw new NotNow('conflict', APART)
    const { joined, status } = urls(line)
    try {
      await lines.transfer(call, agent, to, { asker: { kind: 'operator', id: actorId }, statusUrl: joined ?? status })
    } catch (error) {
      if (!(error instanceof CarrierFault)) throw error
      throw new Problem('provider_error', `The carrier did not join them: ${error.message}`, { cause: error })
    }
  }

  const all = [
    endpoint(ACT, digits, async (c) => {
      const call = lines.talkOf(mine(c, c.req.valid('param').id))
      const line = lines.under(call)
      if (!line || !lines.abilities(line.carrier)?.sendsDigits) throw new Problem('conflict', 'This call takes no keys.')
      if (call.status !== 'connected' || line.carrierCallId === undefined) throw new Problem('conflict', 'Nobody has answered yet.')
      if (meetsElsewhere(call)) throw new Problem('conflict', APART)
      if (joinsPhones(call)) throw new Problem('conflict', THEIR_OWN)
      try {
        await line.account.sendDigits(line.carrierCallId, c.req.valid('json').digits, { answer: urls(line).answer })
      } catch (error) {
        if (error instanceof CarrierFault)
          throw new Problem('provider_error', `The carrier did not press them: ${error.message}`, { cause: error })
        throw error
      }
      return c.body(null, 204)
    }),
    endpoint(ACT, transfer, async (c) => {
      const call = mine(c, c.req.valid('param').id)
      const { to } = c.req.valid('json')
      await once(idempotency, { scope: scopeOfCall(call.id, 'transfer'), key: idempotencyKey(c), asked: to }, async () => {
        await join(lines.talkOf(call), to, actor(c))
        return { status: 204, body: null }
      })
      return c.body(null, 204)
    }),
    endpoint(ACT, pause, async (c) => c.json(await hold(c, c.req.valid('param').id, true), 200)),
    endpoint(ACT, resume, async (c) => c.json(await hold(c, c.req.valid('param').id, false), 200)),
    endpoint(ACT, context, async (c) => advise(c, 'context', c.req.valid('param').id, c.req.valid('json').text)),
    endpoint(ACT, whisper, async (c) => advise(c, 'whisper', c.req.valid('param').id, c.req.valid('json').text)),
    endpoint(ACT, say, async (c) => {
      const call = mine(c, c.req.valid('param').id)
      insistNotHeld(call)
      if (!call.say(c.req.valid('json').text)) throw new Problem('conflict', 'Nobody is on the call to hear it.')
      return c.body(null, 204)
    }),
  ]
  return all.map((each) => ofCall(each))
}
