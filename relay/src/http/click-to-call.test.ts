import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CALLEE, type PhoneHouse, said, startPhoneHouse } from '../carriers/twilio/doors/twilio.test-kit.ts'

/** A page asks for a ringing phone: what is refused, what is told, what happens later. */

let house: PhoneHouse
/** A port that nobody has just now. */
let earsPort = 0
beforeAll(async () => {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  earsPort = (probe.address() as AddressInfo).port
  await new Promise((resolve) => probe.close(resolve))
  house = await startPhoneHouse({ persona: { callbackCountries: ['US'] }, env: { TOOL_PRIVATE_HOSTS: `127.0.0.1:${earsPort}` } })
})
afterAll(() => house.close())

type Accepted = { callId: string; sessionId: string; status: string; callUrl: string; eventsUrl: string }
const accepted = async (answer: Promise<Response>) => (await (await answer).json()) as Accepted
const codeOf = async (answer: Promise<Response>) => ((await (await answer).json()) as { code: string }).code
const placements = () => house.asked.filter(({ path }) => path.endsWith('/Calls.json')).length

/** Reads a stream of events to its end. */
async function eventsOf(url: string, lastEventId?: string): Promise<{ id: number; event: string; data: Record<string, string> }[]> {
  const response = await fetch(url, lastEventId === undefined ? {} : { headers: { 'last-event-id': lastEventId } })
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const blocks = (await response.text()).split('\n\n').filter((block) => block.includes('data:'))
  return blocks.map((block) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? ''
    return { id: Number(field('id')), event: field('event'), data: JSON.parse(field('data')) }
  })
}

describe('call me', () => {
  it('refuses, with a code and a sentence, what must not ring', async () => {
    const before = placements()
    const agent = async (persona: Record<string, unknown>) => {
      const made = await house.ask('/api/agents', { method: 'POST', token: house.admin, json: { name: 'Other', ...persona } })
      return ((await made.json()) as { agent: { id: string } }).agent.id
    }
    const talker = await agent({ modes: ['talk'] })
    const secret = await agent({ modes: ['call-me'], visibility: 'private' })
    const cases: [Record<string, unknown>, Record<string, string>, string][] = [
      [{ phoneNumber: '12' }, {}, 'invalid_request'],
      [{ phoneNumber: 'not a number' }, {}, 'invalid_phone_number'],
      [{ phoneNumber: '+1234567890' }, {}, 'invalid_phone_number'],
      [{ phoneNumber: '+4915112345678' }, {}, 'country_blocked'],
      [{ phoneNumber: '+19005551234' }, {}, 'number_blocked'],
      [{ consent: false }, {}, 'consent_required'],
      [{ agentId: 'nobody' }, {}, 'not_found'],
      [{ agentId: talker }, {}, 'forbidden'],
      [{ agentId: secret }, {}, 'unauthorized'],
      [{}, { origin: 'https://elsewhere.example' }, 'forbidden_origin'],
      [{ scheduleAt: '2036-01-01T00:00:00Z' }, {}, 'invalid_request'],
      [{}, { 'idempotency-key': 'x'.repeat(300) }, 'invalid_request'],
    ]
    for (const [json, headers, code] of cases) expect([json, await codeOf(house.wish(json, headers))]).toEqual([json, code])
    expect(placements()).toBe(before)
  })

  it('tells each status once, in order, and the end; who comes back hears only what is new', async () => {
    const { callId, callUrl, eventsUrl, sessionId, status } = await accepted(house.wish({ sessionId: 'mine', name: 'Rukmini' }))
    expect([sessionId, status]).toEqual(['mine', 'initiated'])
    const told = eventsOf(eventsUrl)
    await expect.poll(placements).toBeGreaterThan(0)
    for (const [word, order] of [
      ['initiated', 0],
      ['ringing', 1],
      ['ringing', 1],
      ['in-progress', 2],
    ] as const) {
      await house.tell('/api/calls/status', said(house.newest(), word, order))
    }
    await house.tell('/api/calls/status', said(house.newest(), 'completed', 3, { CallDuration: '4' }))
    expect((await told).map(({ id, event, data }) => [id, event, data.status ?? data.reason])).toEqual([
      [1, 'status', 'initiated'],
      [2, 'status', 'connecting'],
      [3, 'status', 'connected'],
      [4, 'status', 'completed'],
      [5, 'ended', 'callee'],
    ])
    expect((await eventsOf(eventsUrl, '3')).map(({ id }) => id)).toEqual([4, 5])
    expect(await eventsOf(eventsUrl, '5')).toEqual([])
    const view = await fetch(callUrl)
    expect([
      view.headers.get('cache-control'),
      view.headers.get('referrer-policy'),
      view.headers.get('access-control-allow-origin'),
    ]).toEqual(['no-store', 'no-referrer', '*'])
    // Whoever typed the number is not known to be the person who answered: status, and nothing more.
    expect(await view.json()).toEqual({ callId, status: 'completed', endReason: 'callee' })
  })

  it('says that a carrier refused, and never asks it again', async () => {
    house.placing = { status: 400, body: { code: 21215, message: 'Geo permission', status: 400 } }
    const before = placements()
    const { eventsUrl } = await accepted(house.wish({}))
    expect((await eventsOf(eventsUrl)).at(-1)).toMatchObject({ event: 'ended', data: { reason: 'error' } })
    house.placing = undefined
    expect(placements()).toBe(before + 1)
  })

  it('answers the second of two wishes for one number while the first rings', async () => {
    const answers = await Promise.all([house.wish({}), house.wish({}), house.wish({})])
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409])
    const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as Partial<Accepted>[]
    const callUrl = bodies.find((body) => body.callUrl)?.callUrl ?? ''
    await fetch(callUrl, { method: 'DELETE' })
    await expect.poll(async () => ((await (await fetch(callUrl)).json()) as { status: string }).status).toBe('failed')
  })
})

