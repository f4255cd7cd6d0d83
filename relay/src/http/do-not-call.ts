import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import type { DoNotCall, DoNotCallEntry } from '../gate/do-not-call.ts'
import { readNumber } from '../gate/reading.ts'
import { Id, Problem } from '../protocol/index.ts'
import type { Access } from './access.ts'
import { body, type Endpoint, endpoint, json } from './endpoint.ts'
import { listPage, PageQuery } from './paging.ts'

const READ: Access = { who: 'operator', role: 'viewer', scope: 'calls:read' }
const WRITE: Access = { who: 'operator', role: 'operator', scope: 'calls:write' }

const Entry = z.object({
  id: z.string(),
  phoneNumber: z.string(),
  reason: z.string().optional(),
  until: z.iso.datetime().optional(),
  createdAt: z.iso.datetime(),
})
const PhoneNumber = z.string().min(1).max(40)
const NewEntry = z.object({
  phoneNumber: PhoneNumber,
  reason: z
    .string()
    .trim()
    .min(1)
    .max(300)
    .regex(/^\P{C}*$/u, 'must not hold control characters')
    .optional(),
  /** Unset: for good. */
  until: z.iso.datetime({ offset: true }).optional(),
})
const tags = ['do not call']

const list = createRoute({
  method: 'get',
  path: '/api/do-not-call',
  tags,
  summary: 'Numbers that this organisation calls no more',
  request: { query: PageQuery },
  responses: { 200: json('Numbers.', listPage('doNotCall', Entry)) },
})
const add = createRoute({
  method: 'post',
  path: '/api/do-not-call',
  tags,
  summary: 'Call a number no more; a number that is listed already gets the new reason and end',
  request: { body: body(NewEntry) },
  responses: { 201: json('Listed.', z.object({ doNotCall: Entry })) },
})
const removeNumber = createRoute({
  method: 'delete',
  path: '/api/do-not-call',
  tags,
  summary: 'Take a number off the list',
  request: { body: body(z.object({ phoneNumber: PhoneNumber })) },
  responses: { 204: { description: 'Off the list.' } },
})
const remove = createRoute({
  method: 'delete',
  path: '/api/do-not-call/{id}',
  tags,
  summary: 'Take an entry off the list',
  request: { params: z.object({ id: Id }) },
  responses: { 204: { description: 'Off the list.' } },
})

export function doNotCallRoutes(rooms: { doNotCall: DoNotCall }): Endpoint[] {
  const { doNotCall } = rooms
  return [
    endpoint(READ, list, async (c) => {
      const found = await doNotCall.list(c.get('principal').organisationId, c.req.valid('query'))
      return c.json({ doNotCall: found.entries.map(viewOf), nextCursor: found.nextCursor ?? null }, 200)
    }),
    endpoint(WRITE, add, async (c) => {
      const { phoneNumber, reason, until } = c.req.valid('json')
      const entry = await doNotCall.add(c.get('principal').organisationId, {
        e164: numberOf(phoneNumber),
        ...(reason === undefined ? {} : { reason }),
        ...(until === undefined ? {} : { until: new Date(until) }),
      })
      return c.json({ doNotCall: viewOf(entry) }, 201)
    }),
    endpoint(WRITE, removeNumber, async (c) => {
      const e164 = numberOf(c.req.valid('json').phoneNumber)
      if (!(await doNotCall.remove(c.get('principal').organisationId, { e164 }))) throw unknown()
      return c.body(null, 204)
    }),
    endpoint(WRITE, remove, async (c) => {
      if (!(await doNotCall.remove(c.get('principal').organisationId, { id: c.req.valid('param').id }))) throw unknown()
      return c.body(null, 204)
    }),
  ]
}

/** Country code needed: whose country a national number would mean is nobody's guess here. */
function numberOf(text: string): string {
  const reading = readNumber(text)
  if (!reading) throw new Problem('invalid_phone_number', 'Give the number with its country code, such as +1 202 555 0123.')
  return reading.e164
}

function viewOf({ until, createdAt, ...rest }: DoNotCallEntry): z.infer<typeof Entry> {
  return { ...rest, createdAt: createdAt.toISOString(), ...(until === undefined ? {} : { until: until.toISOString() }) }
}

const unknown = () => new Problem('not_found', 'This number is not on the list.')
