import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../checks/run-command.ts'
import { type Answer, ask, type Operator, signIn } from '../kit/operator.ts'
import { adminPassword, type RelayProcess, startDemo } from '../kit/relay-process.ts'
import { until } from '../kit/until.ts'
import { type Opened, openCall, Visitor } from '../kit/visitor.ts'

/** CONTRACT sections 4, 5, 6 and 8 over raw HTTP, from outside. */

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const ID = /^[A-Za-z0-9_-]{1,64}$/
const SESSION = /^[A-Za-z0-9_.:-]{1,128}$/

let demo: RelayProcess
let admin: Operator
beforeAll(async () => {
  demo = await startDemo()
  admin = await signIn(demo)
})
afterAll(() => demo?.[Symbol.asyncDispose]())

const get = (path: string, headers: Record<string, string> = {}) => ask(demo.url, 'GET', path, { headers })

function expectProblem(answer: Answer, status: number, code: string): void {
  expect(answer.body).toMatchObject({ status, code, type: expect.any(String), title: expect.any(String), detail: expect.any(String) })
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
}

async function newAgent(persona: Record<string, unknown>): Promise<string> {
  const answer = await admin.ask<{ agent: { id: string } }>('POST', '/api/agents', { name: 'Contract', ...persona })
  expect(answer.status, JSON.stringify(answer.body)).toBe(201)
  return answer.body.agent.id
}

