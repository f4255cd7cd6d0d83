import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import type { CallTokens } from '../access/call-tokens.ts'
import type { Call, LiveCalls } from '../calls/live-calls.ts'
import type { Clock, LegEvent } from '../calls/ports.ts'
import type { PageDoor } from '../carriers/house.ts'
import { type AbuseGuard, createAbuseGuard } from '../legs/browser/abuse.ts'
import { type CallStatus, type EndReason, NextAccessToken, PageMessage, Problem } from '../protocol/index.ts'
import { PUBLIC } from './access.ts'
import { body, type Endpoint, endpoint, type HttpContext, json, ofCall } from './endpoint.ts'
import { idempotencyKey } from './once.ts'
import { eventStream, lastEventId } from './sse.ts'

/** A page whose sound goes over a carrier: it reads along, types and hangs up here, under a right to its one call. */

const tags = ['visitors']
const params = z.object({ token: z.string().max(300) })
const PATH = '/api/page-calls/{token}'
const done = { 204: { description: 'Taken.' } }

const eventsRoute = createRoute({
  method: 'get',
  path: `${PATH}/events`,
  tags,
  summary: 'What is said and how the call stands, as it happens',
  request: { params },
  responses: {
    200: {
      description: 'The media socket’s messages `status`, `state`, `transcript`, `speaker`, `tool`, `error` and at last `ended`.',
      content: { 'text/event-stream': { schema: z.string() } },
    },
  },
})
const messageRoute = createRoute({
  method: 'post',
  path: `${PATH}/messages`,
  tags,
  summary: 'What the visitor does besides speaking',
  description: 'Send one after the other. A message that is sent again with the same `Idempotency-Key` as the last one is taken once.',
  request: { params, body: body(PageMessage) },
  responses: done,
})
const tokenRoute = createRoute({
  method: 'post',
  path: `${PATH}/access-token`,
  tags,
  summary: 'The next access token, before the last one runs out',
  request: { params },
  responses: { 200: json('Hand it to the carrier’s kit.', NextAccessToken) },
})

export interface PageCallRooms {
  calls: LiveCalls
  tokens: CallTokens
  /** Who carries the sound of this call. */
  pageDoor: (carrier: string) => PageDoor | undefined
  /** Says it as the leg that brings the sound; false before there is one. */
  bringWords: (call: Call, event: LegEvent) => boolean
  /** How a call ended that lives no more. */
  stored: (callId: string) => Promise<{ status: CallStatus; endReason?: EndReason } | undefined>
  streamsEnd: AbortSignal
  clock: Clock
}

/** The addresses of one call, for the page that opened it. */
export function pageCallUrls(base: string, token: string) {
  const at = `${base}${PATH.replace('{token}', token)}`
  return { eventsUrl: `${at}/events`, messagesUrl: `${at}/messages`, accessTokenUrl: `${at}/access-token` }
}

export function pageCallRoutes(rooms: PageCallRooms): Endpoint[] {
  const guards = new WeakMap<Call, AbuseGuard>()
  const guardOf = (call: Call) => {
    const guard = guards.get(call) ?? createAbuseGuard(rooms.clock, 1)
    guards.set(call, guard)
    return guard
  }
  /** The key of each call's last message: what nobody answered is sent again. */
  const lastKeys = new WeakMap<Call, string>()
  const idOf = (c: HttpContext) => {
    const right = rooms.tokens.read(c.req.param('token') ?? '')
    if (!right) throw new Problem('not_found', 'There is no call under this address.')
    return right.callId
  }
  const liveOf = (c: HttpContext) => {
    const call = rooms.calls.get(idOf(c))
    if (!call || call.endReason) throw new Problem('not_found', 'This call is over.')
    return call
  }

  function take(call: Call, message: PageMessage) {
    const guard = guardOf(call)
    const bytes = JSON.stringify(message).length
    if (!guard.message(message.type, bytes) || !guard.turn(message.type)) {
      throw tooMany('messages')
    }
    if (message.type === 'tool-result') return void call.toolResult(message.id, message.result)
    if (message.type === 'hangup') return call.hangUp(message.reason ?? 'visitor')
    if (!rooms.bringWords(call, eventOf(message))) throw new Problem('conflict', 'The call is not connected yet.')
  }

  return [
    endpoint(PUBLIC, eventsRoute, async (c) => {
      const id = idOf(c)
      const call = rooms.calls.get(id)
      const past = call ? undefined : await rooms.stored(id)
      if (!call && !past) throw new Problem('not_found', 'There is no call under this address.')
      const after = lastEventId(c)
      return eventStream(c, rooms.streamsEnd, (stream) => {
        const end = (reason: EndReason) => {
          stream.send({ type: 'ended', data: { type: 'ended', reason } })
          stream.close()
        }
        const status = call?.status ?? past?.status
        if (status) stream.send({ type: 'status', data: { type: 'status', status } })
        for (const { entry, seq } of call?.feed.since(after) ?? []) {
          stream.send({ type: 'transcript', data: { type: 'transcript', seq, entry }, id: seq })
        }
        if (!call || call.endReason) {
          end(call?.endReason ?? past?.endReason ?? 'error')
          return () => {}
        }
        return call.feed.listen((event) => {
          if (event.type === 'human-requested' || event.type === 'ai') return
          if (event.type === 'ended') return end(event.reason)
          stream.send({ type: event.type, data: event, ...(event.type === 'transcript' ? { id: event.seq } : {}) })
        })
      })
    }),
    endpoint(PUBLIC, messageRoute, async (c) => {
      const call = liveOf(c)
      const key = idempotencyKey(c)
      if (key === undefined || key !== lastKeys.get(call)) {
        // What the schema refuses never gets here.
        take(call, c.req.valid('json') as PageMessage)
        if (key !== undefined) lastKeys.set(call, key)
      }
      return c.body(null, 204)
    }),
    endpoint(PUBLIC, tokenRoute, async (c) => {
      const call = liveOf(c)
      if (!guardOf(call).turn('access-token')) throw tooMany('access tokens')
      const next = await rooms.pageDoor(call.line?.carrier ?? '')?.renew(call.id)
      if (!next) throw new Problem('not_found', 'This call is over.')
      return c.json({ accessToken: next.accessToken, expiresAt: new Date(next.expiresAtMs).toISOString() }, 200)
    }),
  ].map((each) => ofCall(each, (c) => rooms.tokens.read(c.req.param('token') ?? '')?.callId))
}

const tooMany = (what: string) => new Problem('rate_limited', `Too many ${what} at once: wait two seconds.`, { retryAfterMs: 2000 })

/** The visitor's own doing as the call's leg tells it. */
function eventOf(message: Exclude<PageMessage, { type: 'tool-result' | 'hangup' }>): LegEvent {
  switch (message.type) {
    case 'dtmf':
      return { type: 'digits', digits: message.digits }
    case 'mute':
      return { type: 'muted', muted: message.muted }
    case 'feedback': {
      const { comment, issue, score } = message
      return { type: 'feedback', score, ...(issue === undefined ? {} : { issue }), ...(comment === undefined ? {} : { comment }) }
    }
    default:
      return message
  }
}
