import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Permit } from '../../calls/ports.ts'
import { TestClock } from '../../clock.test-kit.ts'
import { createLogger } from '../../logger.ts'
import { readSettings } from '../../settings.ts'
import type { LineEvent, PlaceOrder } from '../carrier.ts'
import { carrierConformance } from '../conformance.test-kit.ts'
import { startVendor, type Vendor } from '../vendor.test-kit.ts'
import { TwilioConfig } from './config.ts'
import { readForm } from './form.ts'
import { twilio } from './index.ts'
import vectors from './twilio.vectors.json' with { type: 'json' }
import { readStatus } from './webhooks.ts'

const ACCOUNT = `AC${'0'.repeat(32)}`
const CALL = `CA${'0'.repeat(31)}7`
const TOKEN = 'auth-token-of-the-house'
const config = TwilioConfig.parse({ accountSid: ACCOUNT, authToken: TOKEN })
const settings = (origin: string) => readSettings({ TWILIO_API_BASE_URL: origin })

const call = (status: string, more: object = {}) => ({
  status: 200,
  body: { sid: CALL, status, duration: null, price: null, price_unit: 'USD', ...more },
})
const refusal = (status: number, code: number) => ({
  status,
  body: { code, message: 'The number +12025550101 is not allowed', more_info: 'https://www.twilio.com/docs', status },
})
const toldBy = (forms: readonly object[]) =>
  forms.flatMap((form) => readStatus(readForm(new URLSearchParams(form as Record<string, string>).toString()) ?? new Map()) ?? [])
const calling = (...last: [status: string, sip?: string]) =>
  ['initiated', 'ringing', last[0]].map((CallStatus, at) => ({
    CallSid: CALL,
    CallStatus,
    SequenceNumber: String(at),
    ...(at === 2 && last[1] ? { SipResponseCode: last[1] } : {}),
  }))

carrierConformance({
  carrier: twilio,
  config,
  foreignConfigs: [
    { ...config, apiBaseUrl: 'https://api.twilio.com.evil.example' },
    { ...config, apiBaseUrl: 'http://127.0.0.1:1' },
    { ...config, apiBaseUrl: 'wss://api.twilio.com' },
  ],
  settings,
  secrets: [TOKEN, Buffer.from(`${ACCOUNT}:${TOKEN}`).toString('base64')],
  carrierCallId: CALL,
  placed: { ...call('queued'), status: 201 },
  done: call('completed'),
  refusals: [
    { answer: refusal(401, 20003), code: 'unauthorized' },
    { answer: { status: 403, body: '' }, code: 'unauthorized' },
    { answer: { status: 402, body: '' }, code: 'no_funds' },
    { answer: refusal(404, 20404), code: 'not_found' },
    { answer: refusal(429, 20429), code: 'rate_limited' },
    { answer: { status: 429, body: 'slow down' }, code: 'rate_limited' },
    { answer: refusal(400, 21205), code: 'refused' },
    { answer: refusal(400, 21211), code: 'invalid_number' },
    { answer: refusal(400, 21212), code: 'number_not_allowed' },
    { answer: refusal(400, 21214), code: 'unreachable_number' },
    { answer: refusal(400, 21215), code: 'country_not_allowed' },
    { answer: refusal(400, 21219), code: 'number_not_allowed' },
    { answer: refusal(400, 13224), code: 'invalid_number' },
    { answer: refusal(400, 13225), code: 'number_not_allowed' },
    { answer: refusal(400, 99999), code: 'refused' },
  ],
  unclear: [
    { answer: refusal(500, 20500), code: 'server_error' },
    { answer: { status: 503, body: '<html>' }, code: 'server_error' },
    { answer: { status: 408, body: '' }, code: 'timeout' },
    { answer: { status: 201, body: '{"sid":' }, code: 'malformed' },
    { answer: { status: 201, body: { sid: '../x', status: 'queued' } }, code: 'malformed' },
    { answer: { status: 200, body: { sid: CALL, status: 'dancing' } }, code: 'malformed' },
    { answer: { status: 201, body: { sid: CALL, status: 'queued', filling: ' '.repeat(300_000) } }, code: 'malformed' },
    { answer: 'silence', code: 'timeout' },
    { answer: 'cut', code: 'unreachable' },
  ],
  over: [refusal(400, 21220), refusal(404, 20404), { status: 404, body: '' }],
  statuses: [
    { answer: call('queued'), event: { status: 'initiated' } },
    { answer: call('ringing'), event: { status: 'connecting' } },
    { answer: call('in-progress'), event: { status: 'connected' } },
    {
      answer: call('completed', { duration: '35', price: '-0.0140' }),
      event: { status: 'completed', durationMs: 35_000, price: { amount: 0.014, currency: 'USD' }, said: { status: 'completed' } },
    },
    { answer: call('busy', { duration: '0' }), event: { status: 'failed', endReason: 'busy', durationMs: 0 } },
    { answer: call('no-answer'), event: { status: 'failed', endReason: 'no-answer' } },
    { answer: call('canceled'), event: { status: 'failed', endReason: 'canceled' } },
    { answer: call('failed'), event: { status: 'failed', endReason: 'error' } },
  ],
  unknownCall: refusal(404, 20404),
  told: [
    toldBy(vectors.status_callbacks.outbound_sequence) as LineEvent[],
    toldBy(calling('busy')),
    toldBy(calling('no-answer')),
    toldBy(calling('failed', '603')),
  ],
})