describe('health and pages', () => {
  it.each([
    ['/healthz', /json/],
    ['/readyz', /json/],
    ['/metrics', /^text\/plain/],
    ['/openapi.json', /json/],
    ['/docs', /^text\/html/],
    ['/console', /^text\/html/],
    ['/', /^text\/html/],
    ['/voice-agent.js', /^text\/javascript/],
    ['/api/agents/demo/public', /json/],
  ])('%s answers 200, with and without a trailing slash', async (path, type) => {
    for (const each of new Set([path, `${path.replace(/\/$/, '')}/`])) {
      const answer = await get(each)
      expect(answer.status, each).toBe(200)
      expect(answer.headers.get('content-type'), each).toMatch(type)
    }
  })

  it('/ai-calls/* leads to the console', async () => {
    for (const path of ['/ai-calls', '/ai-calls/', '/ai-calls/anything', '/ai-calls/a/b']) {
      const answer = await get(path)
      expect(answer.status, path).toBeGreaterThanOrEqual(301)
      expect(answer.status, path).toBeLessThanOrEqual(308)
      expect(new URL(answer.headers.get('location') ?? '', demo.url).pathname).toBe('/console')
    }
  })

  it('the reference names the routes of visitors and operators', async () => {
    const { body } = await get('/openapi.json')
    const paths = Object.keys(body.paths as object)
    for (const path of [
      '/api/web-calls',
      '/api/calls',
      '/api/calls/active',
      '/api/auth/login',
      '/api/auth/refresh',
      '/api/auth/logout',
      '/api/agents',
    ]) {
      expect(paths).toContain(path)
    }
  })

  it('the widget may be loaded by any page, and its versioned address is immutable', async () => {
    const shell = await get('/voice-agent.js')
    expect(shell.headers.get('access-control-allow-origin')).toBe('*')
    expect(shell.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
    const { version } = JSON.parse(readFileSync(`${ROOT}/widget/package.json`, 'utf8')) as { version: string }
    const fixed = await get(`/voice-agent@${version}.js`)
    expect(fixed.status).toBe(200)
    expect(fixed.headers.get('cache-control')).toContain('immutable')
  })
})

describe('opening a call', () => {
  it('answers 201 in the forms of the contract', async () => {
    const { status, headers, body } = await openCall(demo.url, { page: { url: `${demo.url}/`, title: 'Shop' } })
    expect(status).toBe(201)
    expect(body.callId).toMatch(ID)
    expect(body.sessionId).toMatch(SESSION)
    expect(body.expiresAt).toMatch(TIME)
    expect(Date.parse(body.expiresAt)).toBeGreaterThan(Date.now())
    expect(new URL(body.mediaUrl)).toMatchObject({ protocol: 'ws:', search: '' })
    expect(body.audio).toEqual({
      input: { encoding: 'pcm_s16le', sampleRate: 16_000, frameMs: 20 },
      output: { encoding: 'pcm_s16le', sampleRate: 24_000, frameMs: 20 },
    })
    expect(body.agent).toMatchObject({ id: 'demo', name: expect.any(String), greeting: expect.any(String) })
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  })

  it('keeps a session id that is sent, and makes one only when it is missing', async () => {
    const sessionId = 'my.session:1_A-b'
    const first = await openCall(demo.url, { sessionId })
    const second = await openCall(demo.url, { sessionId })
    expect([first.body.sessionId, second.body.sessionId]).toEqual([sessionId, sessionId])
    expect(first.body.callId).not.toBe(second.body.callId)
  })

  it.each([
    ['a session id with forbidden characters', { sessionId: 'no spaces' }, 'sessionId'],
    ['an unknown modality', { modality: 'smell' }, 'modality'],
    ['variables that are no object', { variables: 'x' }, 'variables'],
    ['consent that is not true', { consent: 'yes' }, 'consent'],
    ['an agent id that is none', { agentId: '../etc' }, 'agentId'],
  ])('refuses %s with 400 and the path', async (_, body, path) => {
    const answer = await openCall(demo.url, body)
    expectProblem(answer as unknown as Answer, 400, 'invalid_request')
    expect((answer.body as unknown as { errors: { path: string }[] }).errors.map((each) => each.path)).toContain(path)
  })

  it('refuses a body that is no JSON, and one that is too large', async () => {
    const headers = { Origin: demo.url, 'Content-Type': 'application/json' }
    expectProblem(await ask(demo.url, 'POST', '/api/web-calls', { body: '{"agentId":', headers }), 400, 'invalid_request')
    const large = JSON.stringify({ agentId: 'demo', filler: 'x'.repeat(1024 * 1024) })
    expectProblem(await ask(demo.url, 'POST', '/api/web-calls', { body: large, headers }), 413, 'payload_too_large')
  })

  it('refuses an unknown agent with 404', async () => {
    expectProblem((await openCall(demo.url, { agentId: 'nobody' })) as unknown as Answer, 404, 'not_found')
  })

  it('wants consent where the agent has terms', async () => {
    const agentId = await newAgent({ terms: { text: 'We keep what you say.' } })
    expectProblem((await openCall(demo.url, { agentId })) as unknown as Answer, 422, 'consent_required')
    expect((await openCall(demo.url, { agentId, consent: true })).status).toBe(201)
  })

  it('answers 503 only when the engine and every fallback are unavailable', async () => {
    const agentId = await newAgent({ engine: 'gemini', fallbacks: ['openai'] })
    expectProblem((await openCall(demo.url, { agentId })) as unknown as Answer, 503, 'provider_unavailable')
    const spare = await newAgent({ engine: 'gemini', fallbacks: ['openai', 'offline'] })
    expect((await openCall(demo.url, { agentId: spare })).status).toBe(201)
  })

  it('answers 429 with Retry-After beyond the limit of calls', async () => {
    const agentId = await newAgent({ limits: { callsPerVisitorPerHour: 2 } })
    for (let call = 0; call < 2; call++) expect((await openCall(demo.url, { agentId })).status).toBe(201)
    const answer = await openCall(demo.url, { agentId })
    expectProblem(answer as unknown as Answer, 429, 'rate_limited')
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(answer.headers.get('access-control-expose-headers')).toMatch(/retry-after/i)
  })

  it('a private agent wants a token that its owner’s server got', async () => {
    const agentId = await newAgent({ visibility: 'private' })
    expectProblem((await openCall(demo.url, { agentId })) as unknown as Answer, 401, 'unauthorized')
    const key = await admin.ask<{ key: string }>('POST', '/api/api-keys', { name: 'server', scopes: ['visitor-tokens:write'] })
    const headers = { Authorization: `Bearer ${key.body.key}` }
    const vouched = await ask<{ token: string }>(demo.url, 'POST', `/api/agents/${agentId}/visitor-tokens`, {
      body: { userId: 'u1' },
      headers,
    })
    expect(vouched.status).toBe(201)
    expect((await openCall(demo.url, { agentId, visitorToken: vouched.body.token })).status).toBe(201)
    expect((await openCall(demo.url, { agentId, visitorToken: `${vouched.body.token}x` })).status).toBe(401)
  })
})

describe('origins', () => {
  it('admits the demo’s own names and refuses others, readably', async () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      expect((await openCall(demo.url, {}, { Origin: `http://${host}:${demo.port}` })).status, host).toBe(201)
    }
    for (const origin of ['https://elsewhere.example', 'null', `http://localhost:${demo.port + 1}`, `http://localhost.evil:${demo.port}`]) {
      const answer = await openCall(demo.url, {}, { Origin: origin })
      expectProblem(answer as unknown as Answer, 403, 'forbidden_origin')
      expect(answer.headers.get('access-control-allow-origin'), origin).toBe('*')
    }
  })

  it('a POST without Origin is refused, a GET is not', async () => {
    expectProblem(await ask(demo.url, 'POST', '/api/web-calls', { body: { agentId: 'demo' } }), 403, 'forbidden_origin')
    expect((await get('/api/agents/demo/public')).status).toBe(200)
  })

  it('preflights are answered for any origin, without credentials', async () => {
    const answer = await ask(demo.url, 'OPTIONS', '/api/web-calls', {
      headers: {
        Origin: 'https://elsewhere.example',
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'content-type',
      },
    })
    expect([200, 204]).toContain(answer.status)
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('access-control-allow-headers')).toMatch(/content-type/i)
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false)
  })

  it('operators’ routes have no CORS', async () => {
    for (const method of ['OPTIONS', 'GET']) {
      const answer = await ask(demo.url, method, '/api/calls', { headers: { Origin: 'https://elsewhere.example' } })
      expect(answer.headers.has('access-control-allow-origin'), method).toBe(false)
    }
  })

  it('an agent’s own list decides, `null` included', async () => {
    const agentId = await newAgent({ allowedOrigins: ['https://shop.example', 'null'] })
    for (const [origin, status] of [
      ['https://shop.example', 201],
      ['null', 201],
      [demo.url, 403],
      ['https://shop.example.evil', 403],
    ] as const) {
      expect((await openCall(demo.url, { agentId }, { Origin: origin })).status, origin).toBe(status)
    }
  })
})

