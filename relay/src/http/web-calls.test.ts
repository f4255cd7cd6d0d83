import { OpenAPIHono } from '@hono/zod-openapi'
import fc from 'fast-check'
import { createMiddleware } from 'hono/factory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createLimits } from '../access/limits.ts'
import { Persona } from '../agents/persona.ts'
import type { FromRelay, ProblemBody, WebCall } from '../protocol/index.ts'
import { type Answer, ownPage, startTestRelay, type TestRelay } from '../relay.test-kit.ts'
import type { HttpEnv } from './access.ts'
import { type WebCallRooms, webCalls } from './web-calls.ts'

let house: TestRelay
let admin: string
beforeAll(async () => {
  house = await startTestRelay({ env: { MAX_CALLS: '200', TRUST_PROXY: '1' } })
  admin = await house.token('admin')
})
afterAll(() => house.close())

const open = (json: object, headers: Record<string, string> = ownPage(house.relay)) =>
  house.ask('/api/web-calls', { method: 'POST', headers, json: { agentId: 'demo', ...json } })
const opened = async (json: object = {}) => (await (await open(json)).json()) as WebCall
const problem = async (answer: Response) => (await answer.json()) as ProblemBody
async function agent(json: object): Promise<string> {
  const answer = await house.ask('/api/agents', { method: 'POST', token: admin, json: { name: 'Test', ...json } })
  expect(answer.status).toBe(201)
  return ((await answer.json()) as Answer).agent.id
}

/** What a page sees of a socket until it closes. */
async function watch(mediaUrl: string, say: object[] = []): Promise<{ said: FromRelay[]; code: number }> {
  const ws = new WebSocket(mediaUrl.replace('localhost', '127.0.0.1'))
  const said: FromRelay[] = []
  ws.on('message', (data, binary) => {
    if (!binary) said.push(JSON.parse(String(data)))
  })
  ws.on('open', () => {
    for (const each of say) ws.send(JSON.stringify(each))
  })
  const code = await new Promise<number>((resolve) => ws.once('close', resolve))
  return { said, code }
}

