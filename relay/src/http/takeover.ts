import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { type Idempotency, scopeOfCall } from '../access/idempotency.ts'
import type { OperatorRights } from '../access/operator-rights.ts'
import { actorOf, type Principal } from '../access/roles.ts'
import type { Call, LiveCalls } from '../calls/live-calls.ts'
import type { CallBook } from '../calls/log/call-book.ts'
import type { Desk, Operator } from '../calls/takeover/desk.ts'
import { takeoversOf } from '../calls/takeover/past.ts'
import type { FreshView } from '../live/fresh-view.ts'
import { Id, NextAccessToken, NotNow, Problem } from '../protocol/index.ts'
import { bearerOf, OPERATES, READS } from './access.ts'
import { CallView } from './call-views.ts'
import { type Endpoint, endpoint, type HttpContext, json, ofCall } from './endpoint.ts'
import { idempotencyKey, once, onceHeaders } from './once.ts'
import type { MediaRight } from './operator-media.ts'

/** Operators hear a call, take it over from its agent and give it back. */

const tags = ['calls']
const params = z.object({ id: Id })
const Words = z.string().trim().min(1).max(2000)
const expiresAt = z.iso.datetime()

const TakeOver = z.object({
  reason: Words.optional(),
  notes: Words.optional(),
  /** Where sound does not pass the relay: from the page, or over the operator's own phone. */
  by: z.enum(['page', 'phone']).default('page'),
  /** The operator's own, for `by: "phone"`. */
  phoneNumber: z.string().min(3).max(40).optional(),
})
const Taken = z.object({
  call: CallView,
  /** Missing where the sound is not ours. */
  mediaUrl: z.string().optional(),
  expiresAt: expiresAt.optional(),
  transport: z.string().optional(),
  accessToken: z.string().optional(),
  connectParams: z.record(z.string(), z.string()).optional(),
})