describe('what a page may know', () => {
  it('is the public side of the agent and nothing more', async () => {
    const agentId = await newAgent({
      prompt: 'secret-prompt',
      knowledge: { text: [{ body: 'secret-knowledge' }] },
      tools: [{ name: 'secret_tool', description: '' }],
    })
    const { body } = await get(`/api/agents/${agentId}/public`)
    expect(body).toMatchObject({ name: 'Contract', greeting: expect.any(String), languages: expect.any(Array), modes: expect.any(Array) })
    expect(body).toHaveProperty('disclosure')
    expect(body).toHaveProperty('callbackCountries')
    expect(JSON.stringify(body)).not.toContain('secret')
  })
})

describe('operators', () => {
  it('need a token; an unknown address is 404 in the same shape', async () => {
    expectProblem(await get('/api/calls'), 401, 'unauthorized')
    expectProblem(await get('/api/calls', { Authorization: 'Bearer nonsense' }), 401, 'unauthorized')
    expectProblem(await get('/api/nowhere'), 404, 'not_found')
    expectProblem(await admin.ask('GET', '/api/calls/unknown'), 404, 'not_found')
  })

  it('sign in, refresh with rotation, and a token used twice revokes the sign-in', async () => {
    const password = adminPassword(demo.dataDir)
    const post = (path: string, body: unknown) =>
      ask<{ tokens: { access: string; refresh: string }; user: object }>(demo.url, 'POST', path, { body })
    const email = 'admin@localhost.localdomain'
    expect((await post('/api/auth/login', { email, password: `${password}x` })).status).toBe(401)
    const first = await post('/api/auth/login', { email, password })
    expect(first.body).toMatchObject({ tokens: { access: expect.any(String), refresh: expect.any(String) }, user: { role: 'admin' } })
    const [header, claims] = first.body.tokens.access
      .split('.', 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString() || '{}') as Record<string, unknown>)
    expect(header).toMatchObject({ alg: 'HS256', kid: expect.any(String) })
    expect(claims).toMatchObject({ iss: expect.any(String), aud: expect.anything() })
    expect(Number(claims?.exp) - Number(claims?.iat)).toBe(15 * 60)
    const second = await post('/api/auth/refresh', { refresh: first.body.tokens.refresh })
    expect(second.status).toBe(200)
    expect(second.body.tokens.refresh).not.toBe(first.body.tokens.refresh)
    expect((await post('/api/auth/refresh', { refresh: first.body.tokens.refresh })).status).toBe(401)
    expect((await post('/api/auth/refresh', { refresh: second.body.tokens.refresh })).status).toBe(401)
  })

  it('read calls in pages, and one call in the forms of the contract', async () => {
    const visitor = await talkBriefly()
    const listed = await admin.ask<{ calls: Record<string, unknown>[]; nextCursor: string | null }>('GET', '/api/calls?limit=1')
    expect(listed.body.calls).toHaveLength(1)
    const next = await admin.ask<{ calls: { id: string }[] }>(
      'GET',
      `/api/calls?limit=1&cursor=${encodeURIComponent(listed.body.nextCursor ?? '')}`,
    )
    expect(next.body.calls[0]?.id).not.toBe(listed.body.calls[0]?.id)
    const { body } = await admin.ask<{ call: Record<string, unknown> }>('GET', `/api/calls/${visitor.callId}`)
    expect(body.call).toMatchObject({
      id: visitor.callId,
      sessionId: visitor.sessionId,
      agentId: 'demo',
      kind: 'web',
      direction: 'inbound',
      status: 'completed',
      endReason: 'visitor',
      startedAt: expect.stringMatching(TIME),
      connectedAt: expect.stringMatching(TIME),
      endedAt: expect.stringMatching(TIME),
      durationMs: expect.any(Number),
      ai: expect.stringMatching(/^(active|paused|off)$/),
      recording: expect.anything(),
      capabilities: expect.anything(),
    })
    const transcript = await admin.ask<{ callId: string; sessionId: string; entries: object[] }>(
      'GET',
      `/api/calls/${visitor.callId}/transcript`,
    )
    expect(transcript.body).toMatchObject({ callId: visitor.callId, sessionId: visitor.sessionId, entries: expect.any(Array) })
    expect((await admin.ask('GET', `/api/calls/${visitor.callId}/evidence`)).body).toMatchObject({ verified: true })
    expect((await admin.ask('GET', `/api/calls/${visitor.callId}/events`)).status).toBe(200)
  })

  it('find the call that lives among the active ones', async () => {
    const { body } = await openCall(demo.url)
    const visitor = await new Visitor(body).connect()
    await visitor.seen('ready')
    const active = await admin.ask<{ calls: { id: string }[] }>('GET', '/api/calls/active')
    expect(active.body.calls.map((call) => call.id)).toContain(body.callId)
    await visitor.hangUp()
  })

  async function talkBriefly(): Promise<Opened> {
    const { body } = await openCall(demo.url)
    const visitor = await new Visitor(body).connect()
    await visitor.seen('ready')
    visitor.send({ type: 'text', text: 'Hello' })
    await visitor.entry('the question', (entry) => entry.role === 'visitor')
    await visitor.hangUp()
    await until('the call is stored', async () => {
      const { body: got } = await admin.ask<{ call?: { status: string } }>('GET', `/api/calls/${body.callId}`)
      return got.call?.status === 'completed'
    })
    return body
  }
})
