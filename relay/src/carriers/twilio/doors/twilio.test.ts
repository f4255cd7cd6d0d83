import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { OTHER_ORGANISATION, ownPage } from '../../../relay.test-kit.ts'
import { calls } from '../../../store/schema.ts'
import { ACCOUNT, CALLEE, OURS, type PhoneHouse, said, sidOf, startPhoneHouse } from './twilio.test-kit.ts'

/** The relay's side of Twilio over real HTTP and sockets; requests are signed by Twilio's own package. */

let house: PhoneHouse
beforeAll(async () => {
  house = await startPhoneHouse()
})
afterAll(() => house.close())

const tell: PhoneHouse['tell'] = (...told) => house.tell(...told)

async function ringing() {
  const answer = await house.wish({})
  expect(answer.status).toBe(202)
  const call = (await answer.json()) as { callId: string; callUrl: string }
  await expect.poll(async () => (await house.view(call.callId)).events.some(({ type }) => type === 'line.status')).toBe(true)
  return { ...call, sid: house.newest(), placed: house.asked.at(-1)?.form ?? new URLSearchParams() }
}
const pathOf = (url: string | null | undefined) => (url ?? '').slice(house.relay.url.length)

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
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'failed', endReason: 'busy', ends: 1 })
  })

  it('is told by Twilio’s name for it too', async () => {
    const { callId, sid } = await ringing()
    expect((await tell('/api/calls/status', said(sid, 'no-answer', 2))).status).toBe(204)
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'failed', endReason: 'no-answer' })
  })

  it('is hung up by the page that asked, and nobody else', async () => {
    const { callId, callUrl, sid } = await ringing()
    expect((await fetch(`${callUrl.slice(0, -3)}AAA`, { method: 'DELETE' })).status).toBe(404)
    expect((await fetch(callUrl, { method: 'DELETE' })).status).toBe(204)
    await expect.poll(() => house.asked.at(-1)).toMatchObject({ path: `/2010-04-01/Accounts/${ACCOUNT}/Calls/${sid}.json` })
    expect(house.asked.at(-1)?.form.get('Status')).toBe('completed')
    await tell('/api/calls/status', said(sid, 'canceled', 2))
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'failed', endReason: 'canceled', ends: 1 })
  })

  it('asked for with one key rings once, and every answer is the same', async () => {
    const before = house.asked.length
    const headers = { 'idempotency-key': 'one-wish' }
    const answers = await Promise.all(Array.from({ length: 6 }, () => house.wish({ phoneNumber: '+12025550102' }, headers)))
    const bodies = await Promise.all(answers.map((answer) => answer.text()))
    expect([new Set(bodies).size, JSON.parse(bodies[0] ?? '').status]).toEqual([1, 'initiated'])
    expect(house.asked.length - before).toBe(1)
    const other = await house.wish({}, headers)
    expect(other.status).toBe(409)
    await tell('/api/calls/status', said(house.newest(), 'no-answer', 2))
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
    const signature = house.sign(url)
    expect(await open({})).toBe(403)
    expect(await open({ 'x-twilio-signature': house.sign(url.replace('ws:', 'http:')) })).toBe(403)
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
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'completed', endReason: 'callee', ends: 1 })
    // Asked again when all is over: nothing is left to be done.
    expect(await (await tell(pathOf(placed.get('Url')), said(sid, 'in-progress'))).text()).toContain('<Hangup')
  })

  it('waits for nobody whose stream is of another call', async () => {
    const { callId, placed, sid } = await ringing()
    const xml = await (await tell(pathOf(placed.get('Url')), said(sid, 'in-progress', undefined, { Direction: 'outbound-api' }))).text()
    const url = /url="(ws:[^"]+)"/.exec(xml)?.[1] ?? ''
    const ws = new WebSocket(url, { headers: { 'x-twilio-signature': house.sign(url) } })
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
    await expect.poll(() => house.view(callId)).toMatchObject({ ends: 1 })
  })
})

