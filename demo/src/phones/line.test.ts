import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { ToPage } from '../sandbox/phones/handset-wire.ts'
import { fromThisMachine, phoneLine } from './line.ts'
import type { FromNetwork } from './wire.ts'

/** The pipe between a page and the sandbox, with real sockets on both sides. */

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** The relay's side of the door: what `http/upgrade.ts` does with a route. */
async function door(sandboxUrl: string): Promise<string> {
  const route = phoneLine(sandboxUrl)
  const sockets = new WebSocketServer({ noServer: true })
  const server = createServer()
  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (ws) => route.accept({ ws, parts: [], query: new URLSearchParams(), admitted: true }))
  })
  return `ws://127.0.0.1:${await listen(server)}/phone/line`
}

async function network(): Promise<{ url: string; joined: Promise<WebSocket> }> {
  const server = createServer()
  const sockets = new WebSocketServer({ server, path: '/handsets' })
  const joined = once(sockets, 'connection').then(([socket]) => socket as WebSocket)
  return { url: `http://127.0.0.1:${await listen(server)}`, joined }
}

function page(url: string): WebSocket {
  const socket = new WebSocket(url)
  closing.push(() => socket.terminate())
  return socket
}

test('text and sound go both ways as they are, and what is said before the sandbox answers is not lost', async () => {
  const { url, joined } = await network()
  const socket = page(await door(url))
  await once(socket, 'open')
  socket.send('{"type":"answer","handset":1}')
  const far = await joined
  const [first, firstBinary] = await once(far, 'message')
  expect([String(first), firstBinary]).toEqual(['{"type":"answer","handset":1}', false])
  const frame = Buffer.from([2, 1, 0, 255, 127])
  socket.send(frame)
  expect(await once(far, 'message')).toEqual([frame, true])
  far.send(frame)
  expect(await once(socket, 'message')).toEqual([frame, true])
  far.send('{"type":"handsets"}')
  const [text, binary] = await once(socket, 'message')
  expect([String(text), binary]).toEqual(['{"type":"handsets"}', false])
})

test('a side that leaves takes the other with it', async () => {
  const { url, joined } = await network()
  const door1 = await door(url)
  const socket = page(door1)
  const far = await joined
  socket.close()
  await once(far, 'close')

  const second = page(door1)
  await once(second, 'open')
  closing.splice(0, 1)[0]?.()
  const [code] = await once(second, 'close')
  expect(code).toBe(1012)
})

test('without a sandbox the page is told so', async () => {
  const socket = page(await door('http://127.0.0.1:9'))
  const [code] = await once(socket, 'close')
  expect(code).toBe(1012)
})

test('only the page that is served here, on this machine, gets in', async () => {
  const headers = (origin?: string, host = 'localhost:8787') => ({ ...(origin && { origin }), host })
  const { admit } = phoneLine('http://127.0.0.1:9')
  const asks = (origin?: string, host?: string) =>
    admit?.({ url: '/phone/line', parts: [], address: '127.0.0.1', headers: headers(origin, host) })
  for (const host of ['localhost:8787', '127.0.0.1:8787', '[::1]:8787']) expect(await asks(`http://${host}`, host)).toBe(true)
  for (const [origin, host] of [
    [undefined, 'localhost:8787'],
    ['http://evil.example', 'localhost:8787'],
    ['http://evil.example', 'evil.example'],
    ['http://localhost:1', 'localhost:8787'],
    ['http://localhost.evil.example:8787', 'localhost.evil.example:8787'],
    ['null', 'localhost:8787'],
  ] as const)
    expect([origin, await asks(origin, host)]).toEqual([origin, undefined])
  expect(fromThisMachine('', 'localhost')).toBe(false)
})

test('the page knows every message that the sandbox sends', () => {
  const known = (message: ToPage): FromNetwork => message
  expect(known({ type: 'refused', handset: 0, message: 'busy' })).toHaveProperty('type', 'refused')
})
