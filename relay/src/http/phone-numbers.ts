import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import type { Whereabouts } from '../access/whereabouts.ts'
import type { KeptNumber } from '../agents/kept-number.ts'
import { configField } from '../agents/number-config.ts'
import type { NumberChange, PhoneNumbers } from '../agents/phone-numbers.ts'
import type { Carrier } from '../carriers/carrier.ts'
import { Id, Problem } from '../protocol/index.ts'
import type { Access } from './access.ts'
import { body, type Endpoint, endpoint, type HttpContext, json } from './endpoint.ts'
import { type NumberChanges, numberShapes, numberView } from './phone-number-views.ts'

/** The numbers of an organisation, in the shapes of the carriers' guides. Whoever reads them can read the secrets in their URLs, so viewers cannot. */

const READ: Access = { who: 'operator', role: 'operator', scope: 'numbers:read' }
const WRITE: Access = { who: 'operator', role: 'admin', scope: 'numbers:write' }

const tags = ['numbers']
const params = z.object({ id: Id })
const success = z.literal(true)
/** What the API is able to do with numbers, in the words of these carriers. */
function operations(carriers: readonly Carrier[]) {
  const { CreateNumber, NumberView, UpdateNumber } = numberShapes(carriers)
  const One = z.object({ success, phoneNumber: NumberView })
  const Gone = json('Gone.', z.object({ success }))

  const list = createRoute({
    method: 'get',
    path: '/api/phone-numbers',
    tags,
    summary: 'Numbers of the organisation, with the URLs to be pasted at the carrier',
    responses: { 200: json('All of them.', z.object({ success, phoneNumbers: z.array(NumberView) })) },
  })
  const create = createRoute({
    method: 'post',
    path: '/api/phone-numbers',
    tags,
    summary: 'Import a number',
    request: { body: body(CreateNumber) },
    responses: { 201: json('The number.', One) },
  })
  const show = createRoute({
    method: 'get',
    path: '/api/phone-numbers/{id}',
    tags,
    summary: 'One number',
    request: { params },
    responses: { 200: json('The number.', One) },
  })
  const change = createRoute({
    method: 'put',
    path: '/api/phone-numbers/{id}',
    tags,
    summary: 'Change a number: what is given replaces, credentials one by one',
    request: { params, body: body(UpdateNumber) },
    responses: { 200: json('The number as it is now.', One) },
  })
  const changeByBody = createRoute({
    method: 'put',
    path: '/api/phone-numbers',
    tags,
    summary: 'The same, with the id in the body',
    request: { body: body(UpdateNumber.extend({ id: z.string().max(128) })) },
    responses: { 200: json('The number as it is now.', One) },
  })
  const remove = createRoute({
    method: 'delete',
    path: '/api/phone-numbers/{id}',
    tags,
    summary: 'Delete a number; its calls stay in the log',
    request: { params },
    responses: { 200: Gone },
  })
  const removeByQuery = createRoute({
    method: 'delete',
    path: '/api/phone-numbers',
    tags,
    summary: 'The same, with the id in the query',
    request: { query: z.object({ id: z.string().max(128) }) },
    responses: { 200: Gone },
  })
  const rotate = createRoute({
    method: 'post',
    path: '/api/phone-numbers/{id}/rotate-secret',
    tags,
    summary: 'New secrets: the old URLs are wrong at once, paste the new ones at the carrier',
    request: { params },
    responses: { 200: json('The number with its new URLs.', One) },
  })
  return { list, create, show, change, changeByBody, remove, removeByQuery, rotate }
}

/** `carriers` say what their numbers are set up with and able to do, `addresses` what is to be pasted there besides the addresses of every number. */
export function phoneNumberRoutes(rooms: {
  numbers: PhoneNumbers
  carriers: readonly Carrier[]
  addresses: (number: KeptNumber) => Readonly<Record<string, string>>
  where: Whereabouts
}): Endpoint[] {
  const { carriers, numbers } = rooms
  const { list, create, show, change, changeByBody, remove, removeByQuery, rotate } = operations(carriers)
  const view = (number: KeptNumber) => {
    const carrier = carriers.find(({ name }) => name === number.provider)
    return numberView(number, { base: rooms.where.url(), carrier, addresses: rooms.addresses(number) })
  }
  const mine = (c: HttpContext) => c.get('principal').organisationId
  async function updated(organisationId: string, id: string, given: NumberChanges) {
    const number = await numbers.update(organisationId, id, {
      ...changeOf(carriers, given),
      ...(given.provider ? { provider: given.provider } : {}),
    })
    if (!number) throw unknown()
    return { success: true as const, phoneNumber: view(number) }
  }
  async function removed(organisationId: string, id: string) {
    if (!(await numbers.remove(organisationId, id))) throw unknown()
    return { success: true as const }
  }
  const routes = [
    endpoint(READ, list, async (c) => c.json({ success: true as const, phoneNumbers: (await numbers.list(mine(c))).map(view) }, 200)),
    endpoint(WRITE, create, async (c) => {
      const given = c.req.valid('json')
      const { phoneNumber, provider } = given
      const number = await numbers.create(mine(c), { ...changeOf(carriers, given), phoneNumber, provider })
      return c.json({ success: true as const, phoneNumber: view(number) }, 201)
    }),
    endpoint(READ, show, async (c) => {
      const number = await numbers.get(mine(c), c.req.valid('param').id)
      if (!number) throw unknown()
      return c.json({ success: true as const, phoneNumber: view(number) }, 200)
    }),
    endpoint(WRITE, change, async (c) => c.json(await updated(mine(c), c.req.valid('param').id, c.req.valid('json')), 200)),
    endpoint(WRITE, changeByBody, async (c) => c.json(await updated(mine(c), c.req.valid('json').id, c.req.valid('json')), 200)),
    endpoint(WRITE, remove, async (c) => c.json(await removed(mine(c), c.req.valid('param').id), 200)),
    endpoint(WRITE, removeByQuery, async (c) => c.json(await removed(mine(c), c.req.valid('query').id), 200)),
    endpoint(WRITE, rotate, async (c) => {
      const number = await numbers.rotateSecret(mine(c), c.req.valid('param').id)
      if (!number) throw unknown()
      return c.json({ success: true as const, phoneNumber: view(number) }, 200)
    }),
  ]
  return routes.map((route) => ({ ...route, refusals: { success: false } }))
}

const unknown = () => new Problem('not_found', 'There is no phone number with this id.')

/** The guide's words → ours. */
function changeOf(carriers: readonly Carrier[], given: NumberChanges): NumberChange {
  const fields = given as Readonly<Record<string, unknown>>
  const configs = Object.fromEntries(
    carriers.flatMap(({ name }) => {
      const config = fields[configField(name)]
      return config === undefined ? [] : [[name, config as Readonly<Record<string, unknown>>]]
    }),
  )
  const active = given.isActive ?? (given.status === undefined ? undefined : given.status === 'active')
  const { phoneNumber, displayName, linkedAgentId, inboundAnswer, allowedIps, carriers: after } = given
  return {
    ...(phoneNumber === undefined ? {} : { phoneNumber }),
    ...(displayName === undefined ? {} : { displayName }),
    ...(Object.keys(configs).length === 0 ? {} : { configs }),
    ...(linkedAgentId === undefined ? {} : { agentId: linkedAgentId || null }),
    ...(active === undefined ? {} : { active }),
    ...(inboundAnswer === undefined ? {} : { inboundAnswer }),
    ...(allowedIps === undefined ? {} : { allowedIps }),
    ...(after === undefined ? {} : { carriers: after }),
  }
}
