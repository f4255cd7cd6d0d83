import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Permit } from '../../calls/ports.ts'
import { TestClock } from '../../clock.test-kit.ts'
import { createLogger } from '../../logger.ts'
import { readSettings } from '../../settings.ts'
import type { LineEvent, PlaceOrder } from '../carrier.ts'
import { carrierConformance } from '../conformance.test-kit.ts'
import { startVendor, type Vendor } from '../vendor.test-kit.ts'
import { ExotelConfig } from './config.ts'
import vectors from './exotel.vectors.json' with { type: 'json' }
import { exotel } from './index.ts'
import { callerIdOf, e164Of } from './numbers.ts'
import { readStatus } from './webhooks.ts'

const { http } = vectors
const { Sid: CALL } = http.connect_response.Call
const TOKEN = 'api-token-of-the-house'
const config = ExotelConfig.parse({ apiKey: 'api-key', apiToken: TOKEN, sid: 'exampleacct' })
const settings = (origin: string) => readSettings({ EXOTEL_API_BASE_URL: origin })

const call = (Status: string, more: object = {}) => ({ status: 200, body: { Call: { ...http.connect_response.Call, Status, ...more } } })
const refusal = (status: number) => ({
  status,
  body: { RestException: { ...http.error_response.RestException, Status: status, Message: 'The number +12025550101 is not allowed' } },
})
const terminal = http.status_callback_terminal_json
const told = (...fields: object[]): LineEvent[] =>
  fields.flatMap((each) => readStatus({ CallSid: CALL, ...each } as Record<string, unknown>)?.event ?? [])
const ended = (Status: string) =>
  told({ Status: 'queued' }, { EventType: 'ringing', Status: 'in-progress' }, { EventType: 'terminal', Status })

carrierConformance({
  carrier: { ...exotel, open: (own, o) => withStream(exotel.open(own, o)) },
  config,
  foreignConfigs: [
    { ...config, domain: 'api.exotel.com.evil.example' },
    { ...config, domain: '127.0.0.1:1' },
    { ...config, domain: 'exotel.com' },
  ],
  settings,
  secrets: [TOKEN, Buffer.from(`api-key:${TOKEN}`).toString('base64')],
  carrierCallId: CALL,
  placed: { status: 200, body: http.connect_response },
  done: call('completed'),
  refusals: [
    { answer: refusal(401), code: 'unauthorized' },
    { answer: { status: 402, body: '' }, code: 'no_funds' },
    { answer: refusal(403), code: 'number_not_allowed' },
    { answer: refusal(404), code: 'not_found' },
    { answer: refusal(429), code: 'rate_limited' },
    { answer: refusal(400), code: 'refused' },
    {
      answer: {
        status: 400,
        body: '<TwilioResponse><RestException><Status>400</Status><Code>34010</Code></RestException></TwilioResponse>',
      },
      code: 'refused',
    },
  ],
  unclear: [
    { answer: refusal(500), code: 'server_error' },
    { answer: { status: 503, body: '<html>' }, code: 'server_error' },
    { answer: { status: 408, body: '' }, code: 'timeout' },
    { answer: { status: 200, body: '{"Call":' }, code: 'malformed' },
    { answer: call('in-progress', { Sid: '../x' }), code: 'malformed' },
    { answer: call('in-progress', { filling: ' '.repeat(300_000) }), code: 'malformed' },
    { answer: 'silence', code: 'timeout' },
    { answer: 'cut', code: 'unreachable' },
  ],
  over: [],
  statuses: [
    ...['queued', 'in-progress'].map((status) => ({ answer: call(status), event: { status: 'initiated' as const } })),
    {
      answer: call('completed', { Duration: '140', Details: { ConversationDuration: 120, Leg1Status: 'completed', Leg2Status: null } }),
      event: { status: 'completed', durationMs: 120_000, said: { status: 'completed' } },
    },
    { answer: call('completed', { Duration: '35' }), event: { status: 'completed', durationMs: 35_000 } },
    // The second phone is rung when the first has answered.
    ...['ringing', 'in-progress', 'completed'].map((Leg2Status) => ({
      answer: call('in-progress', { Details: { ConversationDuration: null, Leg1Status: 'in-progress', Leg2Status } }),
      event: { status: 'connected' as const },
    })),
    // Of one phone alone this may be said while it rings.
    ...[null, 'queued', 'other'].map((Leg2Status) => ({
      answer: call('in-progress', { Details: { ConversationDuration: null, Leg1Status: 'in-progress', Leg2Status } }),
      event: { status: 'initiated' as const },
    })),
    {
      answer: call('no-answer', { Details: { Leg1Status: 'completed', Leg2Status: 'no-answer' } }),
      event: { status: 'failed', endReason: 'no-answer' },
    },
    { answer: call('busy'), event: { status: 'failed', endReason: 'busy' } },
    { answer: call('no-answer'), event: { status: 'failed', endReason: 'no-answer' } },
    { answer: call('failed'), event: { status: 'failed', endReason: 'error' } },
    { answer: call('canceled'), event: { status: 'failed', endReason: 'canceled' } },
  ],
  unknownCall: refusal(404),
  told: [
    [...told({ Status: 'in-progress' }, { EventType: 'answered', Status: 'in-progress' }), ...told(terminal)],
    ended('busy'),
    ended('no-answer'),
    ended('failed'),
    ended('canceled'),
  ],
})

