import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import twilio from 'twilio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { ownPage, startTestRelay, type TestRelay } from '../../relay.test-kit.ts'

/** The relay's side of Twilio over real HTTP and sockets; requests are signed by Twilio's own package. */

const ACCOUNT = 'AC00000000000000000000000000000001'
const TOKEN = 'the-auth-token-of-these-tests'
const OURS = '+12025550199'
const CALLEE = '+12025550101'

let house: TestRelay
let admin: string
let agentId: string
let api: Server
/** What was asked of Twilio, newest last. */
const asked: { path: string; form: URLSearchParams }[] = []
let sids = 0

beforeAll(async () => {
  api = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      asked.push({ path: request.url ?? '', form: new URLSearchParams(text) })
      sids += request.url?.endsWith('/Calls.json') ? 1 : 0
      response.writeHead(201, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ sid: sidOf(sids), status: 'queued' }))
    })
  })
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  house = await startTestRelay({
    env: {
      TWILIO_ACCOUNT_SID: ACCOUNT,
      TWILIO_AUTH_TOKEN: TOKEN,
      TWILIO_PHONE_NUMBER: OURS,
      TWILIO_API_BASE_URL: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
    },
    extras: { alwaysRing: [CALLEE, '+12025550102', '+12025550103'] },
  })
  admin = await house.token('admin')
  const answer = await house.ask('/api/agents', { method: 'POST', token: admin, json: { name: 'Asha', modes: ['talk', 'call-me'] } })
  agentId = ((await answer.json()) as { agent: { id: string } }).agent.id
})
afterAll(async () => {
  await house.close()
  api.close()
})

const sidOf = (number: number) => `CA${String(number).padStart(32, '0')}`

/** As Twilio sends it, signed for the address that it was given; `signedFor` another address makes the proof wrong. */
function tell(path: string, fields: Record<string, string>, more: { signedFor?: string; token?: string; unsigned?: boolean } = {}) {
  const url = more.signedFor ?? house.relay.url + path
  const signature = twilio.getExpectedTwilioSignature(more.token ?? TOKEN, url, fields)
  return house.ask(path, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(more.unsigned ? {} : { 'x-twilio-signature': signature }),
    },
    body: new URLSearchParams(fields).toString(),
  })
}
const said = (sid: string, status: string, order?: number, more: Record<string, string> = {}) => ({
  CallSid: sid,
  AccountSid: ACCOUNT,
  From: OURS,
  To: CALLEE,
  CallStatus: status,
  ...(order === undefined ? {} : { SequenceNumber: String(order) }),
  ...more,
})

async function ringing(phoneNumber: string = CALLEE) {
  const answer = await house.ask('/api/click-to-call', {
    method: 'POST',
    headers: ownPage(house.relay),
    json: { agentId, phoneNumber, consent: true },
  })
  expect(answer.status).toBe(202)
  const call = (await answer.json()) as { callId: string; callUrl: string; eventsUrl: string }
  await expect.poll(() => asked.at(-1)?.form.get('To')).toBe(phoneNumber)
  await expect.poll(async () => (await viewOf(call.callId)).carrierNamed).toBe(true)
  return { ...call, sid: sidOf(sids), placed: asked.at(-1)?.form ?? new URLSearchParams() }
}
async function viewOf(callId: string) {
  const { call } = (await (await house.ask(`/api/calls/${callId}`, { token: admin })).json()) as {
    call: { status: string; endReason?: string }
  }
  const { events } = (await (await house.ask(`/api/calls/${callId}/events`, { token: admin })).json()) as { events: { type: string }[] }
  return {
    ...call,
    events,
    carrierNamed: events.some(({ type }) => type === 'line.status'),
    ends: events.filter(({ type }) => type === 'call.ended').length,
  }
}
const pathOf = (url: string | null) => (url ?? '').slice(house.relay.url.length)