describe('opening a call', () => {
  it('answers as the contract says, and keeps a session that is sent', async () => {
    const answer = await open({
      sessionId: 'shop.example:77',
      modality: 'text',
      variables: { name: 'Ada', vip: true },
      page: { url: 'https://x/', title: 'X' },
    })
    expect(answer.status).toBe(201)
    const call = (await answer.json()) as WebCall
    expect(call).toMatchObject({
      callId: expect.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
      sessionId: 'shop.example:77',
      mediaUrl: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/media\/[A-Za-z0-9_.-]+$/),
      audio: {
        input: { encoding: 'pcm_s16le', sampleRate: 16000, frameMs: 20 },
        output: { encoding: 'pcm_s16le', sampleRate: 24000, frameMs: 20 },
      },
      agent: { id: 'demo' },
    })
    expect(Date.parse(call.expiresAt)).toBeGreaterThan(Date.now())
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const made = await opened()
    expect(made.sessionId).toMatch(/^[A-Za-z0-9_.:-]{1,128}$/)
    expect(made.sessionId).not.toBe((await opened()).sessionId)
  })

  it('wants consent where the agent has terms, before anything else may happen', async () => {
    const agentId = await agent({ terms: { text: 'We record.', version: '3' } })
    expect(await problem(await open({ agentId }))).toMatchObject({ status: 422, code: 'consent_required' })
    expect((await open({ agentId, consent: false })).status).toBe(400)
    expect((await open({ agentId, consent: true })).status).toBe(201)
  })

  it('says which agent, transport or kind of call is not to be had', async () => {
    expect(await problem(await open({ agentId: 'nobody' }))).toMatchObject({ status: 404, code: 'not_found' })
    const twilio = await problem(await open({ transport: 'twilio' }))
    expect(twilio).toMatchObject({ status: 503, code: 'provider_unavailable' })
    expect(twilio.detail).toContain('transport: relay')
    const agentId = await agent({ modes: ['call-me'] })
    expect(await problem(await open({ agentId }))).toMatchObject({ status: 403, code: 'forbidden' })
    const dead = await agent({ engine: 'gemini', fallbacks: [] })
    expect(await problem(await open({ agentId: dead }))).toMatchObject({ status: 503, code: 'provider_unavailable' })
  })

  it('admits the origins that the agent lists, and those only', async () => {
    const agentId = await agent({ allowedOrigins: ['https://shop.example', 'null'] })
    for (const origin of ['https://shop.example', 'null']) expect((await open({ agentId }, { origin })).status).toBe(201)
    const own = await open({ agentId })
    expect(await problem(own)).toMatchObject({ status: 403, code: 'forbidden_origin' })
    expect(own.headers.get('access-control-allow-origin')).toBe('*')
    expect((await open({}, { origin: `http://localhost:${house.relay.port}` })).status).toBe(201)
  })

  it('lets an operator try an agent in the console, whatever pages the agent lists', async () => {
    const agentId = await agent({ allowedOrigins: ['https://shop.example'] })
    const vouch = async (authorization: object) =>
      ((await (await house.ask(`/api/agents/${agentId}/visitor-tokens`, { method: 'POST', ...authorization })).json()) as Answer).token
    const own = `http://localhost:${house.relay.port}`
    const byPerson = await vouch({ token: admin })
    expect((await open({ agentId, visitorToken: byPerson }, { origin: own })).status).toBe(201)
    expect((await open({ agentId, visitorToken: byPerson }, { origin: 'https://elsewhere.example' })).status).toBe(403)
    const other = await agent({ allowedOrigins: ['https://shop.example'] })
    expect((await open({ agentId: other, visitorToken: byPerson }, { origin: own })).status).toBe(403)
    const scopes = ['visitor-tokens:write']
    const made = await house.ask('/api/api-keys', { method: 'POST', token: admin, json: { name: 'shop', scopes } })
    const { key } = (await made.json()) as { key: string }
    expect((await open({ agentId, visitorToken: await vouch({ token: key }) }, { origin: own })).status).toBe(403)
  })

  it('lets a private agent’s visitors in with its owner’s word', async () => {
    const agentId = await agent({ visibility: 'private' })
    const vouch = (json: object) => house.ask(`/api/agents/${agentId}/visitor-tokens`, { method: 'POST', token: admin, json })
    const { token, expiresAt } = (await (await vouch({ userId: 'u-7' })).json()) as Answer
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now())
    expect((await open({ agentId, visitorToken: token })).status).toBe(201)
    expect((await open({ agentId, visitorToken: token, userId: 'u-7' })).status).toBe(201)
    expect((await open({ agentId, visitorToken: token, userId: 'u-8' })).status).toBe(403)
    expect((await open({ agentId })).status).toBe(401)
    expect((await vouch({ ttlMs: 1 })).status).toBe(400)
    const bare = await house.ask(`/api/agents/${agentId}/visitor-tokens`, { method: 'POST', token: admin })
    expect(bare.status).toBe(201)
  })

  it('stops a visitor who opens too many, by the address that the proxy vouches for', async () => {
    const agentId = await agent({ limits: { callsPerVisitorPerHour: 2 } })
    const from = (address: string) => open({ agentId }, { ...ownPage(house.relay), 'x-forwarded-for': address })
    for (let n = 0; n < 2; n++) expect((await from(`6.6.6.${n}, 203.0.113.9`)).status).toBe(201)
    const refused = await from('6.6.6.9, 203.0.113.9')
    expect(await problem(refused)).toMatchObject({ status: 429, code: 'rate_limited' })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused.headers.get('access-control-expose-headers')).toContain('Retry-After')
    expect((await from('203.0.113.10')).status).toBe(201)
  })

  it('opens exactly as many calls at once as the agent may hold', async () => {
    const agentId = await agent({ limits: { concurrentCalls: 3 } })
    const answers = await Promise.all(Array.from({ length: 9 }, () => open({ agentId })))
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 201, 201, 429, 429, 429, 429, 429, 429])
  })

  it('gives the place back where the carrier could not invite the page', async () => {
    const persona = Persona.parse({ name: 'Mira', limits: { concurrentCalls: 1 } })
    const agent = { ...{ id: 'demo', organisationId: 'org', persona, createdAt: new Date(0), updatedAt: new Date(0) } }
    let invited = 0
    const invite = () => {
      invited += 1
      return Promise.reject(new Error('no token could be made'))
    }
    const rooms = {
      agents: { find: async () => agent },
      calls: { list: () => [], newId: () => 'c-1' },
      limits: createLimits({ maxCalls: 1 }),
      pageCarriers: { of: async () => ({ door: { invite }, number: { id: 'pn_1' } }) },
      visitorTokens: { read: () => undefined },
      where: { consoleOrigins: () => [], ownOrigins: () => ['https://own.example'] },
      draining: () => false,
    }
    const app = new OpenAPIHono<HttpEnv>()
    const come = createMiddleware<HttpEnv>((c, next) => {
      c.set('address', '203.0.113.5')
      return next()
    })
    for (const entry of webCalls(rooms as unknown as WebCallRooms)) entry.mount(app, [come])
    const ask = () =>
      app.request('/api/web-calls', {
        method: 'POST',
        headers: { origin: 'https://own.example', 'content-type': 'application/json' },
        body: JSON.stringify({ agentId: 'demo', transport: 'twilio' }),
      })
    for (let time = 0; time < 2; time++) expect((await ask()).status).toBe(500)
    expect(invited).toBe(2)
  })

  it('answers anything with a call or a refusal, never with a fault', async () => {
    const anything = fc.oneof(
      fc.json(),
      fc
        .record(
          {
            agentId: fc.oneof(fc.constant('demo'), fc.string()),
            sessionId: fc.oneof(fc.string(), fc.integer()),
            modality: fc.oneof(fc.constantFrom('voice', 'text'), fc.string()),
            language: fc.oneof(fc.constantFrom('en', 'hi-IN', 'x-klingon'), fc.string({ unit: 'binary' })),
            variables: fc.dictionary(fc.string({ unit: 'binary' }), fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.boolean())),
            userId: fc.string({ unit: 'binary' }),
            page: fc.record({ url: fc.string({ unit: 'binary' }), title: fc.string({ unit: 'binary' }) }),
            visitorToken: fc.string(),
            consent: fc.anything(),
          },
          { requiredKeys: ['agentId'] },
        )
        .map((body) => JSON.stringify(body)),
    )
    await fc.assert(
      fc.asyncProperty(anything, async (body) => {
        const headers = { ...ownPage(house.relay), 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.77' }
        const answer = await house.ask('/api/web-calls', { method: 'POST', headers, body })
        await answer.arrayBuffer()
        expect([201, 400, 401, 404, 429]).toContain(answer.status)
      }),
      { numRuns: 150 },
    )
  })
})

describe('the media socket', () => {
  it('opens its call, and tells a late one how the call ended', async () => {
    const { mediaUrl, callId } = await opened({ modality: 'text' })
    const { said } = await watch(mediaUrl, [{ type: 'hangup' }])
    expect(said[0]).toMatchObject({ type: 'ready', callId, resumed: false })
    expect(said.at(-1)).toEqual({ type: 'ended', reason: 'visitor' })
    const late = await watch(mediaUrl)
    expect(late).toEqual({ said: [{ type: 'ended', reason: 'visitor' }], code: 4404 })
    const noisy = `${mediaUrl.slice(0, -3)}${mediaUrl.endsWith('AAA') ? 'BBB' : 'AAA'}`
    expect(await watch(noisy)).toEqual({ said: [], code: 4401 })
  })

  it('lets a newer socket of the same call take over', async () => {
    const { mediaUrl } = await opened({ modality: 'text' })
    const first = watch(mediaUrl)
    const second = new WebSocket(mediaUrl)
    await new Promise((resolve) => second.once('message', resolve))
    expect((await first).code).toBe(4409)
    second.send(JSON.stringify({ type: 'hangup' }))
    await new Promise((resolve) => second.once('close', resolve))
  })
})
