import { createRoute } from '@hono/zod-openapi'
import { accepts } from 'hono/accepts'
import { z } from 'zod'
import { mayUse, type Principal } from '../access/roles.ts'
import type { Call, LiveCalls } from '../calls/live-calls.ts'
import type { CallBook } from '../calls/log/call-book.ts'
import type { HistoryQuery } from '../calls/log/history.ts'
import { latencyOf } from '../calls/log/latency.ts'
import { freshen } from '../live/fresh-view.ts'
import { Entry, Id, Problem, SessionId } from '../protocol/index.ts'
import type { Access } from './access.ts'
import { callsCsv } from './call-csv.ts'
import { CallQuery, historyQuery } from './call-query.ts'
import { CallView, EventView, EvidenceView, LatencyView } from './call-views.ts'
import { type Endpoint, endpoint, type HttpContext, json, ofCall } from './endpoint.ts'
import { listPage, PageQuery } from './paging.ts'
import { wantsEvents } from './sse.ts'
import { newestEntries, streamTranscript } from './transcript-stream.ts'

/** The log of calls, and the calls that live, for operators. */

const READ: Access = { who: 'operator', role: 'viewer', scope: 'calls:read' }
const ACT: Access = { who: 'operator', role: 'operator', scope: 'calls:write' }
const ERASE: Access = { who: 'operator', role: 'admin', scope: 'calls:write' }

const params = z.object({ id: Id })
const request = { params }
const tags = ['calls']
const One = z.object({ call: CallView })

/** What the page or program that opened a call gave it. */
const About = z.object({
  variables: z.record(z.string(), z.unknown()).optional(),
  page: z.object({ url: z.string(), title: z.string() }).partial().optional(),
})

const list = createRoute({
  method: 'get',
  path: '/api/calls',
  tags,
  summary: 'Calls of the organisation, newest first; all that fit as a table with Accept: text/csv',
  request: { query: CallQuery },
  responses: {
    200: {
      description: 'Calls. As CSV: all pages at once, numbers masked for viewers.',
      content: {
        'application/json': {
          schema: listPage('calls', CallView).extend({
            /** Of a search for words that is not over: when the last call began that was looked into. */
            searchedTo: z.iso.datetime().optional(),
          }),
        },
        'text/csv': { schema: z.string() },
      },
    },
  },
})
const active = createRoute({
  method: 'get',
  path: '/api/calls/active',
  tags,
  summary: 'Calls that live now',
  request: { query: PageQuery },
  responses: { 200: json('Calls.', listPage('calls', CallView)) },
})
const show = createRoute({
  method: 'get',
  path: '/api/calls/{id}',
  tags,
  summary: 'One call',
  request,
  responses: { 200: json('The call, and what the page or program that opened it gave it.', One.extend(About.shape)) },
})
const transcript = createRoute({
  method: 'get',
  path: '/api/calls/{id}/transcript',
  tags,
  summary: 'What was heard; a live stream with Accept: text/event-stream',
  request,
  responses: {
    200: {
      description: 'The transcript; as a stream, events `transcript` {seq, entry} and at last `ended` {reason}.',
      content: {
        'application/json': { schema: z.object({ callId: Id, sessionId: SessionId, entries: z.array(Entry) }) },
        'text/event-stream': { schema: z.string() },
      },
    },
  },
})
const events = createRoute({
  method: 'get',
  path: '/api/calls/{id}/events',
  tags,
  summary: 'What happened, in order',
  request,
  responses: { 200: json('The call’s events.', z.object({ callId: Id, events: z.array(EventView), nextCursor: z.null() })) },
})
const evidence = createRoute({
  method: 'get',
  path: '/api/calls/{id}/evidence',
  tags,
  summary: 'Whether the call’s chain of events verifies',
  request,
  responses: { 200: json('The proof.', EvidenceView) },
})
const latency = createRoute({
  method: 'get',
  path: '/api/calls/{id}/latency',
  tags,
  summary: 'How long the visitor waited for each answer, in its parts',
  request,
  responses: { 200: json('Turns with their times.', LatencyView) },
})
const hangUp = createRoute({
  method: 'post',
  path: '/api/calls/{id}/hangup',
  tags,
  summary: 'End a call that lives',
  description: 'Two phones that a carrier has joined and cannot part (`capabilities` without `hangup`) go on: 409.',
  request,
  responses: { 202: json('The call is ending.', One) },
})
const erase = createRoute({
  method: 'delete',
  path: '/api/calls/{id}',
  tags,
  summary: 'Erase what was said for good; the chain of events stays and still verifies',
  request,
  responses: { 204: { description: 'Erased.' } },
})

const ON_THEIR_OWN =
  'This carrier cannot end a call between two phones: it is over when one of them hangs up. Ask the person who answered to.'

/** So many calls are held at a time while they are exported. */
const EXPORTED_AT_ONCE = 200

/** A table leaves the house: whoever only looks on takes no phone book with them. */
const maySeeNumbers = (principal: Principal) => mayUse(principal, { role: 'operator', scope: 'calls:write' })

export interface CallRooms {
  book: CallBook
  calls: LiveCalls
  /** Ends every stream when the relay drains. */
  streamsEnd: AbortSignal
}

