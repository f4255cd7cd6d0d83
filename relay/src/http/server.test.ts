import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { createRoute } from '@hono/zod-openapi'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createLogger } from '../logger.ts'
import { createMetrics } from '../metrics.ts'
import { createApp } from './app.ts'
import { body, endpoint, json } from './endpoint.ts'
import { createHttpServer } from './server.ts'
import { createUpgrades } from './upgrade.ts'

const logger = createLogger({ level: 'silent' })
const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const Note = z.object({ text: z.string() })
const notes = endpoint(
  { who: 'visitor' },
  createRoute({
    method: 'post',
    path: '/api/notes',
    request: { body: body(Note) },
    responses: { 201: json('Kept.', z.object({ length: z.int() })) },
  }),
  async (c) => c.json({ length: c.req.valid('json').text.length }, 201),
)

function serverOn(settings: { port: number; host: string }) {
  const { app } = createApp([notes], {
    logger,
    metrics: createMetrics({ activeCalls: () => 0, sockets: () => 0, logDepth: () => 0 }),
    trustProxy: { kind: 'none' },
    audit: { write: async () => undefined },
    consoleOrigins: () => [],
    gate: { identify: () => Promise.reject(new Error('not asked')), metricsToken: () => false },
  })
  return createHttpServer({
    app,
    upgrades: createUpgrades({ routes: [], maxSockets: 1, trustProxy: { kind: 'none' }, logger }),
    settings,
    logger,
  })
}

async function house() {
  const server = serverOn({ port: 0, host: '127.0.0.1' })
  const port = await server.listen()
  closers.push(() => server.close())
  return { port, server }
}

describe('the server', () => {
  it('refuses a large body so that the client reads it, on a connection that goes on', async () => {
    const { port } = await house()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    closers.push(() => agent.destroy())
    const post = async (text: string, headers: Record<string, string | number>) => {
      const outgoing = request({
        port,
        agent,
        method: 'POST',
        path: '/api/notes',
        headers: { 'content-type': 'application/json', ...headers },
      })
      outgoing.end(JSON.stringify({ text }))
      const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
      let said = ''
      for await (const piece of answer) said += String(piece)
      return { status: answer.statusCode, said: JSON.parse(said), reused: outgoing.reusedSocket }
    }
    const chunked = { 'transfer-encoding': 'chunked' }
    const tooLarge = 'x'.repeat(5 * 1024 * 1024)
    const declared = { 'content-length': tooLarge.length + 11 }
    expect(await post('first', chunked)).toMatchObject({ status: 201, said: { length: 5 } })
    for (const headers of [declared, chunked, declared]) {
      expect(await post(tooLarge, headers)).toMatchObject({ status: 413, said: { code: 'payload_too_large' }, reused: true })
    }
    expect(await post('x'.repeat(1024 * 1024 - 11), chunked)).toMatchObject({ status: 201, reused: true })
    expect(await post('x'.repeat(1024 * 1024 - 10), chunked)).toMatchObject({ status: 413, reused: true })
  })

  it('answers what is no request in the shape of every refusal', async () => {
    const { port } = await house()
    const raw = connect(port, '127.0.0.1')
    closers.push(() => void raw.destroy())
    raw.write('GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n')
    let said = ''
    for await (const piece of raw) said += String(piece)
    expect(said).toMatch(/^HTTP\/1.1 400 /)
    expect(said).toContain('application/problem+json')
    expect(said).toContain('"code":"invalid_request"')
  })

  it('answers a request that offers another protocol', async () => {
    const { port } = await house()
    const raw = connect(port, '127.0.0.1')
    closers.push(() => void raw.destroy())
    raw.write(
      'GET /openapi.json HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n',
    )
    const [said] = await once(raw, 'data')
    expect(String(said)).toMatch(/^HTTP\/1.1 200 /)
  })

  it('says which setting is wrong when it cannot listen', async () => {
    const { port } = await house()
    await expect(serverOn({ port, host: '127.0.0.1' }).listen()).rejects.toMatchObject({
      variable: 'PORT',
      message: expect.stringContaining(String(port)),
    })
    await expect(serverOn({ port: 0, host: '203.0.113.1' }).listen()).rejects.toMatchObject({ variable: 'HOST' })
  })
})
