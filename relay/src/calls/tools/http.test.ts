import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createGuardedFetch } from '../../access/guarded-fetch.ts'
import { ToolSpec } from '../../agents/persona.ts'
import { TestClock } from '../../clock.test-kit.ts'
import { createAskService } from './http.ts'

let server: Server
let origin: string
let asked: { method: string | undefined; url: string | undefined; headers: IncomingHttpHeaders; body: string }[]
let answer: { status: number; type: string; body: string }

beforeEach(async () => {
  asked = []
  answer = { status: 200, type: 'application/json', body: '{"ships":"today"}' }
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    asked.push({ method: request.method, url: request.url, headers: request.headers, body })
    response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const never = new AbortController().signal
function setUp(http: Record<string, unknown>, headers: Record<string, string> = {}) {
  const tool = ToolSpec.parse({ name: 'get_order', description: '', kind: 'http', http: { url: `${origin}/orders/{id}`, ...http } })
  const fetch = createGuardedFetch({ clock: new TestClock(), privateHosts: [new URL(origin).host] })
  const askService = createAskService({ fetch, openHeaders: () => headers })
  return (values: Record<string, unknown>, signal = never) => askService({ agentId: 'a_1', tool, arguments: values }, signal)
}

test('GET: path and query; POST: path and body; the header goes along', async () => {
  expect(await setUp({}, { 'X-Key': 's3cret' })({ id: 'a/b', lang: 'en' })).toEqual({ ships: 'today' })
  expect(await setUp({ method: 'POST' })({ id: 7, note: 'now' })).toEqual({ ships: 'today' })
  expect(asked).toMatchObject([
    { method: 'GET', url: '/orders/a%2Fb?lang=en', body: '', headers: { 'x-key': 's3cret' } },
    { method: 'POST', url: '/orders/7', body: '{"note":"now"}' },
  ])
})

test('an answer of nothing is a yes; a refusal of the service is an error with what it said', async () => {
  answer = { status: 204, type: 'text/plain', body: '' }
  expect(await setUp({ method: 'DELETE' })({ id: 1 })).toEqual({ ok: true })
  answer = { status: 404, type: 'application/json', body: '{"detail":"no such order"}' }
  expect(await setUp({})({ id: 1 })).toEqual({ error: 'The service answered with status 404.', answer: { detail: 'no such order' } })
})

test('what goes wrong is told in plain words, and never rejects', async () => {
  expect(await setUp({})({})).toEqual({ error: expect.stringContaining('id: ') })
  expect(await setUp({ url: 'https://127.0.0.1:1/' })({})).toEqual({ error: expect.stringContaining('private network') })
  expect(await setUp({})({ id: 1 }, AbortSignal.abort())).toEqual({ error: expect.stringContaining('given up') })
  expect(asked).toEqual([])
  const tool = ToolSpec.parse({ name: 'get_order', description: '', kind: 'http', http: { url: 'https://shop.example/' } })
  const broken = createAskService({
    fetch: async () => ({ status: 200, content: 'x' }),
    openHeaders() {
      throw new Error('Unsupported state or unable to authenticate data: s3cret')
    },
  })
  expect(await broken({ agentId: 'a_1', tool, arguments: {} }, never)).toEqual({ error: 'The tool get_order could not be used.' })
})

test('a service that echoes its headers does not tell the model the secret', async () => {
  answer.body = JSON.stringify({ headers: ['Bearer s3cret-of-shop'], 's3cret-of-shop': 1, token: 's3cret-of-shop' })
  const told = JSON.stringify(await setUp({}, { Authorization: 'Bearer s3cret-of-shop' })({ id: 1 }))
  expect(told).toContain('(hidden)')
  expect(told).not.toContain('s3cret')
})
