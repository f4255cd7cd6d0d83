import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { WebCall } from '../protocol/index.ts'
import { codeOf, ownPage, read, startTestRelay, type TestRelay } from '../relay.test-kit.ts'

let house: TestRelay
let admin: string
beforeAll(async () => {
  house = await startTestRelay()
  admin = await house.token('admin')
})
afterAll(() => house.close())

const send = (method: string, path: string, json?: unknown, token = admin) =>
  house.ask(path, { method, token, ...(json === undefined ? {} : { json }) })

const GIVEN = { variables: { plan: 'gold', seats: 3 }, page: { url: 'https://shop.example/lamps', title: 'Lamps' } }

describe('calls', () => {
  async function talk(): Promise<{ call: WebCall; ws: WebSocket; heard: (word: string) => Promise<void> }> {
    const answer = await house.ask('/api/web-calls', {
      method: 'POST',
      headers: ownPage(house.relay),
      json: { agentId: 'demo', modality: 'text', sessionId: 'desk:1', ...GIVEN },
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
    expect(await read(await send('GET', path))).toMatchObject(GIVEN)
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
    expect(Object.keys(await read(await send('GET', path)))).toEqual(['call'])
  })

  it('take what an operator whispers or lets the agent know, and keep it in their log', async () => {
    const { call, ws } = await talk()
    const path = `/api/calls/${call.callId}`
    expect((await send('POST', `${path}/context`, { text: 'They have ordered before.' })).status).toBe(204)
    expect((await send('POST', `${path}/whisper`, { text: 'Offer them a tenth off.' })).status).toBe(204)
    expect(await codeOf(await send('POST', `${path}/whisper`, { text: ' ' }))).toBe('invalid_request')
    const over = new Promise((resolve) => ws.once('close', resolve))
    ws.send(JSON.stringify({ type: 'hangup' }))
    await over
    await settled(path)
    expect(await codeOf(await send('POST', `${path}/whisper`, { text: 'Too late.' }))).toBe('not_found')
    const { events } = (await (await send('GET', `${path}/events`)).json()) as { events: { type: string; payload: object }[] }
    expect(
      events.filter(({ type }) => type === 'context' || type === 'whisper').map(({ payload, type }) => ({ type, ...payload })),
    ).toEqual([
      { type: 'context', by: 'u_test', text: 'They have ordered before.' },
      { type: 'whisper', by: 'u_test', text: 'Offer them a tenth off.' },
    ])
  })

  it('hold their agent back and let it go on, however often it is said', async () => {
    const { call, ws } = await talk()
    const path = `/api/calls/${call.callId}`
    for (const [method, ai] of [
      ['POST', 'paused'],
      ['POST', 'paused'],
      ['DELETE', 'active'],
      ['DELETE', 'active'],
    ] as const) {
      const answer = await send(method, `${path}/pause-ai`)
      expect([answer.status, await answer.json()]).toMatchObject([200, { call: { id: call.callId, ai } }])
      expect((await read(await send('GET', path))).call).toMatchObject({ ai })
    }
    ws.send(JSON.stringify({ type: 'hangup' }))
    await settled(path)
    expect(await codeOf(await send('POST', `${path}/pause-ai`))).toBe('not_found')
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

describe('the history', () => {
  const list = async (query: string, token = admin) => {
    const answer = await house.ask(`/api/calls?${query}`, { token })
    return { status: answer.status, body: (await answer.json()) as { calls: { id: string }[]; nextCursor: string | null; code?: string } }
  }

  it('filters by what is asked, and refuses what no call can be asked for by', async () => {
    const opened = await house.ask('/api/web-calls', {
      method: 'POST',
      headers: ownPage(house.relay),
      json: { agentId: 'demo', modality: 'text', sessionId: 'history:1' },
    })
    const { callId } = (await opened.json()) as WebCall
    const ids = async (query: string) => (await list(`sessionId=history:1&${query}`)).body.calls.map(({ id }) => id)
    for (const query of [
      'kind=web',
      'direction=inbound',
      'ai=active',
      'from=2020-01-01T00:00:00Z',
      'minMessages=0',
      'to=2099-01-01T00:00:00%2B05:30',
    ])
      expect([query, await ids(query)]).toEqual([query, [callId]])
    for (const query of [
      'kind=phone',
      'direction=outbound',
      'ai=off',
      'carrier=exotel',
      'to=2020-01-01T00:00:00Z',
      'number=+12025550101',
      'number=%2B12025550101',
      'minMessages=3',
      'words=nowhere',
    ])
      expect([query, await ids(query)]).toEqual([query, []])
    for (const [query, code] of [
      ['number=%2B1234567890', 'invalid_phone_number'],
      ['from=yesterday', 'invalid_request'],
      ['minMessages=-1', 'invalid_request'],
      ['words=', 'invalid_request'],
      ['kind=fax', 'invalid_request'],
    ])
      expect([query, (await list(query ?? '')).body.code]).toEqual([query, code])
  })

  it('is exported as a table, of one organisation', async () => {
    const answer = await house.ask('/api/calls?limit=1', { token: admin, headers: { accept: 'text/csv' } })
    expect([
      answer.status,
      answer.headers.get('content-type'),
      answer.headers.get('content-disposition'),
      answer.headers.get('vary'),
    ]).toEqual([200, 'text/csv; charset=utf-8', 'attachment; filename="calls.csv"', expect.stringContaining('Accept')])
    const lines = (await answer.text()).trimEnd().split('\r\n')
    expect(lines[0]).toMatch(/^id,sessionId,agentId,/)
    // All of them, not a page.
    const { body } = await list('limit=200')
    expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(body.calls.map(({ id }) => id))
    const others = await house.ask('/api/calls', { token: await house.token('admin', 'org_other'), headers: { accept: 'text/csv' } })
    expect((await others.text()).trimEnd().split('\r\n')).toHaveLength(1)
  })

  it('keeps who took a table of it', async () => {
    const token = await house.token('viewer')
    await (await house.ask('/api/calls', { token, headers: { accept: 'text/csv' } })).text()
    await house.ask('/api/calls', { token })
    const { deeds } = (await (await send('GET', '/api/audit?limit=200')).json()) as { deeds: { action: string }[] }
    expect(deeds.filter(({ action }) => action === 'GET /api/calls').length).toBe(2)
  })

  it('keeps who erased what', async () => {
    const { body } = await list('sessionId=history:1')
    const id = body.calls[0]?.id ?? ''
    await send('POST', `/api/calls/${id}/hangup`)
    expect((await send('DELETE', `/api/calls/${id}`, undefined, await house.token('operator'))).status).toBe(403)
    // Not before its end is written.
    await expect.poll(async () => (await send('DELETE', `/api/calls/${id}`)).status).toBe(204)
    const { deeds } = (await (await send('GET', `/api/audit?target=${id}`)).json()) as { deeds: { action: string; actor: object }[] }
    expect(deeds[0]).toMatchObject({ action: 'DELETE /api/calls/{id}', actor: { kind: 'user', id: 'u_test' }, target: id })
  })
})