describe('what Twilio is asked', () => {
  let vendor: Vendor
  beforeEach(async () => {
    vendor = await startVendor()
    vendor.answers({ ...call('queued'), status: 201 })
  })
  afterEach(() => vendor.close())

  const open = (own: TwilioConfig = config) =>
    twilio.open(own, { settings: settings(vendor.origin), clock: new TestClock(), logger: createLogger({ level: 'silent' }) })
  const permit: Permit = { callId: 'c_1', number: '+12025550101', decisionId: 'd_1', redeem: () => undefined }
  const order: PlaceOrder = {
    callId: 'c_1',
    to: '+12025550101',
    from: '+12025550123',
    urls: { answer: 'https://r/a?x=1&y=2', status: 'https://r/s', recording: 'https://r/r', machine: 'https://r/m' },
    answerWithinMs: 25_500,
    maxDurationMs: 600_000,
    record: false,
    detectMachine: 'no',
  }
  const last = () => vendor.requests.at(-1)
  const form = () => [...new URLSearchParams(last()?.body)]
  const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

  it('to ring, with every status told', async () => {
    await open().place(permit, order)
    expect(last()).toMatchObject({ method: 'POST', path: `/2010-04-01/Accounts/${ACCOUNT}/Calls.json` })
    expect(last()?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/)
    expect(last()?.headers.authorization).toBe(basic(ACCOUNT, TOKEN))
    expect(form()).toEqual([
      ['To', '+12025550101'],
      ['From', '+12025550123'],
      ['Url', 'https://r/a?x=1&y=2'],
      ['Method', 'POST'],
      ['StatusCallback', 'https://r/s'],
      ['StatusCallbackMethod', 'POST'],
      ['StatusCallbackEvent', 'initiated'],
      ['StatusCallbackEvent', 'ringing'],
      ['StatusCallbackEvent', 'answered'],
      ['StatusCallbackEvent', 'completed'],
      ['Timeout', '26'],
      ['TimeLimit', '600'],
    ])
  })

  it('to record, and to tell machines from people', async () => {
    await open().place(permit, { ...order, record: true, detectMachine: 'message-end', answerWithinMs: 10_000_000 })
    expect(Object.fromEntries(form())).toMatchObject({
      Timeout: '600',
      Record: 'true',
      RecordingChannels: 'dual',
      RecordingStatusCallback: 'https://r/r',
      MachineDetection: 'DetectMessageEnd',
      AsyncAmd: 'true',
      AsyncAmdStatusCallback: 'https://r/m',
    })
    await open().place(permit, { ...order, detectMachine: 'at-once' })
    expect(Object.fromEntries(form())).toMatchObject({ MachineDetection: 'Enable', AsyncAmd: 'true' })
  })

  it('with an API key where there is one, whole', async () => {
    const apiKeySid = `SK${'0'.repeat(32)}`
    await open({ ...config, apiKeySid, apiKeySecret: 'key-secret' }).hangUp(CALL)
    expect(last()?.headers.authorization).toBe(basic(apiKeySid, 'key-secret'))
    await open({ ...config, apiKeySid }).hangUp(CALL)
    expect(last()?.headers.authorization).toBe(basic(ACCOUNT, TOKEN))
  })

  it('to hang up, to press keys and to join another phone, of one call', async () => {
    const path = `/2010-04-01/Accounts/${ACCOUNT}/Calls/${CALL}.json`
    await open().hangUp(CALL)
    expect([last()?.path, form()]).toEqual([path, [['Status', 'completed']]])
    await open().sendDigits(CALL, '1w2#', { answer: 'https://r/a?x=1&y=2' })
    expect(form()).toEqual([
      [
        'Twiml',
        '<?xml version="1.0" encoding="UTF-8"?><Response><Play digits="1w2#"/><Redirect method="POST">https://r/a?x=1&amp;y=2</Redirect></Response>',
      ],
    ])
    await open().transfer(permit, CALL, {
      callId: 'c_1',
      to: '+12025550101',
      callerId: '+12025550123',
      statusUrl: 'https://r/d',
      answerWithinMs: 20_000,
    })
    expect(form()).toEqual([
      [
        'Twiml',
        '<?xml version="1.0" encoding="UTF-8"?><Response><Dial action="https://r/d" method="POST" timeout="20" callerId="+12025550123" ' +
          'answerOnBridge="true"><Number>+12025550101</Number></Dial></Response>',
      ],
    ])
    vendor.answers({ status: 404, body: '' })
    expect(await open().status('../../x?')).toBeUndefined()
    expect(last()).toMatchObject({ method: 'GET', path: `/2010-04-01/Accounts/${ACCOUNT}/Calls/..%2F..%2Fx%3F.json`, body: '' })
  })

  it('an answer about another call is none', async () => {
    vendor.answers(call('completed', { sid: `CA${'1'.repeat(32)}` }))
    await expect(open().hangUp(CALL)).rejects.toMatchObject({ code: 'malformed' })
    await expect(open().status(CALL)).rejects.toMatchObject({ code: 'malformed' })
  })

  it('the environment sets up a number when it has all of it', () => {
    const all = { TWILIO_ACCOUNT_SID: ACCOUNT, TWILIO_AUTH_TOKEN: TOKEN, TWILIO_PHONE_NUMBER: '+12025550123' }
    expect(twilio.fromEnvironment(readSettings(all))).toEqual({ config, phoneNumber: '+12025550123' })
    for (const name of Object.keys(all)) expect(twilio.fromEnvironment(readSettings({ ...all, [name]: '' }))).toBeUndefined()
  })
})