describe('call me later', () => {
  const inMs = (ms: number) => new Date(Date.now() + ms).toISOString()

  it('waits, and rings at its time', async () => {
    const before = placements()
    const { callId, callUrl, eventsUrl } = await accepted(house.wish({ scheduleAt: inMs(6500), phoneNumber: '+12025550103' }))
    expect(await (await fetch(callUrl)).json()).toEqual({ callId, status: 'initiated' })
    expect(placements()).toBe(before)
    const told = eventsOf(eventsUrl)
    await expect.poll(placements, { timeout: 15_000 }).toBe(before + 1)
    await expect.poll(async () => (await house.view(callId)).status).toBe('initiated')
    await house.tell('/api/calls/status', said(house.newest(), 'no-answer', 2))
    expect((await told).at(-1)).toMatchObject({ event: 'ended', data: { reason: 'no-answer' } })
  }, 30_000)

  it('is taken back by the page', async () => {
    const before = placements()
    const { callUrl, eventsUrl } = await accepted(house.wish({ scheduleAt: inMs(6000), phoneNumber: '+12025550102' }))
    const told = eventsOf(eventsUrl)
    expect((await fetch(callUrl, { method: 'DELETE' })).status).toBe(204)
    expect((await told).at(-1)).toMatchObject({ event: 'ended', data: { reason: 'canceled' } })
    expect(await (await fetch(callUrl)).json()).toMatchObject({ status: 'failed', endReason: 'canceled' })
    expect(placements()).toBe(before)
  })

  it('asks the gate when it is asked for, too', async () => {
    expect(await codeOf(house.wish({ scheduleAt: inMs(60_000), phoneNumber: '+4915112345678' }))).toBe('country_blocked')
  })
})

describe('POST /api/calls/initiate', () => {
  const initiate = (json: Record<string, unknown>) =>
    house.ask('/api/calls/initiate', { method: 'POST', token: house.admin, json: { phoneNumber: CALLEE, ...json } })

  it('gives the agent what the program knows, and answers with the call', async () => {
    const answer = await initiate({
      agentId: house.agentId,
      leadId: 'lead_1',
      script: 'discovery_call',
      agentSettings: { voice: 'professional', speed: 1.2 },
      metadata: { shop: 'north' },
    })
    expect(answer.status).toBe(201)
    const { call } = (await answer.json()) as { call: { id: string } }
    expect(call).toMatchObject({
      kind: 'phone',
      direction: 'outbound',
      carrier: 'twilio',
      to: CALLEE,
      status: 'initiated',
      agentId: house.agentId,
      capabilities: ['hangup', 'say', 'context', 'whisper', 'listen', 'takeover', 'dtmf', 'transfer'],
    })
    const { calls } = (await (await house.ask('/api/calls/active', { token: house.admin })).json()) as { calls: { id: string }[] }
    expect(calls.map(({ id }) => id)).toContain(call.id)
    const hungUp = await house.ask(`/api/calls/${call.id}/hangup`, { method: 'POST', token: house.admin })
    expect(hungUp.status).toBe(202)
    await expect.poll(() => house.view(call.id)).toMatchObject({ status: 'failed', endReason: 'operator', ends: 1 })
    await house.tell('/api/calls/status', said(house.newest(), 'canceled', 2))
  })

  it('tells the program that asked how the call ended, until it listens', async () => {
    const told: unknown[] = []
    const ears = createServer((request, response) => {
      let text = ''
      request.on('data', (chunk) => {
        text += chunk
      })
      request.on('end', () => {
        told.push(JSON.parse(text))
        response.writeHead(told.length === 1 ? 500 : 204).end()
      })
    })
    await new Promise<void>((resolve) => ears.listen(earsPort, '127.0.0.1', resolve))
    const answer = await initiate({ webhookUrl: `http://127.0.0.1:${earsPort}/news?key=secret` })
    const { call } = (await answer.json()) as { call: { id: string } }
    await house.tell('/api/calls/status', said(house.newest(), 'busy', 1))
    await expect.poll(() => told.length, { timeout: 15_000 }).toBe(2)
    expect(told[1]).toMatchObject({ type: 'call.ended', call: { id: call.id, status: 'failed', endReason: 'busy' } })
    ears.close()
  }, 30_000)

  it('says which number is missing', async () => {
    for (const [json, detail] of [
      [{ carrier: 'exotel' }, 'at exotel that rings: add one under /api/phone-numbers'],
      [{ phoneNumberId: 'pn_nobody' }, 'no number of yours that is switched on has this id'],
      [{ carrier: 'exotel', phoneNumberId: 'env-twilio' }, 'no number of yours at exotel'],
    ] as const) {
      const answer = await initiate(json)
      const { detail: said } = (await answer.json()) as { detail: string }
      expect([answer.status, said]).toEqual([503, expect.stringContaining(detail)])
    }
  })

  it('says what the carrier refused', async () => {
    house.placing = { status: 400, body: { code: 21211, message: 'The To number is not a valid phone number', status: 400 } }
    const answer = await initiate({})
    house.placing = undefined
    expect(answer.status).toBe(502)
    expect(await answer.json()).toMatchObject({ code: 'provider_error' })
    expect(await codeOf(initiate({ phoneNumber: '+1234567890' }))).toBe('invalid_phone_number')
    expect(await codeOf(initiate({ agentId: 'nobody' }))).toBe('not_found')
  })
})