const STREAM = 'wss://voice.example.test/exotel/abc123?sample-rate=8000'
function withStream(account: ReturnType<typeof exotel.open>): ReturnType<typeof exotel.open> {
  return {
    ...account,
    place: (permit, order, signal) => account.place(permit, { ...order, urls: { ...order.urls, stream: STREAM } }, signal),
  }
}

describe('what Exotel is asked', () => {
  let vendor: Vendor
  beforeEach(async () => {
    vendor = await startVendor()
    vendor.answers({ status: 200, body: http.connect_response })
  })
  afterEach(() => vendor.close())

  const open = (own: Partial<ExotelConfig> = {}, env: Record<string, string> = {}) =>
    exotel.open(
      { ...config, ...own },
      {
        settings: readSettings({ EXOTEL_API_BASE_URL: vendor.origin, ...env }),
        clock: new TestClock(),
        logger: createLogger({ level: 'silent' }),
      },
    )
  const wanted = http.connect_call_request_form
  let redeemed = 0
  const permit: Permit = { callId: 's_1', number: wanted.From, decisionId: 'd_1', redeem: () => void redeemed++ }
  const order: PlaceOrder = {
    callId: 's_1',
    to: wanted.From,
    from: '+918012345678',
    urls: { answer: 'https://r/a', status: wanted.StatusCallback, recording: 'https://r/r', machine: 'https://r/m', stream: STREAM },
    answerWithinMs: 25_500,
    maxDurationMs: 600_000,
    record: false,
    detectMachine: 'no',
  }
  const form = () => new URLSearchParams(vendor.requests.at(-1)?.body)
  /** Every field of the vector, word for word. */
  function expectForm(vector: Record<string, string | string[]>) {
    for (const [name, value] of Object.entries(vector))
      if (name !== 'source') expect([name, form().getAll(name)]).toEqual([name, [value].flat()])
  }

  it('to join a phone with our stream', async () => {
    expect(await open().place(permit, order)).toEqual({ carrierCallId: CALL, status: 'initiated' })
    const asked = vendor.requests.at(-1)
    expect(asked).toMatchObject({ method: 'POST', path: '/v1/Accounts/exampleacct/Calls/connect.json' })
    expect(asked?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/)
    expect(asked?.headers.authorization).toBe(`Basic ${Buffer.from(`api-key:${TOKEN}`).toString('base64')}`)
    const { 'StatusCallbackEvents[]': events, ...fields } = wanted
    expectForm(fields)
    // The Voice AI pages list one more.
    expectForm({ 'StatusCallbackEvents[]': [...events, 'ringing'] })
    expectForm({ TimeLimit: '600', TimeOut: '26', CallType: 'trans', To: [], Url: [], RecordingChannels: [] })
  })

  it('to run a flow, by its mode or because there is one', async () => {
    for (const account of [
      open({ appId: '12345' }),
      open({ appId: '12345', mode: 'flow' }),
      open({ appId: '12345' }, { EXOTEL_MODE: 'flow' }),
    ]) {
      await account.place(permit, order)
      expectForm(http.connect_flow_request_form)
      expectForm({ StreamUrl: [], To: [], 'StatusCallbackEvents[]': wanted['StatusCallbackEvents[]'] })
    }
    await open({ appId: '12345', mode: 'stream' }).place(permit, order)
    expectForm({ Url: [], StreamUrl: STREAM })
  })

  it('to tell us in the way that is set, from an ExoPhone as it is written there', async () => {
    await open({}, { EXOTEL_CALLBACK_TYPE: 'multipart', EXOTEL_CALLER_ID_FORMAT: 'e164' }).place(permit, order)
    expectForm({ StatusCallbackContentType: 'multipart/form-data', CallerId: order.from })
    await open({ callerIdFormat: 'national' }, { EXOTEL_CALLER_ID_FORMAT: 'e164' }).place(permit, order)
    expectForm({ StatusCallbackContentType: 'application/json', CallerId: wanted.CallerId })
  })

  it('to join two phones', async () => {
    const { To } = http.connect_two_numbers_request_form
    for (const mode of ['numbers', 'stream', 'flow'] as const) {
      await open({ mode }).place(permit, { ...order, bridgeTo: To, record: true })
      expectForm(http.connect_two_numbers_request_form)
      expectForm({ StreamUrl: [], Url: [], Record: 'true', RecordingChannels: 'dual' })
      expectForm({ 'StatusCallbackEvents[]': wanted['StatusCallbackEvents[]'] })
    }
  })

  it.each(['dancing', undefined])('a call that has a name is placed, though it is said to be %s', async (Status) => {
    vendor.answers({ status: 200, body: { Call: { Sid: CALL, Status } } })
    const account = open()
    expect(await account.place(permit, order)).toEqual({ carrierCallId: CALL })
    // Asked for how it stands, that is no answer.
    await expect(account.status(CALL)).rejects.toMatchObject({ code: 'malformed' })
  })

  it('nothing when it is not known what for: the permit stays', async () => {
    redeemed = 0
    const { stream: _, ...urls } = order.urls
    const asked = [
      open({ mode: 'numbers' }).place(permit, order),
      open({ mode: 'flow' }).place(permit, order),
      open().place(permit, { ...order, urls }),
      open().place(permit, { ...order, urls: { ...urls, stream: `wss://x/${'a'.repeat(600)}` } }),
      open().place(permit, { ...order, urls: { ...urls, stream: 'https://x/' } }),
    ]
    await Promise.all(asked.map((each) => expect(each).rejects.toMatchObject({ code: 'refused', placed: 'no' })))
    expect([redeemed, vendor.requests.length]).toEqual([0, 0])
  })

  it('within Exotel’s own bounds', async () => {
    await open().place(permit, { ...order, maxDurationMs: 90_000_000, answerWithinMs: 10_000_000 })
    expectForm({ TimeLimit: '14400', TimeOut: '600' })
  })

  it('how a call stands, with its details, and nothing that hangs it up', async () => {
    vendor.answers({ status: 404, body: '' })
    expect(await open().status('../x?')).toBeUndefined()
    expect(vendor.requests.at(-1)).toMatchObject({ method: 'GET', path: '/v1/Accounts/exampleacct/Calls/..%2Fx%3F.json?details=true' })
    const before = vendor.requests.length
    await expect(open().hangUp(CALL)).rejects.toMatchObject({ code: 'unsupported' })
    expect(vendor.requests.length).toBe(before)
    vendor.answers({ status: 200, body: { Call: { ...http.connect_response.Call, Sid: 'another' } } })
    await expect(open().status(CALL)).rejects.toMatchObject({ code: 'malformed' })
  })

  it('of two phones, whether the first has answered', async () => {
    const account = open()
    await account.place(permit, { ...order, bridgeTo: http.connect_two_numbers_request_form.To })
    const standing = async (Leg1Status: string | null) => {
      vendor.answers(call('in-progress', { Details: { Leg1Status, Leg2Status: null } }))
      return (await account.status(CALL))?.status
    }
    expect([await standing(null), await standing('queued'), await standing('in-progress')]).toEqual(['initiated', 'initiated', 'connected'])
  })

  it('at the host of its region, or the one it was given', () => {
    const at =
      (own: Partial<ExotelConfig>, env: Record<string, string> = {}) =>
      () =>
        exotel.open(
          { ...config, ...own },
          { settings: readSettings(env), clock: new TestClock(), logger: createLogger({ level: 'silent' }) },
        )
    for (const region of ['in', 'sg', 'us', 'ae'] as const) expect(at({ region })).not.toThrow()
    expect(at({ domain: 'ccm-api.exotel.com' })).not.toThrow()
    expect(at({ domain: 'telephony.example' })).toThrow('may not leave')
    expect(at({ domain: 'telephony.example' }, { EXOTEL_ALLOWED_HOSTS: 'telephony.example' })).not.toThrow()
  })

  it('the environment sets up a number when it has all of it', () => {
    const all = { EXOTEL_API_KEY: 'k', EXOTEL_API_TOKEN: 't', EXOTEL_SID: 'acct', EXOTEL_CALLER_ID: '08022222222' }
    expect(exotel.fromEnvironment(readSettings({ ...all, EXOTEL_APP_ID: '12345' }))).toEqual({
      config: { apiKey: 'k', apiToken: 't', sid: 'acct', appId: '12345', region: 'in' },
      phoneNumber: '+918022222222',
    })
    for (const name of Object.keys(all)) expect(exotel.fromEnvironment(readSettings({ ...all, [name]: '' }))).toBeUndefined()
  })
})

describe('Exotel’s numbers', () => {
  it.each(vectors.numbers)('$e164 is $exotel_national', ({ e164, exotel_national: national }) => {
    expect(callerIdOf(e164)).toBe(national)
    expect(callerIdOf(e164, 'e164')).toBe(e164)
    expect(e164Of(national, '+918022222222')).toBe(e164)
    expect(e164Of(e164, '+12025550123')).toBe(e164)
  })

  it('others stay as they are, unless wanted otherwise', () => {
    expect(callerIdOf('+6562221234')).toBe('+6562221234')
    expect(callerIdOf('+6562221234', 'national')).toBe('062221234')
    for (const told of ['', 'anonymous', 'sip:x@y']) expect(e164Of(told, '+918022222222')).toBe(told)
  })
})
