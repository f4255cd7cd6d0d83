import { once } from 'node:events'
import { connect } from 'node:net'
import { OpenAPIHono } from '@hono/zod-openapi'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { createLogger } from '../logger.ts'
import type { HttpEnv } from './access.ts'
import { createHttpServer } from './server.ts'
import { createUpgrades, refuse } from './upgrade.ts'

const logger = createLogger({ level: 'silent' })
const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function house(maxSockets: number) {
  const seen: { parts: readonly string[]; after: string | null }[] = []
  const upgrades = createUpgrades({
    maxSockets,
    trustProxy: { kind: 'none' },
    logger,
    routes: [
      {
        path: '/media/{token}',
        pattern: /^\/media\/([^/]+)\/?$/,
        access: 'media-token',
        accept({ ws, parts, query }) {
          seen.push({ parts, after: query.get('after') })
          if (parts[0] === 'bad') return refuse(ws, 4401, 'bad token')
          ws.send('welcome')
          ws.on('message', (data) => ws.send(data))
        },
      },
    ],
  })
  const server = createHttpServer({ app: new OpenAPIHono<HttpEnv>(), upgrades, settings: { port: 0, host: '127.0.0.1' }, logger })
  const port = await server.listen()
  closers.push(async () => {
    upgrades.close()
    await server.close()
  })
  return { port, seen, upgrades, open: (path: string) => new WebSocket(`ws://127.0.0.1:${port}${path}`) }
}

async function closeCode(ws: WebSocket): Promise<number> {
  const [code] = await once(ws, 'close')
  return code
}

describe('upgrades', () => {
  it('accepts, hands over the path’s parts and the query, trailing slash or not', async () => {
    const { open, seen } = await house(10)
    for (const path of ['/media/tok.en?after=7', '/media/tok.en/']) {
      const ws = open(path)
      const [hello] = await once(ws, 'message')
      expect(String(hello)).toBe('welcome')
      ws.close()
      await once(ws, 'close')
    }
    expect(seen).toEqual([
      { parts: ['tok.en'], after: '7' },
      { parts: ['tok.en'], after: null },
    ])
  })

  it('accepts before it refuses, so that a page can read the code', async () => {
    const { open, upgrades } = await house(10)
    const ws = open('/media/bad')
    expect(await closeCode(ws)).toBe(4401)
    await vi.waitFor(() => expect(upgrades.size()).toBe(0))
  })

  it('answers other paths 404, and takes a double slash for a path and not for a host', async () => {
    const { open, seen } = await house(10)
    for (const path of ['/nothing', '//media/x', '/media/', '/media/a/b', '/media']) {
      const [, response] = await once(open(path), 'unexpected-response')
      expect(response.statusCode).toBe(404)
      expect(response.headers['content-type']).toBe('application/problem+json')
    }
    expect(seen).toEqual([])
  })

  it('closes 1013 beyond what it holds, and has room again when one leaves', async () => {
    const { open, upgrades } = await house(2)
    const first = open('/media/a')
    const second = open('/media/b')
    await Promise.all([once(first, 'message'), once(second, 'message')])
    expect(await closeCode(open('/media/c'))).toBe(1013)
    first.close()
    await vi.waitFor(() => expect(upgrades.size()).toBe(1))
    const again = open('/media/d')
    await once(again, 'message')
    expect(upgrades.size()).toBe(2)
  })

  it('cuts a frame that no call could mean, and lives on', async () => {
    const { open } = await house(10)
    const ws = open('/media/a')
    await once(ws, 'message')
    ws.send(Buffer.alloc(300_000))
    expect(await closeCode(ws)).toBe(1009)
    await once(open('/media/b'), 'message')
  })

  it('survives sockets that break off in the middle of the handshake', async () => {
    const { port, open } = await house(10)
    for (const text of [
      'GET /media/a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      'GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    ]) {
      const raw = connect(port, '127.0.0.1')
      await once(raw, 'connect')
      raw.write(text)
      const [answer] = await once(raw, 'data')
      expect(String(answer)).toMatch(/^HTTP\/1.1 40[04]/)
      raw.resetAndDestroy()
    }
    await once(open('/media/b'), 'message')
  })
})