describe('a call of ours', () => {
  it('is placed with addresses of its own, goes through its states in Twilio’s words, and ends once', async () => {
    const { callId, callUrl, placed, sid } = await ringing()
    expect(Object.fromEntries([...placed].filter(([name]) => name !== 'StatusCallbackEvent'))).toMatchObject({ From: OURS, To: CALLEE })
    expect(placed.getAll('StatusCallbackEvent')).toEqual(['initiated', 'ringing', 'answered', 'completed'])
    const status = pathOf(placed.get('StatusCallback'))
    expect(status).toMatch(/^\/api\/calls\//)
    for (const [word, order] of [
      ['ringing', 1],
      ['initiated', 0],
      ['ringing', 1],
    ] as const) {
      expect((await tell(status, said(sid, word, order))).status).toBe(204)
    }
    expect(await (await fetch(callUrl)).json()).toMatchObject({ status: 'connecting' })
    for (let again = 0; again < 3; again++) expect((await tell(status, said(sid, 'busy', 2))).status).toBe(204)
    expect((await tell(status, said(sid, 'in-progress', 3))).status).toBe(204)
    await expect.poll(() => viewOf(callId)).toMatchObject({ status: 'failed', endReason: 'busy', ends: 1 })
  })

  it('is told by Twilio’s name for it too', async () => {
    const { callId, sid } = await ringing()
    expect((await tell('/api/calls/status', said(sid, 'no-answer', 2))).status).toBe(204)
    await expect.poll(() => viewOf(callId)).toMatchObject({ status: 'failed', endReason: 'no-answer' })
  })

  it('is hung up by the page that asked, and nobody else', async () => {
    const { callId, callUrl, sid } = await ringing()
    expect((await fetch(`${callUrl.slice(0, -3)}AAA`, { method: 'DELETE' })).status).toBe(404)
    expect((await fetch(callUrl, { method: 'DELETE' })).status).toBe(204)
    await expect.poll(() => asked.at(-1)).toMatchObject({ path: `/2010-04-01/Accounts/${ACCOUNT}/Calls/${sid}.json` })
    expect(asked.at(-1)?.form.get('Status')).toBe('completed')
    await tell('/api/calls/status', said(sid, 'canceled', 2))
    expect(await viewOf(callId)).toMatchObject({ status: 'failed', endReason: 'canceled', ends: 1 })
  })

  it('asked for with one key rings once, and every answer is the same', async () => {
    const before = asked.length
    const json = { agentId, phoneNumber: '+12025550102', consent: true }
    const headers = { ...ownPage(house.relay), 'idempotency-key': 'one-wish' }
    const answers = await Promise.all(Array.from({ length: 6 }, () => house.ask('/api/click-to-call', { method: 'POST', headers, json })))
    const ids = await Promise.all(answers.map(async (answer) => ((await answer.json()) as { callId: string }).callId))
    expect(new Set(ids).size).toBe(1)
    expect(asked.length - before).toBe(1)
    const other = await house.ask('/api/click-to-call', { method: 'POST', headers, json: { ...json, phoneNumber: CALLEE } })
    expect(other.status).toBe(409)
    await tell('/api/calls/status', said(sidOf(sids), 'no-answer', 2))
  })

  it('asks what to do, and is told to bring its sound over a socket that only Twilio can open, once', async () => {
    const { callId, placed, sid } = await ringing()
    const answer = await tell(pathOf(placed.get('Url')), said(sid, 'in-progress', undefined, { Direction: 'outbound-api' }))
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/xml; charset=utf-8'])
    const xml = await answer.text()
    const url = /<Stream[^>]* url="(ws:[^"]+)"/.exec(xml)?.[1] ?? ''
    expect(url).toMatch(/^ws:\/\/localhost:\d+\/api\/telephony\/ws\/env-twilio\//)
    const open = (headers: Record<string, string>) =>
      new Promise<WebSocket | number>((resolve) => {
        const ws = new WebSocket(url, { headers })
        ws.once('open', () => resolve(ws))
        ws.once('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
      })
    const signature = twilio.getExpectedTwilioSignature(TOKEN, url, {})
    expect(await open({})).toBe(403)
    expect(await open({ 'x-twilio-signature': twilio.getExpectedTwilioSignature(TOKEN, url.replace('ws:', 'http:'), {}) })).toBe(403)
    const first = await open({ 'x-twilio-signature': signature })
    if (typeof first === 'number') throw new Error(`refused with ${first}`)
    const heard = new Promise<string>((resolve) =>
      first.on('message', (text) => String(text).includes('"media"') && resolve(JSON.parse(String(text)).media.payload)),
    )
    first.send(JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }))
    const start = {
      streamSid: 'MZ1',
      accountSid: ACCOUNT,
      callSid: sid,
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    }
    first.send(JSON.stringify({ event: 'start', sequenceNumber: '1', streamSid: 'MZ1', start }))
    expect(Buffer.from(await heard, 'base64').length).toBe(160)
    const second = await open({ 'x-twilio-signature': signature })
    if (typeof second === 'number') throw new Error(`refused with ${second}`)
    expect(await new Promise((resolve) => second.once('close', resolve))).toBe(1008)
    await tell('/api/calls/status', said(sid, 'completed', 3, { CallDuration: '2' }))
    await expect.poll(() => viewOf(callId)).toMatchObject({ status: 'completed', endReason: 'callee', ends: 1 })
    // Asked again when all is over: nothing is left to be done.
    expect(await (await tell(pathOf(placed.get('Url')), said(sid, 'in-progress'))).text()).toContain('<Hangup')
  })

  it('waits for nobody whose stream is of another call', async () => {
    const { callId, placed, sid } = await ringing()
    const xml = await (await tell(pathOf(placed.get('Url')), said(sid, 'in-progress', undefined, { Direction: 'outbound-api' }))).text()
    const url = /url="(ws:[^"]+)"/.exec(xml)?.[1] ?? ''
    const ws = new WebSocket(url, { headers: { 'x-twilio-signature': twilio.getExpectedTwilioSignature(TOKEN, url, {}) } })
    await new Promise((resolve) => ws.once('open', resolve))
    ws.send(
      JSON.stringify({
        event: 'start',
        sequenceNumber: '1',
        streamSid: 'MZ2',
        start: {
          streamSid: 'MZ2',
          accountSid: ACCOUNT,
          callSid: sidOf(999),
          tracks: ['inbound'],
          mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        },
      }),
    )
    expect(await new Promise((resolve) => ws.once('close', resolve))).toBe(1008)
    await tell('/api/calls/status', said(sid, 'completed', 3))
    await expect.poll(() => viewOf(callId)).toMatchObject({ ends: 1 })
  })
})

