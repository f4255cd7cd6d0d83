import { createRoute } from '@hono/zod-openapi'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createLogger } from '../logger.ts'
import { createMetrics } from '../metrics.ts'
import { PROBLEMS, Problem, type ProblemBody } from '../protocol/problem.ts'
import { createApp } from './app.ts'
import { body, type Endpoint, endpoint, json, page } from './endpoint.ts'

const logger = createLogger({ level: 'silent' })
const metrics = createMetrics({ activeCalls: () => 0, sockets: () => 0, logDepth: () => 0 })
const rooms = {
  logger,
  metrics,
  trustProxy: { kind: 'none' } as const,
  audit: { write: async () => undefined },
  consoleOrigins: () => ['https://console.example'],
  gate: {
    identify: async (bearer: string | undefined) => {
      if (bearer !== 'good') throw new Problem('unauthorized', 'Sign in before you ask.')
      return { kind: 'user', organisationId: 'o_1', userId: 'u_1', role: 'viewer' } as const
    },
    metricsToken: () => false,
  },
}
const Thing = z.object({ name: z.string(), inner: z.object({ size: z.number() }).optional() })
const things = createRoute({
  method: 'post',
  path: '/api/things/{id}',
  request: { params: z.object({ id: z.string().regex(/^[a-z]+$/) }), body: body(Thing) },
  responses: { 201: json('Made.', Thing) },
})
const secret = createRoute({ method: 'get', path: '/api/secret', responses: { 200: json('Yours.', z.object({ org: z.string() })) } })
const table: Endpoint[] = [
  endpoint({ who: 'visitor' }, things, async (c) => c.json(c.req.valid('json'), 201)),
  endpoint({ who: 'operator', role: 'viewer' }, secret, async (c) => c.json({ org: c.get('principal').organisationId }, 200)),
  page({ who: 'public' }, '/broken', () => {
    throw new Error('password hunter2 in a stack')
  }),
]
const { app } = createApp(table, rooms)
const post = (text: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
  app.request('/api/things/a', { method: 'POST', body: text, headers })

const problemOf = async (answer: Response) => (await answer.json()) as ProblemBody

describe('the app', () => {
  it('does not start with a route whose access nobody declared', () => {
    const stray: Endpoint = {
      access: { who: 'public' },
      method: 'get',
      path: '/fine',
      mount: (on) => void on.get('/stray', (c) => c.text('')),
    }
    expect(() => createApp([stray], rooms)).toThrow('GET /stray declares no access')
  })

  it('does not start with two routes on one path, nor with an extension that pretends to be the API', () => {
    expect(() => createApp([...table, ...table], rooms)).toThrow('Two routes claim')
    expect(() => createApp(table, rooms, (on) => void on.get('/api/more', (c) => c.text('')))).toThrow('/api/more')
    expect(() => createApp(table, rooms, (on) => void on.get('/shop', (c) => c.text('')))).not.toThrow()
  })

  it('answers every refusal as a problem', async () => {
    const cases = [
      [await post('{'), 400, 'invalid_request'],
      [await post('{"name":1}'), 400, 'invalid_request'],
      [await post('name=x', { 'content-type': 'application/x-www-form-urlencoded' }), 400, 'invalid_request'],
      [await post('{"name":"x"}', {}), 400, 'invalid_request'],
      [await post(JSON.stringify({ name: 'x'.repeat(1024 * 1024) })), 413, 'payload_too_large'],
      [
        await app.request('/api/things/NO', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }),
        404,
        'not_found',
      ],
      [await app.request('/nothing'), 404, 'not_found'],
      [await app.request('/api/things/a'), 404, 'not_found'],
      [await app.request('/api/secret'), 401, 'unauthorized'],
      [await app.request('/broken'), 500, 'internal'],
    ] as const
    for (const [answer, status, code] of cases) {
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      const problem = await problemOf(answer)
      expect(problem).toMatchObject({ type: expect.any(String), title: expect.any(String), status, code })
      expect(problem.detail.length).toBeGreaterThan(10)
      expect(answer.status).toBe(status)
      expect(JSON.stringify(problem)).not.toContain('hunter2')
    }
  })

  it('names the fields that do not fit, and the methods that would', async () => {
    expect((await problemOf(await post('{"name":1,"inner":{"size":"x"}}'))).errors?.map(({ path }) => path)).toEqual(['name', 'inner.size'])
    const wrong = await app.request('/api/things/a/')
    expect(wrong.headers.get('allow')).toBe('POST')
  })

  it('answers the same with and without a trailing slash', async () => {
    const ask = (path: string) =>
      app.request(path, { method: 'POST', body: '{"name":"x"}', headers: { 'content-type': 'application/json' } })
    expect((await ask('/api/things/a')).status).toBe(201)
    expect((await ask('/api/things/a/')).status).toBe(201)
  })

  it('lets pages of any origin ask and read, never with credentials', async () => {
    const preflight = await app.request('/api/things/a', {
      method: 'OPTIONS',
      headers: { origin: 'https://any.example', 'access-control-request-method': 'POST' },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
    expect(preflight.headers.get('access-control-allow-methods')).toBe('POST')
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Content-Type')
    for (const answer of [preflight, await post('{'), await post('{"name":"x"}')]) {
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    }
  })

  it('lets only the console’s origins read what operators read', async () => {
    const ask = (origin: string, method = 'GET') =>
      app.request('/api/secret', { method, headers: { origin, authorization: 'Bearer good' } })
    for (const method of ['GET', 'OPTIONS']) {
      expect((await ask('https://console.example', method)).headers.get('access-control-allow-origin')).toBe('https://console.example')
      const other = await ask('https://other.example', method)
      expect(other.headers.get('access-control-allow-origin')).toBeNull()
      expect(other.headers.get('vary')).toContain('Origin')
    }
  })

  it('marks every answer as private to its reader', async () => {
    for (const answer of [await post('{'), await app.request('/api/secret'), await app.request('/nothing')]) {
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    }
  })

  it('answers any body with 201 or a client’s error', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1')),
        ),
        async (text) => {
          const answer = await post(text)
          expect([201, 400]).toContain(answer.status)
        },
      ),
    )
  })

  it('has a title for every code', async () => {
    for (const code of Object.keys(PROBLEMS) as (keyof typeof PROBLEMS)[]) {
      const { app: one } = createApp(
        [
          page({ who: 'public' }, '/x', () => {
            throw new Problem(code, 'Because.', { retryAfterMs: 1500 })
          }),
        ],
        rooms,
      )
      const answer = await one.request('/x')
      expect(answer.status).toBe(PROBLEMS[code])
      expect(answer.headers.get('retry-after')).toBe('2')
      expect((await problemOf(answer)).title.length).toBeGreaterThan(3)
    }
  })
})