const listen = createRoute({
  method: 'post',
  path: '/api/calls/{id}/listen',
  tags,
  summary: 'Hear a call as it is: an address for one socket, good for 30 seconds',
  description:
    'The socket speaks the media language: it gives both sides as one sound (PCM16LE, 24 kHz, 20 ms), the transcript, who speaks and levels. Whoever takes the sound too slowly loses some of it; who takes nothing loses the socket.',
  request: { params },
  responses: { 200: json('Connect before it expires.', z.object({ url: z.string(), expiresAt })) },
})
const takeOver = createRoute({
  method: 'post',
  path: '/api/calls/{id}/takeover',
  tags,
  summary: 'Speak to the visitor in the agent’s place',
  description: [
    'The agent falls silent at once and a sentence tells the visitor. Connect to `mediaUrl` with the media language: your sound goes up as PCM16LE, 16 kHz; the call comes down without your own voice. A socket that is lost may come back to the same address for a few seconds (OPERATOR_AWAY_MS), then the agent goes on and the visitor is told. Asking again gives a new address; while another operator holds the call the answer is 409.',
    'Meanwhile an engine that hears goes on writing down what the visitor says; with an engine that reads, spoken words are written down only where the page recognises them. What the operator says is written down where their page recognises it; else the transcript only says that they spoke. Words that the operator types are shown to the visitor.',
    'Where the carrier turns the call into words its sound never comes here: you and the caller meet at the carrier once the sentence was heard. By page the answer has `transport`, `accessToken` and `connectParams` for the carrier’s own kit in place of `mediaUrl`; with `by: "phone"` the gate is asked and `phoneNumber` is rung when the caller is there. What is said there is not written down, and `dtmf` and `transfer` answer 409 until the call is handed back. A phone that does not come off, or an operator who is gone for five seconds, gives the call back.',
    'An `Idempotency-Key` counts with `by: "phone"`, where a phone rings.',
    'While the call is held, `pause-ai` and `say` answer 409; `whisper` and `context` are kept for the agent.',
  ].join('\n\n'),
  request: { params, headers: onceHeaders, body: { required: false, content: { 'application/json': { schema: TakeOver } } } },
  responses: { 200: json('The call is yours.', Taken) },
})
const nextToken = createRoute({
  method: 'post',
  path: '/api/calls/{id}/takeover/access-token',
  tags,
  summary: 'The next access token for the carrier’s kit, before the last one runs out',
  description: 'For the operator who holds the call and took it by page, where `transport` was answered. The connection they have goes on.',
  request: { params },
  responses: { 200: json('Hand it to the carrier’s kit.', NextAccessToken) },
})
const handBack = createRoute({
  method: 'delete',
  path: '/api/calls/{id}/takeover',
  tags,
  summary: 'Give the call back to its agent, which learns what was said and what you leave it',
  request: { params, body: { required: false, content: { 'application/json': { schema: z.object({ briefing: Words.optional() }) } } } },
  responses: { 200: json('The call.', z.object({ call: CallView })) },
})
const TakeoverView = z.object({
  by: z.string(),
  name: z.string(),
  reason: z.string().optional(),
  notes: z.string().optional(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  endedBy: z.enum(['operator', 'connection', 'call']).optional(),
  briefing: z.string().optional(),
})
const list = createRoute({
  method: 'get',
  path: '/api/calls/{id}/takeovers',
  tags,
  summary: 'Who took the call over, why, and how it was given back',
  request: { params },
  responses: { 200: json('Takeovers, oldest first.', z.object({ takeovers: z.array(TakeoverView) })) },
})

/** Takes callers and operators together where the sound does not come here. */
export interface ElsewhereDoor {
  /** Undefined for calls whose sound is ours. @throws Problem when it cannot be done */
  take(
    call: Call,
    o: { operator: Operator; reason?: string; notes?: string; by: 'page' | 'phone'; phoneNumber?: string },
  ): Promise<Omit<z.infer<typeof Taken>, 'call'>> | undefined
  /** Undefined for a call that no page was let into. */
  renew(call: Call): Promise<NextAccessToken | undefined>
}

export interface TakeoverRooms {
  calls: LiveCalls
  book: Pick<CallBook, 'events' | 'get'>
  view: FreshView
  rights: OperatorRights<MediaRight>
  nameOf: (principal: Principal) => Promise<string>
  elsewhere?: ElsewhereDoor
  idempotency: Idempotency
  where: { socketBase(host: string | undefined): string }
}

export function takeoverRoutes(o: TakeoverRooms): Endpoint[] {
  const mine = (c: HttpContext, id: string): Call => {
    const call = o.calls.get(id)
    if (call?.organisationId !== c.get('principal').organisationId) throw new Problem('not_found', 'There is no live call with this id.')
    return call
  }
  const shown = async ({ id, organisationId }: Call) => {
    const call = await o.view(organisationId, id)
    if (!call) throw new Problem('not_found', 'There is no live call with this id.')
    return call
  }
  const operatorOf = async (c: HttpContext): Promise<Operator> => {
    const principal = c.get('principal')
    return { id: actorOf(principal), name: await o.nameOf(principal) }
  }
  const addressOf = (c: HttpContext, call: Call, right: MediaRight) => {
    const { expiresAtMs, token } = o.rights.issue(call.id, right)
    return {
      url: `${o.where.socketBase(c.req.header('host'))}/media/operators/${token}`,
      expiresAt: new Date(expiresAtMs).toISOString(),
    }
  }
  const holderOf = (c: HttpContext) => ({ principal: c.get('principal'), bearer: bearerOf(c) ?? '' })

  return [
    ofCall(
      endpoint(OPERATES, listen, async (c) => {
        const call = mine(c, c.req.valid('param').id)
        const silent = silenceOf(call)
        if (silent) throw new Problem('conflict', silent)
        return c.json(addressOf(c, call, { ...holderOf(c), role: 'listen' }), 200)
      }),
    ),
    ofCall(
      endpoint(OPERATES, takeOver, async (c) => {
        const call = mine(c, c.req.valid('param').id)
        const operator = await operatorOf(c)
        const asked: z.infer<typeof TakeOver> = c.req.valid('json') ?? { by: 'page' }
        const { by, notes, phoneNumber, reason } = asked
        const why = { ...(reason === undefined ? {} : { reason }), ...(notes === undefined ? {} : { notes }) }
        const taken = async (): Promise<z.infer<typeof Taken>> => {
          forAnother(call, operator)
          const elsewhere = o.elsewhere?.take(call, {
            ...{ ...why, operator, by: by ?? 'page' },
            ...(phoneNumber === undefined ? {} : { phoneNumber }),
          })
          if (elsewhere) {
            const way = await elsewhere
            return { call: await shown(call), ...way }
          }
          const record = take(call, operator, why)
          const { url, expiresAt: until } = addressOf(c, call, { ...holderOf(c), role: 'takeover', record, connected: false })
          return { call: await shown(call), mediaUrl: url, expiresAt: until }
        }
        if (by !== 'phone') return c.json(await taken(), 200)
        // A phone rings: once, however often the same is asked.
        const request = { scope: scopeOfCall(call.id, `takeover ${operator.id}`), key: idempotencyKey(c), asked }
        const { body } = await once(o.idempotency, request, async () => ({ status: 200, body: await taken() }))
        return c.json(body as z.infer<typeof Taken>, 200)
      }),
    ),
    ofCall(
      endpoint(OPERATES, nextToken, async (c) => {
        const call = mine(c, c.req.valid('param').id)
        const { id } = await operatorOf(c)
        const next = call.heldBy?.id === id ? await o.elsewhere?.renew(call) : undefined
        if (!next) throw new Problem('conflict', 'You do not hold this call by a page of its carrier. Take it over first.')
        return c.json(next, 200)
      }),
    ),
    ofCall(
      endpoint(OPERATES, handBack, async (c) => {
        const call = mine(c, c.req.valid('param').id)
        const operator = await operatorOf(c)
        if (!call.heldBy) throw new Problem('conflict', 'The agent has this call already.')
        forAnother(call, operator)
        call.desk.giveBack(c.req.valid('json')?.briefing)
        return c.json({ call: await shown(call) }, 200)
      }),
    ),
    ofCall(
      endpoint(READS, list, async (c) => {
        const { id } = c.req.valid('param')
        const { organisationId } = c.get('principal')
        const live = o.calls.unsettled(id)
        if (live?.organisationId === organisationId) return c.json({ takeovers: [...live.desk.takeovers] }, 200)
        const events = await o.book.events(organisationId, id)
        if (!events) throw new Problem('not_found', 'There is no call with this id.')
        return c.json({ takeovers: takeoversOf(events) }, 200)
      }),
    ),
  ]
}

/** Takes the call for this operator, or finds that they hold it. @throws Problem conflict, with a sentence that says why not */
function take(call: Call, operator: Operator, why: Omit<Parameters<Desk['take']>[1], 'elsewhere'>) {
  const lacking = call.modality === 'text' ? nobodyThere(call) : silenceOf(call)
  if (lacking) throw new NotNow('conflict', lacking)
  call.desk.take(operator, why)
  const record = call.desk.takeovers.at(-1)
  if (!record) throw new Error('a takeover has no record')
  return record
}

function forAnother(call: Call, operator: Operator): void {
  if (call.heldBy && call.heldBy.id !== operator.id)
    throw new NotNow('conflict', `${call.heldBy.name} holds this call. Ask them to hand it back first.`)
}

function nobodyThere({ stage }: Call): string | undefined {
  return stage === 'live' || stage === 'away' ? undefined : 'Nobody is on the call to talk to, yet or any more.'
}

/** Why nothing is to be heard of a call; undefined where its sound passes here. */
function silenceOf(call: Call): string | undefined {
  if (call.kind === 'bridge' || call.stage === 'joined') return 'The carrier joins these two phones itself: their sound does not pass here.'
  if (call.modality === 'text') return 'This call is typed: read its transcript.'
  return nobodyThere(call) ?? (call.passesSound ? undefined : 'The carrier turns this call into words: its sound does not pass here.')
}