describe('a call that comes in', () => {
  const incoming = (sid: string, to = OURS) => ({
    CallSid: sid,
    AccountSid: ACCOUNT,
    From: CALLEE,
    To: to,
    Direction: 'inbound',
    CallStatus: 'ringing',
  })

  it('is one call however often Twilio tells of it, and its session bears Twilio’s name', async () => {
    const sid = `CA${'b'.repeat(32)}`
    const answers = await Promise.all([1, 2, 3].map(async () => (await tell('/api/calls/websocket', incoming(sid))).text()))
    const calls = answers.map((xml) => /name="callId" value="([^"]+)"/.exec(xml)?.[1])
    expect(new Set(calls).size).toBe(1)
    const { call } = (await (await house.ask(`/api/calls/${calls[0]}`, { token: admin })).json()) as { call: Record<string, unknown> }
    expect(call).toMatchObject({ sessionId: sid, kind: 'phone', direction: 'inbound', from: CALLEE, to: OURS, carrier: 'twilio' })
    await tell('/api/calls/status', said(sid, 'completed', 0))
  })

  it('reaches the number’s own address as well; a number that nobody has is refused like a wrong proof', async () => {
    const numbers = (await (await house.ask('/api/phone-numbers', { token: admin })).json()) as { phoneNumbers: { webhookUrl: string }[] }
    const path = pathOf(numbers.phoneNumbers[0]?.webhookUrl ?? null)
    const sid = `CA${'c'.repeat(32)}`
    expect(await (await tell(path, incoming(sid))).text()).toContain('<Stream')
    expect((await tell(path, incoming(sid), { unsigned: true })).status).toBe(403)
    expect((await tell(`${path.slice(0, -2)}xx`, incoming(sid))).status).toBe(403)
    expect((await tell('/api/calls/websocket', incoming(sid, '+12025550188'))).status).toBe(403)
    await tell('/api/calls/status', said(sid, 'completed', 0))
  })
})

describe('without proof', () => {
  const PATHS = ['status', 'recording', 'amd', 'stream-status', 'conference', 'dial-action', 'relay-action', 'websocket'].map(
    (name) => `/api/calls/${name}`,
  )

  it('nothing is answered but 403, and nothing is left behind', async () => {
    const { callId, sid } = await ringing()
    const before = await viewOf(callId)
    const fields = {
      ...said(sid, 'completed', 9),
      RecordingSid: `RE${'0'.repeat(32)}`,
      RecordingStatus: 'completed',
      AnsweredBy: 'machine_start',
    }
    for (const path of [...PATHS, ...PATHS.slice(0, 6).map((each) => `${each}/${callId}`), '/api/sms/incoming', '/api/sms/status']) {
      const answers = await Promise.all([
        tell(path, fields, { unsigned: true }),
        tell(path, fields, { token: 'another-token' }),
        tell(path, fields, { signedFor: `${house.relay.url}/api/calls/other` }),
        tell(path, fields, { signedFor: `https://elsewhere.example${path}` }),
      ])
      expect([path, answers.map(({ status }) => status)]).toEqual([path, [403, 403, 403, 403]])
    }
    expect(await viewOf(callId)).toEqual(before)
    await tell('/api/calls/status', said(sid, 'no-answer', 9))
  })

  it('a signed word of a call that nobody knows is thanked for', async () => {
    expect((await tell('/api/calls/status', said(`CA${'d'.repeat(32)}`, 'completed', 3))).status).toBe(204)
    expect((await tell('/api/calls/status', { From: OURS, To: CALLEE, CallSid: 'nonsense' })).status).toBe(400)
  })
})
