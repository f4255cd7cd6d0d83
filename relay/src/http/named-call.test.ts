import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import type { HouseNumber } from '../agents/house-number.ts'
import type { Doors } from '../carriers/house.ts'
import type { HttpEnv } from './access.ts'
import { createNamedCalls } from './named-call.ts'

const NUMBER = { id: 'pn_1', provider: 'toy' } as HouseNumber
const doors: Doors = {
  namesCall: ({ from, name, ours, to }, number) => ({
    carrierCallId: typeof name === 'string' ? `${name}${number ? ` of ${number.id}` : ''}` : undefined,
    callId: typeof ours === 'string' ? ours : undefined,
    arrival: { from, to },
  }),
}
const names = createNamedCalls({
  numbers: { find: async (id) => (id === NUMBER.id ? NUMBER : undefined) },
  doors: (carrier) => (carrier === 'toy' ? doors : undefined),
  named: async (_, name) => (name.startsWith('known') ? `call of ${name}` : undefined),
  expected: async ({ carrier, carrierCallId, from, number, to }) => `expected: ${carrier} ${carrierCallId}, ${from} at ${number?.id ?? to}`,
})
/** Answers with the call that was found, and with what was left of the body. */
const app = new Hono<HttpEnv>()
  .all('/number/:phoneId', async (c) => c.json({ call: await names.ofNumber(c), body: await c.req.raw.text() }))
  .all('/own/:callId?', async (c) => c.json({ call: await names.of('toy')(c), body: await c.req.raw.text() }))
  .all('/silent', async (c) => c.json({ call: await names.of('mute')(c) }))
const ask = async (path: string, body?: string, type = 'application/x-www-form-urlencoded') => {
  const headers = body === undefined ? {} : { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) }
  const answer = await app.request(path, { method: body === undefined ? 'GET' : 'POST', headers, ...(body === undefined ? {} : { body }) })
  return (await answer.json()) as { call?: string; body?: string }
}

describe('the call that a carrier’s request is about', () => {
  it.each([
    ['/number/pn_1?callId=abc', undefined, 'abc'],
    ['/own/abc', undefined, 'abc'],
    ['/own?callId=abc', undefined, 'abc'],
    ['/number/pn_1?name=known', undefined, 'call of known of pn_1'],
    ['/own?name=known', undefined, 'call of known'],
    ['/own?name=strange', undefined, undefined],
    ['/own?name=strange&ours=abc', undefined, 'abc'],
    ['/own?name=known&ours=abc', undefined, 'call of known'],
    // Nobody knows it: it may come in for a call of ours.
    ['/own?name=new&from=1&to=2', undefined, 'expected: toy new, 1 at 2'],
    ['/number/pn_1?name=new&from=1&to=2', undefined, 'expected: toy new of pn_1, 1 at pn_1'],
    ['/own?name=known&from=1&to=2', undefined, 'call of known'],
    ['/own?name=new&ours=abc&from=1&to=2', undefined, 'abc'],
    ['/own?from=1&to=2', undefined, undefined],
    ['/own?name=new&to=2', undefined, undefined],
    ['/number/pn_2?name=known', undefined, undefined],
    ['/silent?name=known', undefined, undefined],
    ['/own', '', undefined],
    ['/own', 'name=known', 'call of known'],
    ['/own', '{"name":"known"}', 'call of known'],
    ['/own', '{"name":', undefined],
    ['/own', `name=known&long=${'x'.repeat(70_000)}`, undefined],
  ])('%s %s', async (path, body, call) => {
    const answer = await ask(path, body)
    expect(answer.call).toBe(call)
    if (body !== undefined) expect(answer.body).toBe(body)
  })

  it('is read from parts, too, and the body stays as it came', async () => {
    const body = '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nknown\r\n--b--\r\n'
    expect(await ask('/own', body, 'multipart/form-data; boundary=b')).toEqual({ call: 'call of known', body })
    expect(await ask('/own', '--b broken', 'multipart/form-data; boundary=b')).toEqual({ body: '--b broken' })
  })
})
