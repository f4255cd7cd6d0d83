import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OpenAPIHono } from '@hono/zod-openapi'
import { afterEach, describe, expect, it } from 'vitest'
import { createRelayProof, RELAY_HEADER } from '../access/relay-proof.ts'
import { systemClock } from '../clock.ts'
import type { Holder } from '../live/peers.ts'
import { createLogger } from '../logger.ts'
import type { Access, HttpEnv } from './access.ts'
import { createElsewhere } from './forward.ts'
import { answerProblem } from './problems.ts'
import { createHttpServer } from './server.ts'
import { createUpgrades } from './upgrade.ts'

const logger = createLogger({ level: 'silent' })
const authSecret = 'a secret of the tests, long enough'
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const OPERATOR: Access = { who: 'operator', role: 'operator' }

/** A relay that does not hold the call `far`; `holder` does. */
async function here(holder: Holder, access: Access = OPERATOR) {
  const app = new OpenAPIHono<HttpEnv>()
  app.onError((error, c) => answerProblem(c, error, logger))
  const proof = createRelayProof({ authSecret, id: 'relay_here', clock: systemClock })
  const elsewhere = createElsewhere({ peers: { holding: async (id) => (id === 'far' ? holder : undefined) }, proof, clock: systemClock })
  app.use(async (c, next) => {
    c.set('address', '203.0.113.9')
    c.set('passedOn', c.req.header(RELAY_HEADER) !== undefined)
    c.set('principal', { kind: 'user', userId: 'u', organisationId: c.req.header('x-organisation') ?? 'org', role: 'admin' })
    await next()
  })
  app.all(
    '/api/calls/:id/:what',
    elsewhere.guard(access, (c) => c.req.param('id')),
    (c) => c.json({ answered: 'here' }),
  )
  const upgrades = createUpgrades({ routes: [], maxSockets: 1, trustProxy: { kind: 'none' }, logger })
  const server = createHttpServer({ app, upgrades, settings: { port: 0, host: '127.0.0.1' }, logger })
  const port = await server.listen()
  closers.push(() => server.close())
  const ask = (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${port}${path}`, init)
  return { ask, elsewhere }
}

/** The relay that holds it, as far as its wire goes. */
async function there(answer: RequestListener): Promise<Extract<Holder, { is: 'there' }>> {
  const server = createServer().on('request', answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return { is: 'there', organisationId: 'org', id: 'relay_there', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

describe('a request about a call of another relay', () => {
  it('goes there whole, proven, and comes back as it was answered', async () => {
    const proof = createRelayProof({ authSecret, id: 'relay_there', clock: systemClock })
    const seen: object[] = []
    const holder = await there(async (request, response) => {
      let text = ''
      for await (const chunk of request.setEncoding('utf8')) text += chunk
      const { headers, method = '', url = '' } = request
      const asker = proof.read(headers[RELAY_HEADER], { method, target: url })
      seen.push({ method, url, text, asker, authorization: headers.authorization, type: headers['content-type'] })
      response
        .writeHead(418, { 'content-type': 'application/json', 'retry-after': '7', 'x-request-id': 'of there' })
        .end('{"answered":"there"}')
    })
    const { ask } = await here(holder)
    const answer = await ask('/api/calls/far/say?twice=1', {
      method: 'POST',
      headers: { authorization: 'Bearer abc', 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.66' },
      body: JSON.stringify({ text: 'ü'.repeat(50_000) }),
    })
    expect([answer.status, await answer.json(), answer.headers.get('retry-after'), answer.headers.get('x-request-id')]).toEqual([
      418,
      { answered: 'there' },
      '7',
      'of there',
    ])
    expect(seen).toEqual([
      {
        method: 'POST',
        url: '/api/calls/far/say?twice=1',
        text: JSON.stringify({ text: 'ü'.repeat(50_000) }),
        asker: { address: '203.0.113.9' },
        authorization: 'Bearer abc',
        type: 'application/json',
      },
    ])
  })

  it('stays here when the call does, when it is another organisation’s, or when another relay has passed it on', async () => {
    let asked = 0
    const holder = await there((_, response) => {
      asked += 1
      response.end()
    })
    const { ask } = await here(holder)
    for (const [path, headers] of [
      ['/api/calls/near/say', {}],
      ['/api/calls/far/say', { 'x-organisation': 'other' }],
      ['/api/calls/far/say', { [RELAY_HEADER]: 'read before' }],
    ] as const) {
      expect(await (await ask(path, { method: 'POST', headers })).json()).toEqual({ answered: 'here' })
    }
    expect(asked).toBe(0)
    // A carrier's proof is another matter: it knows no organisations.
    const carriers = await here(holder, { who: 'carrier' })
    expect((await carriers.ask('/api/calls/far/say', { headers: { 'x-organisation': 'other' } })).status).toBe(200)
    expect(asked).toBe(1)
  })

  it('says whether it may be done when nothing comes back', async () => {
    const problem = async (holder: Holder) => {
      const { ask } = await here(holder)
      const answer = await ask('/api/calls/far/say', { method: 'POST' })
      return [answer.status, ((await answer.json()) as { detail: string }).detail]
    }
    expect(await problem({ is: 'gone', organisationId: 'org' })).toEqual([409, expect.stringContaining('is gone. The call is being ended')])
    const nobody: Holder = { is: 'there', organisationId: 'org', id: 'relay_there', url: (await there(() => undefined)).url }
    await closers.pop()?.()
    expect(await problem(nobody)).toEqual([503, expect.stringContaining('Nothing was done')])
    const dies = await there((request) => request.socket.destroy())
    expect(await problem(dies)).toEqual([503, expect.stringContaining('done or not')])
  })

  it('reads what the store has when nobody answers there', async () => {
    const { ask } = await here({ is: 'gone', organisationId: 'org' })
    expect(await (await ask('/api/calls/far/transcript')).json()).toEqual({ answered: 'here' })
    expect((await ask('/api/calls/far/transcript', { headers: { accept: 'text/event-stream' } })).status).toBe(409)
  })

  it('streams, and tells there when nobody reads any more', async () => {
    const gone = Promise.withResolvers<void>()
    const holder = await there((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('event: one\n\n')
      response.on('close', gone.resolve)
    })
    const { ask } = await here(holder)
    const reader = (await ask('/api/calls/far/transcript')).body?.getReader()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('event: one\n\n')
    await reader?.cancel()
    await gone.promise
  })

  it('is asked by a page’s socket in the same way, with the right it came with', async () => {
    const seen: unknown[] = []
    const holder = await there(({ headers, method, url }, response) => {
      seen.push([method, url, headers.authorization])
      response.end('{}')
    })
    const { elsewhere } = await here(holder)
    await elsewhere.ask(holder, { method: 'DELETE', path: '/api/calls/far/pause-ai', bearer: 'abc', address: '203.0.113.9' })
    expect(seen).toEqual([['DELETE', '/api/calls/far/pause-ai', 'Bearer abc']])
  })
})
