import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventsOf } from '../openai/model.ts'
import { boundedFetch, serviceUrl } from './service.ts'

describe('a service URL', () => {
  it.each([
    ['https://api.example/v1/', 'https://api.example/v1'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://localhost:1/x//', 'http://localhost:1/x'],
    ['http://[::1]:9/v1', 'http://[::1]:9/v1'],
  ])('%s is taken', (given, taken) => {
    expect(serviceUrl(given)).toBe(taken)
  })

  it.each([
    'http://api.example',
    'ftp://localhost',
    'http://127.0.0.1.evil.example',
    'http://localhost.example',
    'http://10.0.0.1',
    '',
    'localhost:80',
  ])('%j is refused', (given) => {
    expect(() => serviceUrl(given)).toThrow('must be https')
  })

  it('is not repeated with the secrets it may hold', () => {
    expect(() => serviceUrl('http://user:hunter2@api.example/?key=hunter2')).toThrow(/^(?!.*hunter2)/)
  })
})

describe('a bounded fetch', () => {
  let server: Server
  let url: string
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/redirect') response.writeHead(302, { location: '/' })
      response.end('x'.repeat(request.url === '/empty' ? 0 : 2000))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  it('reads an answer within its limit, empty ones too', async () => {
    expect((await (await boundedFetch('test', 2000)(url)).text()).length).toBe(2000)
    expect(await (await boundedFetch('test')(`${url}/empty`)).text()).toBe('')
  })

  it('breaks one beyond it off', async () => {
    const response = await boundedFetch('test', 1999)(url)
    await expect(response.text()).rejects.toMatchObject({ fault: { code: 'malformed', message: 'test sent more than 1999 bytes' } })
  })

  it('follows no redirect', async () => {
    await expect(boundedFetch('test')(`${url}/redirect`)).rejects.toThrow()
  })
})

describe('an endless event', () => {
  it('is given up at half a megabyte', async () => {
    let fed = 0
    async function* endless() {
      yield new TextEncoder().encode('data: ')
      for (;;) {
        fed += 65_536
        yield new Uint8Array(65_536).fill(0x78)
      }
    }
    const read = async () => {
      for await (const _ of eventsOf('test', endless())) throw new Error('no event can come of this')
    }
    await expect(read()).rejects.toMatchObject({ fault: { code: 'malformed' } })
    expect(fed).toBeLessThan(700_000)
  })
})
