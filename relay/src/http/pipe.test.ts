import { once } from 'node:events'
import { connect } from 'node:net'
import { OpenAPIHono } from '@hono/zod-openapi'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createRelayProof } from '../access/relay-proof.ts'
import { systemClock } from '../clock.ts'
import type { Holder } from '../live/peers.ts'
import { createLogger } from '../logger.ts'
import type { HttpEnv } from './access.ts'
import { createHttpServer } from './server.ts'
import { createUpgrades, refuse } from './upgrade.ts'

const logger = createLogger({ level: 'silent' })
const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A relay whose every socket is about the call in its path; `holding` says where that lives. */
async function relay(id: string, holding: (callId: string) => Promise<Holder | undefined>) {
  const seen: { ws: WebSocket; callId: string }[] = []
  const proof = createRelayProof({ authSecret: 'a secret of the tests, long enough', id, clock: systemClock })
  const upgrades = createUpgrades({
    maxSockets: 10,
    trustProxy: { kind: 'none' },
    logger,
    relays: { holding, proof },
    routes: [
      {
        path: '/media/{id}',
        pattern: /^\/media\/(\w+)$/,
        access: 'media-token',
        callOf: ({ parts }) => parts[0],
        admit: async ({ address, parts }) => (parts[0] === 'locked' ? undefined : address),
        accept({ ws, parts, admitted }) {
          if (parts[0] === 'bad') return refuse(ws, 4401, 'bad token')
          seen.push({ ws, callId: parts[0] ?? '' })
          ws.send(`welcome ${String(admitted)}`)
          ws.on('message', (data, isBinary) => ws.send(data, { binary: isBinary }))
        },
      },
      { path: '/relay/{id}', pattern: /^\/relay\/(\w+)$/, access: 'relay', accept: ({ ws }) => ws.send('welcome, relay') },
    ],
  })
  const server = createHttpServer({ app: new OpenAPIHono<HttpEnv>(), upgrades, settings: { port: 0, host: '127.0.0.1' }, logger })
  const port = await server.listen()
  closers.push(async () => {
    upgrades.close()
    await server.close()
  })
  return { id, port, proof, seen, upgrades, url: `http://127.0.0.1:${port}` }
}

/** The call is at `there`; the page asks `here`. */
async function two() {
  const there = await relay('relay_there', async () => undefined)
  const here = await relay('relay_here', async () => ({ is: 'there', organisationId: 'org', id: there.id, url: there.url }))
  return { here, there, open: (path: string) => new WebSocket(`ws://127.0.0.1:${here.port}${path}`) }
}

async function refusal(ws: WebSocket): Promise<{ status: number; body: Record<string, unknown> }> {
  const [, answer] = await once(ws, 'unexpected-response')
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  return { status: answer.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) }
}