describe('another phone', () => {
  const outcome = (sid: string, status: string, more: Record<string, string> = {}) =>
    said(sid, 'in-progress', undefined, { DialCallStatus: status, DialCallSid: `CA${'e'.repeat(32)}`, ...more })

  it('is joined for an agent whose person answers, once the gate has been asked for it too', async () => {
    // With the trunk's digit behind the country's, as many write it.
    const [person, phone] = ['+112025550103', '+12025550103']
    const made = await house.ask('/api/agents', {
      method: 'POST',
      token: house.admin,
      json: { name: 'Front desk', modes: ['call-me'], phone: { answeredBy: 'person', person } },
    })
    const { agent } = (await made.json()) as { agent: { id: string } }
    const { callId } = (await (await house.wish({ agentId: agent.id })).json()) as { callId: string }
    await expect.poll(async () => (await house.view(callId)).events.some(({ type }) => type === 'line.status')).toBe(true)
    const sid = house.newest()
    const placed = house.asked.at(-1)?.form
    const asks = async () =>
      (await tell(pathOf(placed?.get('Url')), said(sid, 'in-progress', undefined, { Direction: 'outbound-api' }))).text()
    // Our answer was lost, twice at once and once later: the person's phone is still one phone to the gate.
    const [xml, ...again] = [...(await Promise.all([asks(), asks()])), await asks()]
    expect(again).toEqual([xml, xml])
    expect(xml).toMatch(/<Dial [^>]*callerId="\+12025550199"/)
    expect(xml).toContain(`>${phone}</Number>`)
    expect(await house.view(callId)).toMatchObject({ kind: 'bridge', status: 'connected' })
    const decided = async () => {
      const answer = await house.ask('/api/gate/decisions', { token: house.admin })
      const { decisions } = (await answer.json()) as { decisions: { callId: string; allowed: boolean }[] }
      return decisions.filter((each) => each.callId === callId).map(({ allowed }) => allowed)
    }
    expect(await decided()).toEqual([true, true])
    const nobody = await (await tell(`/api/calls/dial-action/${callId}`, outcome(sid, 'no-answer'))).text()
    expect(nobody).toMatch(/<Say.*<Hangup/)
    // What rings the phone a second time is asked for a second time.
    await asks()
    expect(await decided()).toHaveLength(3)
    await tell('/api/calls/status', said(sid, 'completed', 3, { CallDuration: '20' }))
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'completed', endReason: 'callee', ends: 1 })
  })

  it('is joined by an operator; when it does not answer, the agent goes on', async () => {
    const { callId, placed, sid } = await ringing()
    const transfer = (to: string, key?: string) => {
      const headers = key === undefined ? {} : { 'idempotency-key': key }
      return house.ask(`/api/calls/${callId}/transfer`, { method: 'POST', token: house.admin, headers, json: { to } })
    }
    expect((await transfer('+12025550102')).status).toBe(409)
    await tell(pathOf(placed.get('Url')), said(sid, 'in-progress', undefined, { Direction: 'outbound-api' }))
    await tell('/api/calls/status', said(sid, 'in-progress', 2))
    // A premium number: the gate says no, and Twilio is not asked.
    const before = house.asked.length
    expect((await transfer('+19005551234')).status).toBe(403)
    expect(house.asked.length).toBe(before)
    expect((await transfer('+12025550102', 'once')).status).toBe(204)
    expect(house.asked.at(-1)?.form.get('Twiml')).toMatch(/<Dial .*dial-action.*>\+12025550102<\/Number>/)
    const rung = house.asked.length
    // Asked again, since the answer was lost: no second phone rings, and another order is none of the same.
    expect([(await transfer('+12025550102', 'once')).status, (await transfer('+12025550103', 'once')).status]).toEqual([204, 409])
    expect(house.asked.length).toBe(rung)
    expect(await (await tell(`/api/calls/dial-action/${callId}`, outcome(sid, 'busy'))).text()).toContain('<Stream')
    expect(await (await tell(`/api/calls/dial-action/${callId}`, outcome(sid, 'completed', { DialCallDuration: '9' }))).text()).toContain(
      '<Hangup',
    )
    await tell('/api/calls/status', said(sid, 'completed', 3, { CallDuration: '30' }))
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'completed', endReason: 'callee', ends: 1 })
  })
})

describe('a machine, and a recording', () => {
  it('a machine ends the call with its reason; what Twilio recorded stands in the log, and its address does not', async () => {
    const { callId, placed, sid } = await ringing()
    await tell(pathOf(placed.get('Url')), said(sid, 'in-progress', undefined, { Direction: 'outbound-api' }))
    await tell('/api/calls/amd', { ...said(sid, 'in-progress'), AnsweredBy: 'machine_start', MachineDetectionDuration: '2100' })
    await expect.poll(() => house.view(callId)).toMatchObject({ endReason: 'machine' })
    const recordingId = `RE${'f'.repeat(32)}`
    const url = `https://api.twilio.com/2010-04-01/Accounts/${ACCOUNT}/Recordings/${recordingId}`
    const told = {
      ...said(sid, 'completed'),
      RecordingSid: recordingId,
      RecordingStatus: 'completed',
      RecordingUrl: url,
      RecordingDuration: '4',
    }
    expect((await tell(`/api/calls/recording/${callId}`, told)).status).toBe(204)
    const view = await house.view(callId)
    expect(view).toMatchObject({ recording: true })
    expect(JSON.stringify(view)).not.toContain('Recordings/')
    await tell('/api/calls/status', said(sid, 'completed', 3))
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
    const { call } = (await (await house.ask(`/api/calls/${calls[0]}`, { token: house.admin })).json()) as { call: Record<string, unknown> }
    expect(call).toMatchObject({ sessionId: sid, kind: 'phone', direction: 'inbound', from: CALLEE, to: OURS, carrier: 'twilio' })
    await tell('/api/calls/status', said(sid, 'completed', 0))
  })

  it('reaches the number’s own address as well; a number that nobody has is refused like a wrong proof', async () => {
    const numbers = (await (await house.ask('/api/phone-numbers', { token: house.admin })).json()) as {
      phoneNumbers: { webhookUrl: string }[]
    }
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
    const before = await house.view(callId)
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
    expect(await house.view(callId)).toEqual(before)
    await tell('/api/calls/status', said(sid, 'no-answer', 9))
  })

  it('a signed word of a call that nobody knows is thanked for', async () => {
    expect((await tell('/api/calls/status', said(`CA${'d'.repeat(32)}`, 'completed', 3))).status).toBe(204)
    expect((await tell('/api/calls/status', { From: OURS, To: CALLEE, CallSid: 'nonsense' })).status).toBe(400)
  })
})

