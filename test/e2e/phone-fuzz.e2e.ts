import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { TWILIO_ACCOUNT } from '../../demo/src/sandbox/twilio/account.ts'
import { Flood, SMALL_HEAP } from '../kit/flood.ts'
import { PhoneHouse } from '../kit/phone-house.ts'
import { until } from '../kit/until.ts'

/** What anybody can send to where Twilio speaks to us: nothing happens without proof, however much of it comes. */

const TIMES = 40_000
const WITHIN_MS = 300_000

const number = '+12025554001'
let house: PhoneHouse
let callId: string
let sid: string
const flood = new Flood(() => house.demo)
beforeAll(async () => {
  // A flood may last longer on a busy machine than an agent waits in silence.
  const limits = { callsPerVisitorPerHour: 1000, concurrentCalls: 100, silenceMs: 600_000 }
  house = await PhoneHouse.start({ limits }, SMALL_HEAP)
  await house.phones.script(number, {})
  const callback = await house.ring(number)
  callId = callback.callId
  const phone = await house.phones.phone(number, ({ voice }) => voice.length > 0)
  sid = phone.carrierCallId ?? ''
  // From here on nothing happens of itself.
  await until('the greeting was heard', async () => (await house.events(callId)).some(({ type }) => type === 'utterance.heard'))
})
afterAll(async () => {
  flood.close()
  await house?.close()
})

const sign = (url: string, fields: Record<string, string>, token: string = TWILIO_ACCOUNT.authToken) =>
  createHmac('sha1', token)
    .update(
      url +
        Object.keys(fields)
          .toSorted()
          .map((name) => name + fields[name])
          .join(''),
    )
    .digest('base64')

const post = (path: string, body: string, headers: Record<string, string>) =>
  flood.send('POST', path, body, { 'content-type': 'application/x-www-form-urlencoded', ...headers })

const PATHS = ['status', 'recording', 'amd', 'stream-status', 'dial-action', 'relay-action', 'answer', 'websocket']
/** Everything that a stranger could have changed. */
async function traces(): Promise<unknown> {
  const [call, events, transcript, live] = [
    await house.call(callId),
    await house.events(callId),
    await house.transcript(callId),
    await house.live(),
  ]
  const { body } = await house.admin.ask<{ calls: { id: string }[] }>('GET', '/api/calls?limit=100')
  const decisions = (await house.admin.ask('GET', '/api/gate/decisions')).body
  return { status: call.status, events, transcript, live: live.map(({ id }) => id), calls: body.calls.map(({ id }) => id), decisions }
}

const word = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.constantFrom('completed', 'failed', 'in-progress', 'human', 'machine_start', '-1', 'NaN', '\0'),
)
const forged = fc.record({
  path: fc.constantFrom(...PATHS),
  ofCall: fc.boolean(),
  fields: fc.dictionary(
    fc.oneof(fc.constantFrom('CallStatus', 'SequenceNumber', 'AnsweredBy', 'RecordingUrl', 'Digits'), fc.string({ maxLength: 12 })),
    word,
    { maxKeys: 6 },
  ),
  raw: fc.option(fc.string({ maxLength: 200 }), { nil: undefined }),
  proof: fc.constantFrom('none', 'noise', 'other token', 'other url', 'other body', 'empty'),
})

