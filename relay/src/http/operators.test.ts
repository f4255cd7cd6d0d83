import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { ProblemBody, WebCall } from '../protocol/index.ts'
import { ADMIN, type Answer, ownPage, startTestRelay, type TestRelay } from '../relay.test-kit.ts'

let house: TestRelay
let admin: string
beforeAll(async () => {
  house = await startTestRelay({ env: { CONSOLE_ORIGINS: 'https://console.example' } })
  admin = await house.token('admin')
})
afterAll(() => house.close())

const read = async (answer: Response) => (await answer.json()) as Answer
const codeOf = async (answer: Response) => ((await answer.json()) as ProblemBody).code
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

describe('agents', () => {
  it('are made with defaults, changed field by field, and deleted', async () => {
    const { agent } = await read(await send('POST', '/api/agents', { name: 'Lamps', languages: ['en', 'hi-IN'], terms: { text: 'Yes?' } }))
    expect(agent).toMatchObject({ name: 'Lamps', greeting: expect.any(String), engine: 'offline' })
    const path = `/api/agents/${agent.id}`
    expect((await read(await send('GET', path))).agent).toEqual(agent)
    const changed = await read(await send('PATCH', path, { greeting: 'Good day.', voice: { speed: 1.2 }, terms: null }))
    expect(changed.agent).toMatchObject({
      name: 'Lamps',
      greeting: 'Good day.',
      languages: ['en', 'hi-IN'],
      voice: { name: 'slt', speed: 1.2 },
    })
    expect(changed.agent.terms).toBeUndefined()
    const seen = await house.ask(`${path}/public`)
    expect(seen.headers.get('access-control-allow-origin')).toBe('*')
    expect(Object.keys((await seen.json()) as object).sort()).toEqual([
      'browserRecognition',
      'callbackCountries',
      'disclosure',
      'greeting',
      'id',
      'keyMenu',
      'languages',
      'modes',
      'name',
      'understandsSpeech',
    ])
    expect((await send('DELETE', path)).status).toBe(204)
    for (const answer of [
      await send('GET', path),
      await send('PATCH', path, {}),
      await send('DELETE', path),
      await house.ask(`${path}/public`),
    ])
      expect(answer.status).toBe(404)
  })

  it('are refused with the field that does not fit', async () => {
    const cases: [object, string][] = [
      [{}, 'name'],
      [{ name: 'x', limits: { silenceMs: 1 } }, 'limits.silenceMs'],
      [{ name: 'x', allowedOrigins: ['https://ok.example', 'https://shop.example/path'] }, 'allowedOrigins.1'],
      [{ name: 'x', languages: ['not a language'] }, 'languages.0'],
    ]
    for (const [json, path] of cases) {
      const problem = (await (await send('POST', '/api/agents', json)).json()) as ProblemBody
      expect(problem).toMatchObject({ status: 400, code: 'invalid_request' })
      expect(problem.errors?.map((each) => each.path)).toContain(path)
    }
    expect((await send('PATCH', '/api/agents/demo', { engine: 7 })).status).toBe(400)
  })

  it('are listed page by page, each once', async () => {
    for (let n = 0; n < 5; n++) await send('POST', '/api/agents', { name: `Page ${n}` })
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: Answer = await read(await send('GET', `/api/agents?limit=2${cursor ? `&cursor=${cursor}` : ''}`))
      seen.push(...page.agents.map((each) => each.id))
      cursor = page.nextCursor
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toContain('demo')
    for (const query of ['limit=0', 'limit=x', 'cursor=%00', `cursor=${'x'.repeat(300)}`])
      expect((await send('GET', `/api/agents?${query}`)).status).toBe(400)
  })

  it('survive any body: never a fault, and what is stored reads back', async () => {
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 80 })
    const body = fc.record(
      {
        name,
        prompt: fc.string({ unit: 'binary' }),
        knowledge: fc.oneof(fc.json(), fc.constant({ questions: [] })),
        __proto__: fc.anything(),
      },
      { requiredKeys: ['name'] },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(body, fc.jsonValue(), fc.record({ name, greeting: name })),
        fc.jsonValue(),
        async (first: unknown, second: unknown) => {
          const made = await send('POST', '/api/agents', first)
          expect([201, 400]).toContain(made.status)
          if (made.status !== 201) return
          const path = `/api/agents/${(await read(made)).agent.id}`
          const changed = await send('PATCH', path, second)
          expect([200, 400]).toContain(changed.status)
          expect((await send('GET', path)).status).toBe(200)
          expect((await send('DELETE', path)).status).toBe(204)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('calls', () => {
  async function talk(): Promise<{ call: WebCall; ws: WebSocket; heard: (word: string) => Promise<void> }> {
    const answer = await house.ask('/api/web-calls', {
      method: 'POST',
      headers: ownPage(house.relay),
      json: { agentId: 'demo', modality: 'text', sessionId: 'desk:1' },
    })
    const call = (await answer.json()) as WebCall
    const ws = new WebSocket(call.mediaUrl)
    const heard = (word: string) =>
      new Promise<void>((resolve) => {
        ws.on('message', (data) => {
          const { type, entry } = JSON.parse(String(data))
          if (type === 'transcript' && entry.final && entry.text.includes(word)) resolve()
        })
      })
    await heard('Hello')
    return { call, ws, heard }
  }

  it('are in the log while they live and after, with transcript, events and a chain that verifies', async () => {
    const { call, ws, heard } = await talk()
    const path = `/api/calls/${call.callId}`
    const answered = heard('owner teaches')
    ws.send(JSON.stringify({ type: 'text', text: 'How do I teach you something?' }))
    await answered
    const live = await read(await send('GET', `${path}/transcript`))
    expect(live.entries.map((entry) => entry.role)).toEqual(['agent', 'visitor', 'agent'])
    expect((await read(await send('GET', '/api/calls/active'))).calls.map((each) => each.id)).toContain(call.callId)
    expect(await codeOf(await send('DELETE', path))).toBe('conflict')

    ws.close(1000)
    const hung = await send('POST', `${path}/hangup`)
    expect(hung.status).toBe(202)
    const stream = await send('GET', `${path}/transcript`)
    expect((await read(stream)).entries).toEqual(live.entries)
    expect(await codeOf(await send('POST', `${path}/hangup`))).toBe('conflict')

    await settled(path)
    expect((await read(await send('GET', path))).call).toMatchObject({
      id: call.callId,
      sessionId: 'desk:1',
      status: 'completed',
      endReason: 'operator',
    })
    expect((await read(await send('GET', `${path}/transcript`))).entries).toEqual(live.entries)
    const { events } = await read(await send('GET', `${path}/events`))
    expect(events.map((event) => event.seq)).toEqual(events.map((_, place) => place + 1))
    expect(await (await send('GET', `${path}/evidence`)).json()).toMatchObject({
      verified: true,
      problems: [],
      erased: false,
      events: events.length,
    })
    const latency = (await (await send('GET', `${path}/latency`)).json()) as { turns: Record<string, number>[]; p95Ms: number }
    expect(latency.turns).toEqual([
      {
        utterance: expect.any(String),
        at: expect.any(String),
        by: 'typing',
        engineMs: expect.any(Number),
        voiceMs: expect.any(Number),
        totalMs: expect.any(Number),
      },
    ])
    expect(latency.p95Ms).toBe(latency.turns[0]?.totalMs)
    for (const query of ['sessionId=desk:1', 'agentId=demo', 'status=completed']) {
      expect((await read(await send('GET', `/api/calls?${query}`))).calls.map((each) => each.id)).toContain(call.callId)
    }
    expect((await read(await send('GET', '/api/calls?sessionId=other'))).calls).toEqual([])

    expect(await (await house.ask('/metrics')).text()).toContain('voice_agent_calls_total{end_reason="operator"} 1')

    expect((await send('DELETE', path)).status).toBe(204)
    expect((await read(await send('GET', `${path}/transcript`))).entries).toEqual([])
    expect(await (await send('GET', `${path}/evidence`)).json()).toMatchObject({ verified: true, erased: true })
  })

  it('stream their transcript while they live, go on from Last-Event-ID, and end', async () => {
    const { call, ws, heard } = await talk()
    const path = `/api/calls/${call.callId}/transcript`
    const events = (last?: number) =>
      house.ask(path, {
        token: admin,
        headers: { accept: 'text/event-stream', ...(last === undefined ? {} : { 'last-event-id': String(last) }) },
      })
    const first = events()
    const answered = heard('owner teaches')
    ws.send(JSON.stringify({ type: 'text', text: 'How do I teach you something?' }))
    await answered
    ws.send(JSON.stringify({ type: 'hangup' }))
    const text = await (await first).text()
    expect((await first).headers.get('content-type')).toContain('text/event-stream')
    const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    expect(text).toContain('How do I teach you something?')
    expect(text).toMatch(/event: ended\ndata: {"reason":"visitor"}\n\n$/)
    await settled(`/api/calls/${call.callId}`)
    const over = await (await events()).text()
    expect(over).toContain('"final":true')
    expect([...over.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1]).toBe(String(ids.at(-1)))
    const seen = await (await events(ids.at(-1))).text()
    expect(seen).toContain('event: ended')
    expect(seen).not.toContain('"entry"')
  })

  it('continue a live stream where the reader left it', async () => {
    const { call, ws } = await talk()
    const ask = (last: number) =>
      house.ask(`/api/calls/${call.callId}/transcript`, {
        token: admin,
        headers: { accept: 'text/event-stream', 'last-event-id': String(last) },
      })
    const [all, none] = await Promise.all([ask(0), ask(1_000_000)])
    ws.send(JSON.stringify({ type: 'hangup' }))
    expect(await all.text()).toContain('Hello')
    expect(await none.text()).not.toContain('Hello')
  })

  /** The end is in the book. */
  async function settled(path: string): Promise<void> {
    for (;;) {
      const { call } = await read(await send('GET', path))
      if (call.endReason) return
    }
  }
})