describe('signed by another organisation, whose number has a token of its own choice', () => {
  const THEIRS = '+12025550177'
  const TOKEN = 'a-token-of-strangers'
  const DOORS = ['status', 'recording', 'amd', 'stream-status', 'dial-action', 'relay-action', 'conference']
  beforeAll(async () => {
    // It may say of itself that it has our account.
    const twilioConfig = { accountSid: ACCOUNT, authToken: TOKEN }
    const json = { phoneNumber: THEIRS, provider: 'twilio', twilioConfig }
    const token = await house.token('admin', OTHER_ORGANISATION)
    expect((await house.ask('/api/phone-numbers', { method: 'POST', token, json })).status).toBe(201)
  })

  /** All that any door understands, of this call. */
  const words = (sid: string, status = 'in-progress') => ({
    ...said(sid, status, 9, { To: THEIRS }),
    ...{ RecordingSid: `RE${'9'.repeat(32)}`, RecordingStatus: 'completed', AnsweredBy: 'fax' },
    ...{ StreamSid: 'MZ9', StreamEvent: 'stream-error', DialCallStatus: 'no-answer', StatusCallbackEvent: 'participant-join' },
  })
  /** Each is well formed, so that only the number decides. */
  async function strangerTells(fields: Record<string, string>, callId?: string) {
    for (const door of DOORS) {
      const answer = await tell(`/api/calls/${door}${callId === undefined ? '' : `/${callId}`}`, fields, { token: TOKEN })
      expect([door, answer.status]).toEqual([door, callId === undefined ? (door.endsWith('action') ? 200 : 204) : 403])
      if (answer.status === 200)
        expect([door, await answer.text()]).toEqual([door, expect.stringMatching(/<Response><Hangup\/><\/Response>$/)])
    }
  }
  const recordingOf = async (callId: string) =>
    (await house.relay.store.db.select({ recording: calls.recording }).from(calls).where(eq(calls.id, callId)))[0]?.recording
  const typesOf = async (callId: string) => (await house.view(callId)).events.map(({ type }) => type)

  it('nothing of a call that lives is believed, by Twilio’s name for it or by ours', async () => {
    const { callId, placed, sid } = await ringing()
    await tell(pathOf(placed.get('Url')), said(sid, 'in-progress', undefined, { Direction: 'outbound-api' }))
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'connected' })
    for (const status of ['in-progress', 'completed']) {
      await strangerTells(words(sid, status))
      await strangerTells(words(sid, status), callId)
    }
    // What its own number says is written behind all that would have been.
    await tell(`/api/calls/stream-status/${callId}`, { ...said(sid, 'in-progress'), StreamSid: 'MZ1', StreamEvent: 'stream-started' })
    await expect.poll(() => typesOf(callId)).toContain('stream.started')
    expect((await typesOf(callId)).filter((type) => /recording|answered-by|stream\.error|over|ended/.test(type))).toEqual([])
    expect(await house.view(callId)).toMatchObject({ status: 'connected', ends: 0 })
    expect(await recordingOf(callId)).toBeNull()
    await tell('/api/calls/status', said(sid, 'completed', 10))
    await expect.poll(() => house.view(callId)).toMatchObject({ ends: 1 })
  })

  it('nor of one that is over: its recording stays, and nobody is hung up with our credentials', async () => {
    const { callId, sid } = await ringing()
    await tell('/api/calls/status', said(sid, 'no-answer', 2))
    await expect.poll(() => house.view(callId)).toMatchObject({ ends: 1 })
    const recording = { ...said(sid, 'completed'), RecordingSid: `RE${'1'.repeat(32)}`, RecordingStatus: 'completed' }
    await tell('/api/calls/recording', recording)
    const asked = house.asked.length
    await strangerTells(words(sid))
    await strangerTells(words(sid), callId)
    expect(await recordingOf(callId)).toBe(`twilio:${recording.RecordingSid}`)
    expect(house.asked.length).toBe(asked)
  })

  it('nor of a page’s call, which goes over no number: its visitor knows its name', async () => {
    const opened = await house.ask('/api/web-calls', { method: 'POST', headers: ownPage(house.relay), json: { agentId: house.agentId } })
    const { callId } = (await opened.json()) as { callId: string }
    await strangerTells(words(sidOf(801)), callId)
    expect(await recordingOf(callId)).toBeNull()
    expect(await house.view(callId)).toMatchObject({ status: 'initiated', ends: 0 })
  })
})