describe('without proof', () => {
  it(
    `${TIMES} forged webhooks are 403 and leave no trace`,
    async () => {
      const samples = fc.sample(forged, 2000)
      const send = ({ path, ofCall, fields, raw, proof }: (typeof samples)[number]) => {
        const full = `/api/calls/${path}${path !== 'websocket' && (ofCall || path === 'answer') ? `/${callId}` : ''}`
        const known = { CallSid: sid, AccountSid: TWILIO_ACCOUNT.accountSid, From: TWILIO_ACCOUNT.phoneNumber, To: number, ...fields }
        const url = house.demo.url + full
        const signature = {
          none: undefined,
          noise: 'bm9pc2U=',
          'other token': sign(url, known, 'another-token'),
          'other url': sign(`${url}/`, known),
          'other body': sign(url, { ...known, CallStatus: 'busier' }),
          empty: '',
        }[proof]
        return post(full, raw ?? new URLSearchParams(known).toString(), signature === undefined ? {} : { 'x-twilio-signature': signature })
      }
      const before = await traces()
      const answers = await flood.leavesNothing(TIMES / 2, samples, send)
      expect(Object.fromEntries(answers)).toEqual({ 403: TIMES })
      expect(await traces()).toEqual(before)
    },
    WITHIN_MS,
  )

  it('an oversized one is turned away before it is read', async () => {
    const before = await traces()
    const status = await post(`/api/calls/status/${callId}`, `CallSid=${sid}&Junk=${'x'.repeat(3_000_000)}`, {}).catch(() => 413)
    expect([403, 413]).toContain(status)
    expect(await traces()).toEqual(before)
  })

  it('no socket for sound opens', async () => {
    const before = await traces()
    const base = house.demo.url.replace('http', 'ws')
    const opens = (url: string, headers: Record<string, string>) =>
      new Promise<number>((resolve) => {
        const ws = new WebSocket(url, { headers })
        ws.on('open', () => {
          ws.on('close', (code) => resolve(code))
          ws.send('{"event":"start"}')
        })
        ws.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
        ws.on('error', () => undefined)
      })
    for (const path of ['/api/telephony/ws/env-twilio/guessed', `/api/telephony/ws/env-twilio/${callId}`, '/api/telephony/ws/other/x']) {
      const url = base + path
      const answers = [
        await opens(url, {}),
        await opens(url, { 'x-twilio-signature': 'bm9pc2U=' }),
        await opens(url, { 'x-twilio-signature': sign(`${url}/`, {}) }),
      ]
      expect([path, answers]).toEqual([path, [403, 403, 403]])
    }
    expect(await traces()).toEqual(before)
  })
})

describe('with proof', () => {
  it('what is malformed changes nothing', async () => {
    const before = await traces()
    const malformed = [
      { CallStatus: 'completed' },
      { CallSid: 'nonsense', CallStatus: 'completed' },
      { CallSid: sid, CallStatus: 'exploded' },
      { CallSid: sid },
    ]
    for (const fields of malformed) {
      const whole = { AccountSid: TWILIO_ACCOUNT.accountSid, From: TWILIO_ACCOUNT.phoneNumber, To: number, ...fields }
      const path = `/api/calls/status/${callId}`
      const status = await post(path, new URLSearchParams(whole).toString(), { 'x-twilio-signature': sign(house.demo.url + path, whole) })
      expect([fields, status]).toEqual([fields, 400])
    }
    expect(await traces()).toEqual(before)
  })

  it('what is said of another call changes nothing here', async () => {
    const before = await traces()
    const of = { AccountSid: TWILIO_ACCOUNT.accountSid, From: TWILIO_ACCOUNT.phoneNumber, To: number }
    for (const CallSid of [`CA${'0'.repeat(32)}`, `${sid}0`]) {
      const whole = { ...of, CallSid, CallStatus: 'completed', SequenceNumber: '9' }
      const path = `/api/calls/status/${callId}`
      const status = await post(path, new URLSearchParams(whole).toString(), { 'x-twilio-signature': sign(house.demo.url + path, whole) })
      expect(status).toBeLessThan(500)
    }
    expect(await traces()).toEqual(before)
    expect((await house.call(callId)).status).toBe('connected')
  })

  it('what is well told counts: the same road, with proof', async () => {
    const fields = {
      AccountSid: TWILIO_ACCOUNT.accountSid,
      From: TWILIO_ACCOUNT.phoneNumber,
      To: number,
      CallSid: sid,
      CallStatus: 'completed',
      SequenceNumber: '99',
      CallDuration: '7',
    }
    const path = `/api/calls/status/${callId}`
    expect(await post(path, new URLSearchParams(fields).toString(), { 'x-twilio-signature': sign(house.demo.url + path, fields) })).toBe(
      204,
    )
    const events = await house.events(callId)
    expect(events.map(({ type }) => type)).toContain('call.ended')
  })
})