export function callRoutes({ book, calls, streamsEnd }: CallRooms): Endpoint[] {
  const org = (c: HttpContext) => c.get('principal').organisationId
  /** Also a call whose end is still being written. */
  const mine = (c: HttpContext, id: string): Call | undefined => {
    const call = calls.unsettled(id)
    return call?.organisationId === org(c) ? call : undefined
  }
  const fresh = freshen(calls)
  const row = async (c: HttpContext, id: string) => fresh(found(await book.get(org(c), id)))
  /** Two phones that are joined say nothing to us, unless one of them is a number of ours: then the agent's own call has their words. */
  const spokenIn = async (c: HttpContext, id: string): Promise<string> => {
    if ((await row(c, id)).kind !== 'bridge') return id
    const arrival = (await book.events(org(c), id))?.findLast(({ type }) => type === 'arrival')
    return typeof arrival?.payload?.callId === 'string' ? arrival.payload.callId : id
  }

  function exported(c: HttpContext, query: HistoryQuery) {
    const pages = async (cursor: string | undefined) => {
      const page = await book.list(org(c), { ...query, limit: EXPORTED_AT_ONCE, cursor: cursor ?? query.cursor })
      return { ...page, calls: page.calls.map(fresh) }
    }
    const encoder = new TextEncoder()
    const text = callsCsv(pages, maySeeNumbers(c.get('principal')) ? 'shown' : 'masked')[Symbol.asyncIterator]()
    const bytes = new ReadableStream<Uint8Array<ArrayBuffer>>({
      async pull(controller) {
        const { done, value } = await text.next()
        if (done) controller.close()
        else controller.enqueue(encoder.encode(value))
      },
      async cancel() {
        await text.return?.(undefined)
      },
    })
    return c.body(bytes, 200, {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': 'attachment; filename="calls.csv"',
    })
  }

  return [
    endpoint(READ, list, async (c) => {
      const query = historyQuery(c.req.valid('query'))
      const wanted = accepts(c, { header: 'Accept', supports: ['application/json', 'text/csv'], default: 'application/json' })
      c.header('Vary', 'Accept', { append: true })
      if (wanted === 'text/csv') return exported(c, query)
      const { calls: rows, nextCursor, searchedTo } = await book.list(org(c), query)
      return c.json({ calls: rows.map(fresh), nextCursor: nextCursor ?? null, ...(searchedTo ? { searchedTo } : {}) }, 200)
    }),
    // Before /api/calls/{id}, which would take `active` for an id.
    endpoint(READ, active, async (c) => {
      const { calls: rows, nextCursor } = await book.list(org(c), { ...c.req.valid('query'), active: true })
      return c.json({ calls: rows.map(fresh), nextCursor: nextCursor ?? null }, 200)
    }),
    ofCall(
      endpoint(READ, show, async (c) => {
        const { id } = c.req.valid('param')
        const call = await row(c, id)
        return c.json({ call, ...About.safeParse(await book.about(org(c), id)).data }, 200)
      }),
    ),
    ofCall(
      endpoint(READ, transcript, async (c) => {
        const { id } = c.req.valid('param')
        const said = await spokenIn(c, id)
        // Asked first: a call that is settled by now has its end in every row read after this.
        const live = mine(c, said)
        const call = await row(c, id)
        const lines = found(await book.lines(org(c), said))
        if (wantsEvents(c))
          return streamTranscript(c, { live, ended: call.endReason, lines, streamsEnd, hasEnded: calls.get(said) === undefined })
        const entries = newestEntries(
          lines.map(({ entry }) => entry),
          live,
        )
        return c.json({ callId: call.id, sessionId: call.sessionId, entries }, 200)
      }),
    ),
    endpoint(READ, events, async (c) => {
      const { id } = c.req.valid('param')
      return c.json({ callId: id, events: found(await book.events(org(c), id)), nextCursor: null }, 200)
    }),
    endpoint(READ, evidence, async (c) => c.json(found(await book.evidence(org(c), c.req.valid('param').id)), 200)),
    endpoint(READ, latency, async (c) => {
      const { id } = c.req.valid('param')
      return c.json({ callId: id, ...latencyOf(found(await book.events(org(c), id))) }, 200)
    }),
    ofCall(
      endpoint(ACT, hangUp, async (c) => {
        const { id } = c.req.valid('param')
        const call = await row(c, id)
        const live = mine(c, id)
        if (!live || live.endReason) throw new Problem('conflict', 'The call is over already.')
        if (!call.capabilities.includes('hangup')) throw new Problem('conflict', ON_THEIR_OWN)
        live.hangUp('operator')
        return c.json({ call }, 202)
      }),
    ),
    endpoint(ERASE, erase, async (c) => {
      const { id } = c.req.valid('param')
      await row(c, id)
      if (mine(c, id)) throw new Problem('conflict', 'The call is still going on: end it first.')
      if (!(await book.erase(org(c), id))) throw new Problem('conflict', 'The call cannot be erased yet. Try again in a moment.')
      return c.body(null, 204)
    }),
  ]
}

function found<T>(row: T | undefined): T {
  if (row === undefined) throw new Problem('not_found', 'There is no call with this id.')
  return row
}
