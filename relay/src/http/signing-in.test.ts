import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADMIN, codeOf, read, startTestRelay, type TestRelay } from '../relay.test-kit.ts'

let house: TestRelay
let admin: string
beforeAll(async () => {
  house = await startTestRelay({ env: { CONSOLE_ORIGINS: 'https://console.example' } })
  admin = await house.token('admin')
})
afterAll(() => house.close())

const send = (method: string, path: string, json?: unknown, token = admin) =>
  house.ask(path, { method, token, ...(json === undefined ? {} : { json }) })

describe('signing in', () => {
  const login = (json: object, headers: Record<string, string> = {}) =>
    house.ask('/api/auth/login', { method: 'POST', headers, json: { ...ADMIN, ...json } })
  const refresh = (token?: string, headers: Record<string, string> = {}) =>
    house.ask('/api/auth/refresh', { method: 'POST', headers, json: token === undefined ? {} : { refresh: token } })

  it('gives tokens and says who it is', async () => {
    const { tokens, user } = await read(await login({}))
    expect(user).toMatchObject({ email: ADMIN.email, role: 'admin' })
    expect((await send('GET', '/api/calls', undefined, tokens.access)).status).toBe(200)
    expect((await login({ email: ` ${ADMIN.email.toUpperCase()} ` })).status).toBe(200)
  })

  it('says the same of a wrong password and of an unknown person', async () => {
    const answers = [
      await login({ password: 'wrong' }),
      await login({ email: 'nobody@shop.example' }),
      await login({ email: 'a\0b@shop.example' }),
    ]
    const texts = await Promise.all(answers.map((answer) => answer.text()))
    expect(answers.map((answer) => answer.status)).toEqual([401, 401, 401])
    expect(new Set(texts).size).toBe(1)
  })

  it('rotates: each refresh token works once, and a second use ends the whole sign-in', async () => {
    const first = (await read(await login({}))).tokens.refresh ?? ''
    const second = (await read(await refresh(first))).tokens.refresh ?? ''
    const third = (await read(await refresh(second))).tokens.refresh ?? ''
    expect(new Set([first, second, third]).size).toBe(3)
    expect((await refresh(first)).status).toBe(401)
    expect((await refresh(third)).status).toBe(401)
    expect((await refresh((await read(await login({}))).tokens.refresh)).status).toBe(200)
  })

  it('lets one of many win who use a token at once', async () => {
    const token = (await read(await login({}))).tokens.refresh
    const answers = await Promise.all(Array.from({ length: 6 }, () => refresh(token)))
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 401, 401, 401, 401, 401])
    // The losers have shown that the token is known to others: what the winner got is worth nothing either.
    const won = answers.find((answer) => answer.status === 200)
    expect((await refresh(won && (await read(won)).tokens.refresh)).status).toBe(401)
  })

  it('takes a request without a body for one, whatever type it names', async () => {
    const headers = { 'content-type': 'application/json' }
    expect((await house.ask('/api/auth/refresh', { method: 'POST', headers })).status).toBe(401)
    expect((await house.ask('/api/auth/logout', { method: 'POST', headers })).status).toBe(204)
    expect((await house.ask('/api/auth/login', { method: 'POST', headers })).status).toBe(400)
  })

  it('refuses what storage or recursion could not bear, and names the fault', async () => {
    const token = await house.token('admin')
    const answers = [
      await house.ask(`/api/calls?cursor=${Buffer.from('999999999999999.x').toString('base64url')}`, { token }),
      await house.ask('/api/api-keys', { method: 'POST', token, json: { name: 'a\0b', scopes: ['calls:read'] } }),
      await house.ask('/api/agents/demo', { method: 'PATCH', token, json: { terms: { text: 'Terms', url: 'javascript:alert(1)' } } }),
      await house.ask('/api/agents/demo', {
        method: 'PATCH',
        token,
        headers: { 'content-type': 'application/json' },
        body: `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
      }),
    ]
    expect(answers.map((answer) => answer.status)).toEqual([200, 400, 400, 400])
  })

  it('signs out', async () => {
    const { tokens } = await read(await login({}))
    const out = await house.ask('/api/auth/logout', { method: 'POST', json: { refresh: tokens.refresh } })
    expect(out.status).toBe(204)
    expect((await refresh(tokens.refresh)).status).toBe(401)
    expect((await house.ask('/api/auth/logout', { method: 'POST' })).status).toBe(204)
  })

  it('keeps the console’s refresh token where no script reads it, and takes it from the console’s pages only', async () => {
    for (const origin of [house.relay.url, 'https://console.example']) {
      const answer = await login({ cookie: true }, { origin })
      const [cookie = ''] = answer.headers.getSetCookie()
      for (const rule of ['HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/api/auth']) expect(cookie).toContain(rule)
      expect((await read(answer)).tokens.refresh).toBeUndefined()
      const jar = cookie.split(';')[0] ?? ''
      for (const headers of [{ cookie: jar }, { cookie: jar, origin: 'https://evil.example' }, { cookie: jar, origin: 'null' }] as Record<
        string,
        string
      >[])
        expect(await codeOf(await refresh(undefined, headers))).toBe('forbidden_origin')
      const renewed = await refresh(undefined, { cookie: jar, origin })
      expect(renewed.status).toBe(200)
      expect((await read(renewed)).tokens.refresh).toBeUndefined()
      const next = renewed.headers.getSetCookie()[0]?.split(';')[0] ?? ''
      expect(next).not.toBe(jar)
      const out = await house.ask('/api/auth/logout', { method: 'POST', headers: { cookie: next, origin } })
      expect(out.headers.getSetCookie()[0]).toMatch(/va_refresh=;.*Max-Age=0/)
      const dead = await refresh(undefined, { cookie: next, origin })
      expect(dead.status).toBe(401)
      expect(dead.headers.getSetCookie()[0]).toContain('Max-Age=0')
    }
  })

  it('slows down who guesses', async () => {
    const guess = () => login({ email: 'victim@shop.example', password: 'guess' })
    const statuses: number[] = []
    for (let n = 0; n < 11; n++) statuses.push((await guess()).status)
    expect(statuses).toEqual([...Array(10).fill(401), 429])
    expect(Number((await guess()).headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await login({})).status).toBe(200)
  })
})

describe('API keys', () => {
  it('are shown once, work within their scopes, and stop when revoked', async () => {
    const { apiKey, key } = await read(await send('POST', '/api/api-keys', { name: 'CI', scopes: ['agents:read'] }))
    expect(key).toMatch(/^va_[A-Za-z0-9_-]{43}$/)
    expect(await (await send('GET', '/api/api-keys')).text()).not.toContain(key)
    expect((await send('GET', '/api/agents', undefined, key)).status).toBe(200)
    expect((await send('GET', '/api/calls', undefined, key)).status).toBe(403)
    expect((await send('DELETE', `/api/api-keys/${apiKey.id}`)).status).toBe(204)
    expect((await send('GET', '/api/agents', undefined, key)).status).toBe(401)
    expect((await send('DELETE', `/api/api-keys/${apiKey.id}`)).status).toBe(404)
    expect((await send('POST', '/api/api-keys', { name: 'x', scopes: ['everything'] })).status).toBe(400)
  })
})
