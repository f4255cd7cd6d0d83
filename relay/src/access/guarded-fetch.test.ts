import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import { createGuardedFetch, FetchRefused, isHeaderValue, isOwnHeader } from './guarded-fetch.ts'

interface Asked {
  method: string | undefined
  url: string | undefined
  headers: IncomingMessage['headers']
  body: string
}

let server: Server
let port: number
let asked: Asked[]
let answer: (response: ServerResponse) => void

beforeEach(async () => {
  asked = []
  answer = (response) => void response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end('{"ships":"today"}')
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      asked.push({ method: request.method, url: request.url, headers: request.headers, body })
      answer(response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const localhost = [{ address: '127.0.0.1', family: 4 }]
function setUp(more: Partial<Parameters<typeof createGuardedFetch>[0]> = {}) {
  const clock = new TestClock()
  const resolved: string[] = []
  const resolve = async (host: string) => {
    resolved.push(host)
    return localhost
  }
  const get = createGuardedFetch({ clock, privateHosts: [`shop.test:${port}`], resolve, ...more })
  return { clock, resolved, get, url: `http://shop.test:${port}` }
}
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'was let through',
    (error: unknown) => (error instanceof FetchRefused ? error.message : `another error: ${error}`),
  )

test('asks with method, headers and body, and decodes JSON', async () => {
  const { get, url, resolved, clock } = setUp()
  const body = JSON.stringify({ note: 'grün' })
  expect(await get({ url: `${url}/a?b=1`, method: 'POST', headers: { 'X-Key': 'secret' }, body })).toEqual({
    status: 200,
    content: { ships: 'today' },
  })
  expect(asked).toEqual([
    {
      method: 'POST',
      url: '/a?b=1',
      body,
      headers: expect.objectContaining({
        host: `shop.test:${port}`,
        'x-key': 'secret',
        'content-type': 'application/json',
        'accept-encoding': 'identity',
        connection: 'close',
      }),
    },
  ])
  expect(resolved).toEqual(['shop.test'])
  expect(clock.waiting).toBe(0)
})

test('text stays text, an empty JSON answer is null, broken JSON is refused, any status is told', async () => {
  const { get, url } = setUp()
  answer = (response) => void response.writeHead(404, { 'content-type': 'text/plain' }).end('{"no":1}')
  expect(await get({ url, method: 'GET' })).toEqual({ status: 404, content: '{"no":1}' })
  answer = (response) => void response.writeHead(200, { 'content-type': 'application/problem+json' }).end()
  expect(await get({ url, method: 'DELETE' })).toEqual({ status: 200, content: null })
  answer = (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"a"')
  expect(await refusal(get({ url, method: 'GET' }))).toContain('JSON that cannot be read')
  answer = (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('['.repeat(50_000) + ']'.repeat(50_000))
  expect(await refusal(get({ url, method: 'GET' }))).toContain('levels deep')
})

test('a name that leads into a private network is refused before anything is sent, also beside public addresses', async () => {
  for (const addresses of [localhost, [{ address: '8.8.8.8', family: 4 }, ...localhost], [{ address: '::ffff:10.0.0.1', family: 6 }]]) {
    const { get } = setUp({ privateHosts: [], resolve: async () => addresses })
    expect(await refusal(get({ url: `https://shop.test:${port}/`, method: 'GET' }))).toContain('private network')
  }
  expect(asked).toEqual([])
})

test('addresses in the URL, in any spelling, are looked at without asking for a name', async () => {
  const { get, resolved } = setUp({ privateHosts: [] })
  for (const host of [
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '017700000001',
    '[::1]',
    '[::ffff:7f00:1]',
    '169.254.169.254',
    '0',
    '[fd00:ec2::254]',
  ])
    expect(await refusal(get({ url: `https://${host}/`, method: 'GET' })), host).toContain('private network')
  expect(resolved).toEqual([])
})

test('a name is resolved once: one that leads elsewhere the second time changes nothing', async () => {
  // The name exists nowhere else: only the addresses that were looked at can have led to the server.
  let looks = 0
  const { get, url } = setUp({
    resolve: async () => {
      looks += 1
      return looks === 1 ? localhost : [{ address: '127.0.0.9', family: 4 }]
    },
  })
  expect((await get({ url, method: 'GET' })).status).toBe(200)
  expect(looks).toBe(1)
})

test('redirects are not followed', async () => {
  const { get, url } = setUp()
  answer = (response) => void response.writeHead(302, { location: `${url}/elsewhere` }).end()
  expect(await refusal(get({ url, method: 'GET' }))).toContain('redirects')
  expect(asked).toHaveLength(1)
})

test('an answer that is too long is refused, whether it says so or not, and one that just fits is not', async () => {
  const { get, url } = setUp({ maxBytes: 2048 })
  answer = (response) => void response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 2049 }).end('x'.repeat(2049))
  expect(await refusal(get({ url, method: 'GET' }))).toContain('more than 2 KiB')
  const closed = Promise.withResolvers<void>()
  answer = (response) => {
    response.on('close', closed.resolve)
    response.writeHead(200, { 'content-type': 'text/plain' })
    const more = () => response.destroyed || response.write('x'.repeat(1000), more)
    more()
  }
  expect(await refusal(get({ url, method: 'GET' }))).toContain('more than 2 KiB')
  await closed.promise
  answer = (response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end('x'.repeat(2048))
  expect((await get({ url, method: 'GET' })).content).toHaveLength(2048)
})

test('an answer compressed all the same is refused', async () => {
  const { get, url } = setUp()
  answer = (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('x')
  expect(await refusal(get({ url, method: 'GET' }))).toContain('compressed')
})

test('one limit of time over all: a server that hangs, one that trickles, and a name that does not resolve', async () => {
  const slow = setUp()
  for (const begin of [() => undefined, (response: ServerResponse) => void response.writeHead(200).write('x')]) {
    const reached = Promise.withResolvers<ServerResponse>()
    answer = (response) => {
      begin(response)
      reached.resolve(response)
    }
    const work = refusal(slow.get({ url: slow.url, method: 'GET', timeoutMs: 500 }))
    const response = await reached.promise
    const closed = new Promise((resolve) => response.on('close', resolve))
    await slow.clock.advance(500)
    expect(await work).toBe('The service did not answer within 500 ms.')
    await closed
  }
  const nameless = setUp({ resolve: () => new Promise(() => undefined) })
  const work = refusal(nameless.get({ url: nameless.url, method: 'GET' }))
  await nameless.clock.advance(10_000)
  expect(await work).toContain('did not answer within')
  expect(nameless.clock.waiting).toBe(0)
})

test('who asked may leave: the socket closes', async () => {
  const { get, url, clock } = setUp()
  const reached = Promise.withResolvers<ServerResponse>()
  answer = reached.resolve
  const leaving = new AbortController()
  const work = refusal(get({ url, method: 'GET' }, leaving.signal))
  const response = await reached.promise
  const closed = new Promise((resolve) => response.on('close', resolve))
  leaving.abort()
  expect(await work).toContain('given up')
  await closed
  expect(clock.waiting).toBe(0)
  expect(await refusal(get({ url, method: 'GET' }, AbortSignal.abort()))).toContain('given up')
  expect(asked).toHaveLength(1)
})

test('hosts outside the allowed ones, http, other methods and headers that break lines are refused', async () => {
  const { get, url, resolved } = setUp()
  expect(await refusal(get({ url, method: 'GET', allowedHosts: ['*.shop.test'] }))).toContain('not among the allowed hosts')
  expect(await refusal(get({ url: 'http://other.test/', method: 'GET' }))).toContain('https://')
  expect(await refusal(get({ url, method: 'CONNECT' }))).toContain('method')
  expect(await refusal(get({ url, method: 'GET', headers: { 'x-a': 'b\r\nx-c: d' } }))).toContain('cannot be sent')
  expect(await refusal(get({ url, method: 'GET', headers: { 'x-a\r\nx-c': 'd' } }))).toContain('cannot be sent')
  for (const name of ['Host', 'content-length', 'Transfer-Encoding', 'connection', 'Proxy-Authorization', 'upgrade', '', 'a b', 'a:b'])
    expect(isOwnHeader(name), name).toBe(false)
  expect([resolved, asked]).toEqual([[], []])
})

test('no header value that passes can begin another line', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !isHeaderValue(text) || /^[\x20-\x7e]+$/.test(text)))
})

test('a refusal never quotes what was sent', async () => {
  const { get, url } = setUp({ resolve: async () => Promise.reject(new Error('ENOTFOUND shop.test')) })
  const told = await refusal(get({ url: `${url}/card/4111`, method: 'POST', headers: { authorization: 'Bearer s3cret' }, body: '4111' }))
  expect(told).toBe('The service could not be reached.')
})