describe('a socket that came to the wrong relay', () => {
  it('is the other’s: every byte both ways, and who is at its end', async () => {
    const { open, there } = await two()
    const ws = open('/media/abc')
    expect(String((await once(ws, 'message'))[0])).toBe('welcome 127.0.0.1')
    expect(there.seen.map(({ callId }) => callId)).toEqual(['abc'])
    for (const bytes of [0, 1, 640, 60_000]) {
      const frame = Buffer.alloc(bytes, 7)
      ws.send(frame)
      const [back, isBinary] = await once(ws, 'message')
      expect([isBinary, frame.equals(back as Buffer)]).toEqual([true, true])
    }
  })

  it('closes both ways with the reason that was given', async () => {
    const { open, there, here } = await two()
    const leaving = open('/media/abc')
    await once(leaving, 'message')
    const gone = once(there.seen[0]?.ws as WebSocket, 'close')
    leaving.close(4123, 'enough')
    expect([(await gone)[0], String((await gone)[1])]).toEqual([4123, 'enough'])

    const dismissed = open('/media/def')
    await once(dismissed, 'message')
    there.seen[1]?.ws.close(4408, 'slow')
    expect((await once(dismissed, 'close'))[0]).toBe(4408)

    const broken = open('/media/ghi')
    await once(broken, 'message')
    const lost = once(there.seen[2]?.ws as WebSocket, 'close')
    broken.terminate()
    expect((await lost)[0]).toBe(1006)
    expect((await once(open('/media/bad'), 'close'))[0]).toBe(4401)
    await expect.poll(() => [here.upgrades.size(), there.upgrades.size()]).toEqual([0, 0])
  })

  it('goes no faster than whoever reads slowly', async () => {
    const { here, there } = await two()
    const slow = connect(here.port, '127.0.0.1')
    slow.write(
      'GET /media/slow HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    )
    await once(slow, 'data')
    slow.pause()
    const far = there.seen[0]?.ws as WebSocket
    const chunk = Buffer.alloc(60_000)
    for (let sent = 0; sent < 64 * 1024 * 1024; sent += chunk.length) far.send(chunk)
    // What no buffer on the way takes waits with its sender, and not here.
    await expect.poll(() => far.bufferedAmount).toBeGreaterThan(16 * 1024 * 1024)
    const before = far.bufferedAmount
    slow.resume()
    await expect.poll(() => far.bufferedAmount).toBeLessThan(before)
    slow.destroy()
    await once(far, 'close')
  })

  it('is refused there in the words of there, and here when the other cannot be reached', async () => {
    const { open } = await two()
    expect(await refusal(open('/media/locked'))).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    const alone = await relay('relay_alone', async () => ({
      is: 'there',
      organisationId: 'org',
      id: 'relay_gone',
      url: 'http://127.0.0.1:9',
    }))
    const ws = new WebSocket(`ws://127.0.0.1:${alone.port}/media/abc`)
    expect(await refusal(ws)).toMatchObject({ status: 503, body: { code: 'provider_unavailable' } })
    await expect.poll(() => alone.upgrades.size()).toBe(0)
  })

  it('is passed on once, however sure two relays are that the other has the call', async () => {
    const urls: string[] = []
    const elsewhere = (at: number) => async () => ({ is: 'there' as const, organisationId: 'org', id: `relay_${at}`, url: urls[at] ?? '' })
    const [one, other] = [await relay('relay_0', elsewhere(1)), await relay('relay_1', elsewhere(0))]
    urls.push(one.url, other.url)
    const ws = new WebSocket(`ws://127.0.0.1:${one.port}/media/abc`)
    await once(ws, 'message')
    expect([one.seen.length, other.seen.length]).toEqual([0, 1])
  })

  it('breaks when its relay closes', async () => {
    const { here, open } = await two()
    const ws = open('/media/abc')
    await once(ws, 'message')
    here.upgrades.close()
    expect((await once(ws, 'close'))[0]).toBe(1006)
  })
})

describe('a relay’s own sockets', () => {
  it('are there for a relay of the house, and for nobody else', async () => {
    const { there } = await two()
    const target = '/relay/abc'
    const ask = (headers: Record<string, string>) => new WebSocket(`ws://127.0.0.1:${there.port}${target}`, { headers })
    const good = there.proof.issue({ to: there.id, address: '', method: 'GET', target })
    expect(String((await once(ask({ 'x-voice-agent-relay': good }), 'message'))[0])).toBe('welcome, relay')
    const strange = createRelayProof({ authSecret: 'the secret of another house entirely', id: 'x', clock: systemClock })
    const others = [
      {},
      { 'x-voice-agent-relay': 'nonsense' },
      { 'x-voice-agent-relay': strange.issue({ to: there.id, address: '', method: 'GET', target }) },
      { 'x-voice-agent-relay': there.proof.issue({ to: there.id, address: '', method: 'GET', target: '/relay/def' }) },
    ]
    for (const headers of others) expect((await refusal(ask(headers))).status).toBe(404)
  })
})
