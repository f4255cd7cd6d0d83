import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { HOUSE_ORGANISATION } from '../access/roles.ts'
import type { DoNotCall, DoNotCallEntry } from '../gate/do-not-call.ts'
import { readNumber } from '../gate/reading.ts'
import { Id, Problem } from '../protocol/index.ts'
import type { Access } from './access.ts'
import { body, type Endpoint, endpoint, type HttpContext, json } from './endpoint.ts'
import { listPage, PageQuery } from './paging.ts'

const READ: Access = { who: 'operator', role: 'viewer', scope: 'calls:read' }
const WRITE: Access = { who: 'operator', role: 'operator', scope: 'calls:write' }
const KEEP_HOUSE: Access = { who: 'operator', role: 'admin' }

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

/** Whose list stands under a path, and who may read and write it. */
interface Keeper {
  path: '/api/do-not-call' | '/api/house/do-not-call'
  who: string
  read: Access
  write: Access
  /** Undefined: the house's own. @throws Problem not_found */
  ownerOf: (c: HttpContext) => string | undefined
}

const KEEPERS: readonly Keeper[] = [
  { path: '/api/do-not-call', who: 'this organisation', read: READ, write: WRITE, ownerOf: (c) => c.get('principal').organisationId },
  {
    path: '/api/house/do-not-call',
    who: 'nobody in the house',
    read: KEEP_HOUSE,
    write: KEEP_HOUSE,
    ownerOf(c) {
      if (c.get('principal').organisationId !== HOUSE_ORGANISATION) throw new Problem('not_found', 'There is nothing under this address.')
      return undefined
    },
  },
]

/** The numbers that an organisation calls no more, and those that nobody in the house does. */
export function doNotCallRoutes(rooms: { doNotCall: DoNotCall }): Endpoint[] {
  return KEEPERS.flatMap((keeper) => listRoutes(keeper, rooms.doNotCall))
}

function listRoutes({ ownerOf, path, read, who, write }: Keeper, doNotCall: DoNotCall): Endpoint[] {
  const tags = ['do not call']
  const list = createRoute({
    method: 'get',
    path,
    tags,
    summary: `Numbers that ${who} calls ${who.startsWith('nobody') ? '' : 'no more'}`.trim(),
    request: { query: PageQuery },
    responses: { 200: json('Numbers.', listPage('doNotCall', Entry)) },
  })
  const add = createRoute({
    method: 'post',
    path,
    tags,
    summary: 'Call a number no more; a number that is listed already gets the new reason and end',
    request: { body: body(NewEntry) },
    responses: { 201: json('Listed.', z.object({ doNotCall: Entry })) },
  })
  const removeNumber = createRoute({
    method: 'delete',
    path,
    tags,
    summary: 'Take a number off the list',
    request: { body: body(z.object({ phoneNumber: PhoneNumber })) },
    responses: { 204: { description: 'Off the list.' } },
  })
  const remove = createRoute({
    method: 'delete',
    path: `${path}/{id}`,
    tags,
    summary: 'Take an entry off the list',
    request: { params: z.object({ id: Id }) },
    responses: { 204: { description: 'Off the list.' } },
  })
  return [
    endpoint(read, list, async (c) => {
      const found = await doNotCall.list(ownerOf(c), c.req.valid('query'))
      return c.json({ doNotCall: found.entries.map(viewOf), nextCursor: found.nextCursor ?? null }, 200)
    }),
    endpoint(write, add, async (c) => {
      const { phoneNumber, reason, until } = c.req.valid('json')
      const entry = await doNotCall.add(ownerOf(c), {
        e164: numberOf(phoneNumber),
        ...(reason === undefined ? {} : { reason }),
        ...(until === undefined ? {} : { until: new Date(until) }),
      })
      return c.json({ doNotCall: viewOf(entry) }, 201)
    }),
    endpoint(write, removeNumber, async (c) => {
      const owner = ownerOf(c)
      const e164 = numberOf(c.req.valid('json').phoneNumber)
      if (!(await doNotCall.remove(owner, { e164 }))) throw unknown()
      return c.body(null, 204)
    }),
    endpoint(write, remove, async (c) => {
      if (!(await doNotCall.remove(ownerOf(c), { id: c.req.valid('param').id }))) throw unknown()
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
