import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { TestClock } from '../../clock.test-kit.ts'
import { createLogger } from '../../logger.ts'
import { readSettings } from '../../settings.ts'
import type { Carrier, CarrierAccount, LineEvent } from '../carrier.ts'
import { carrierConformance } from '../conformance.test-kit.ts'
import { startVendor } from '../vendor.test-kit.ts'
import { eventOf } from './account.ts'
import { JiocxConfig } from './config.ts'
import { type Deviations, dialectOf } from './dialect.ts'
import { jiocx } from './index.ts'
import vectors from './jiocx.vectors.json' with { type: 'json' }
import { numberAs } from './numbers.ts'
import { readBody, readCallback } from './webhooks.ts'

const CALL = vectors.click2call.response.call_id
const PASSWORD = 'pass-word-of-the-house'
const BASE = '/v1'
const config = JiocxConfig.parse({ organizationName: 'ORG', username: 'USER', password: PASSWORD, apiKey: 'api-key-0', senderId: 'SENDER' })
const bridging = (carrier: Carrier<JiocxConfig>): Carrier<JiocxConfig> => ({
  ...carrier,
  open(own, o) {
    const account = carrier.open(own, o)
    return { ...account, place: (permit, order, signal) => account.place(permit, { ...order, bridgeTo: '+919812345678' }, signal) }
  },
})
const told = (status: string, message = '') => ({ status: 200, body: { ...vectors.status.response, status, message } })
const refusal = (status: number) => ({ status, body: { message: 'the number +12025550101 is not allowed' } })
const dialect = dialectOf()
const life = (...statuses: string[]): LineEvent[] => statuses.map((status) => eventOf({ call_id: CALL, status }, dialect, CALL))

/** Every placement in a house of its own: what a token or credentials that are refused lead to has tests of its own. */
const apart = (carrier: Carrier<JiocxConfig>): Carrier<JiocxConfig> => ({
  ...carrier,
  open(own, o) {
    const place: CarrierAccount['place'] = (...order) => carrier.open(own, { ...o, settings: { ...o.settings } }).place(...order)
    return { ...carrier.open(own, o), place }
  },
})

/** Logins are answered beside the vendor, whose requests the suite counts; everything else goes to it. */
function loginsAside() {
  const real = globalThis.fetch
  beforeAll(() => {
    vi.stubGlobal('fetch', async (url: string, init?: RequestInit) =>
      url.endsWith(BASE + vectors.login.path) ? Response.json(vectors.login.response) : await real(url, init),
    )
  })
  afterAll(() => void vi.unstubAllGlobals())
}

for (const auth of ['login', 'api-key', 'body'] as const) {
  describe(`asked by ${auth}`, () => {
    if (auth === 'login') loginsAside()
    carrierConformance({
      carrier: bridging(apart(jiocx)),
      config: { ...config, auth, statuses: { 'x-17': 'failed' } },
      foreignConfigs: ['https://api.jiocx.com.evil.example', 'https://127.0.0.1:1', 'https://jiocx.com'].map((apiBaseUrl) => ({
        ...config,
        apiBaseUrl,
      })),
      settings: (origin) => readSettings({ JIOCX_API_BASE_URL: origin + BASE }),
      secrets: [PASSWORD, 'api-key-0'],
      carrierCallId: CALL,
      placed: { status: 200, body: vectors.click2call.response },
      done: { status: 200, body: vectors.hangup.response },
      refusals: [
        { answer: refusal(400), code: 'refused' },
        { answer: refusal(401), code: 'unauthorized' },
        { answer: refusal(402), code: 'no_funds' },
        { answer: refusal(403), code: 'number_not_allowed' },
        { answer: refusal(404), code: 'not_found' },
        { answer: refusal(422), code: 'invalid_number' },
        { answer: refusal(429), code: 'rate_limited' },
        { answer: { status: 200, body: { success: false, message: 'no credit' } }, code: 'refused' },
        { answer: told('failed', 'the gateway is away'), code: 'refused' },
        { answer: told('X-17'), code: 'refused' },
        { answer: { status: 200, body: { status: 'error', message: 'no such sender' } }, code: 'refused' },
        // Without a name it was no call, though the words are those of a phone that was rung.
        { answer: { status: 200, body: { status: 'failed', message: 'Request rejected: sender not registered' } }, code: 'refused' },
        { answer: { status: 200, body: { status: 'cancelled', message: '' } }, code: 'refused' },
        { answer: { status: 200, body: { status: 'failed', message: 'All channels busy' } }, code: 'refused' },
      ],
      unclear: [
        { answer: refusal(500), code: 'server_error' },
        { answer: { status: 503, body: '<html>' }, code: 'server_error' },
        { answer: { status: 408, body: '' }, code: 'timeout' },
        { answer: { status: 200, body: '{"call_id":' }, code: 'malformed' },
        { answer: { status: 200, body: { ...told('initiated').body, filling: ' '.repeat(300_000) } }, code: 'malformed' },
        { answer: 'silence', code: 'timeout' },
        { answer: 'cut', code: 'unreachable' },
      ],
      over: [refusal(404)],
      statuses: [
        ...vectors.statuses.map((status) => ({ answer: told(status), event: { status: status as LineEvent['status'], said: { status } } })),
        { answer: told('FAILED', 'Callee busy'), event: { status: 'failed', endReason: 'busy' } },
        { answer: told('failed', 'No answer from party A'), event: { status: 'failed', endReason: 'no-answer' } },
        { answer: told('failed', 'call rejected'), event: { status: 'failed', endReason: 'rejected' } },
        { answer: told('Not Answered'), event: { status: 'failed', endReason: 'no-answer' } },
        { answer: told('dancing 12345'), event: { status: 'initiated', said: { status: '' } } },
        { answer: { status: 200, body: { callId: CALL, status: 'connected' } }, event: { status: 'connected' } },
        { answer: { status: 200, body: { data: { call_id: CALL, status: 'connected' } } }, event: { status: 'connected' } },
      ],
      unknownCall: refusal(404),
      told: [
        life('initiated', 'connecting', 'connected', 'completed'),
        life('initiated', 'connecting', 'failed'),
        life('initiated', 'failed'),
      ],
    })
  })
}

describe('JioCX’s words', () => {
  it('mean what the account says, over what the house says, over the guide', () => {
    const ours = (status: string, ...said: Deviations[]) => {
      const { endReason, status: known } = eventOf({ call_id: 'c', status }, dialectOf(...said), 'c')
      return endReason ?? known
    }
    expect(ours('NO_ANS', { statuses: { 'no ans': 'no-answer' } })).toBe('no-answer')
    expect(ours('X', { statuses: { x: 'busy' } }, { statuses: { X: 'connected', y: 'busy' } })).toBe('busy')
    expect(ours('X', { statuses: { X: 'busy' } }, { statuses: { X: 'connected' } })).toBe('connected')
    expect(ours('constructor')).toBe('initiated')
    expect(() => eventOf({ call_id: 'other', status: 'connected' }, dialect, 'c')).toThrow('could not be understood')
    expect(() => eventOf({ call_id: 'c' }, dialect, 'c')).toThrow('could not be understood')
  })

  it.each([
    ['e164', '+919876543210', '+12025550101'],
    ['digits', '919876543210', '12025550101'],
    ['national', '9876543210', '12025550101'],
    ['trunk', '09876543210', '12025550101'],
  ] as const)('numbers as %s', (format, indian, foreign) => {
    expect([numberAs('+919876543210', format), numberAs('+12025550101', format)]).toEqual([indian, foreign])
  })

  it('the environment sets up a number when it has all of it', () => {
    const all = { JIOCX_ORGANIZATION_NAME: 'ORG', JIOCX_USERNAME: 'USER', JIOCX_PASSWORD: 'PASS', JIOCX_SENDER_ID: 'SENDER' }
    const number = { config: { organizationName: 'ORG', username: 'USER', password: 'PASS', senderId: 'SENDER' }, phoneNumber: 'SENDER' }
    expect(jiocx.fromEnvironment(readSettings(all))).toEqual(number)
    expect(jiocx.fromEnvironment(readSettings({ ...all, JIOCX_PHONE_NUMBER: '+911140845784' }))?.phoneNumber).toBe('+911140845784')
    for (const name of Object.keys(all)) expect(jiocx.fromEnvironment(readSettings({ ...all, [name]: '' }))).toBeUndefined()
  })

  it('a dialect that leads elsewhere, or is none, is refused', () => {
    const refused = [
      { paths: { call: '//evil.example/x' } },
      { paths: { call: '/../../x' } },
      { paths: { call: 'https://evil.example' } },
      { paths: { call: '/x@evil' } },
      { paths: { calls: '/x' } },
      { fields: { from: 'a b' } },
      { statuses: { x: 'dancing' } },
      { headers: { 'X-A': 'a\r\nX-B: b' } },
      { paths: '{' },
    ]
    for (const more of refused) expect([more, JiocxConfig.safeParse({ ...config, ...more }).success]).toEqual([more, false])
    expect(JiocxConfig.parse({ ...config, paths: '{"call":"GET /c2c/{call_id}"}' }).paths).toEqual({ call: 'GET /c2c/{call_id}' })
    expect(() => readSettings({ JIOCX_PATHS: '{"call":"x"}' })).toThrow(/^JIOCX_PATHS cannot be used: call: must be a path/)
    expect(() => readSettings({ JIOCX_STATUSES: 'x' })).toThrow('JIOCX_STATUSES must be JSON')
  })
})

describe('a placement', () => {
  it.each([
    [told('failed', 'Callee busy'), 'busy'],
    [told('NO ANSWER'), 'no-answer'],
    [told('completed'), undefined],
  ])('whose phone had its part in the end is no failure of ours, and the first poll tells why: %j', async (answer, endReason) => {
    const vendor = await startVendor()
    vendor.answers(answer)
    const settings = readSettings({ JIOCX_API_BASE_URL: vendor.origin })
    const account = bridging(jiocx).open(
      { ...config, auth: 'api-key' },
      { settings, clock: new TestClock(), logger: createLogger({ level: 'silent' }) },
    )
    const message = { callId: 'c', to: '+919812345678', from: 'S', audioUrl: 'https://r/a', statusUrl: 'https://r/s' }
    const permit = { callId: 'c', number: message.to, decisionId: 'd', redeem: () => undefined }
    expect(await account.playRecording?.(permit, message)).toEqual({ carrierCallId: CALL })
    const event = await account.status(CALL)
    expect(event?.endReason).toBe(endReason)
    await vendor.close()
  })
})

describe('what comes in', () => {
  it('a callback, as JSON or a form, by whatever names', () => {
    const read = (type: string, body: string) => {
      const fields = readBody(type, Buffer.from(body))
      return fields && readCallback(fields, dialect)
    }
    const event = { carrierCallId: 'c1', status: 'connected', said: { status: 'connected' } }
    expect(read('application/json', '{"call_id":"c1","status":"connected"}')).toEqual(event)
    expect(read('', '{"data":{"callId":"c1","status":"CONNECTED"}}')).toEqual(event)
    expect(read('application/x-www-form-urlencoded', 'call_id=c1&status=connected&status=failed')).toEqual(event)
    for (const nothing of ['', '[]', '{', 'call_id=c1', 'status=connected', '{"call_id":"../x","status":"connected"}', 'null'])
      expect([nothing, read('application/json', nothing) ?? read('', nothing)]).toEqual([nothing, undefined])
  })

  it('100,000 bodies and answers: nothing throws, and nothing but a known word is a status', () => {
    const word = fc.oneof(fc.constantFrom(...vectors.statuses), fc.string({ unit: 'binary', maxLength: 12 }), fc.jsonValue({ maxDepth: 1 }))
    const like = fc.record(
      { call_id: word, callId: word, status: word, message: word, success: word, data: fc.jsonValue({ maxDepth: 2 }) },
      { requiredKeys: [] },
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      like.map((each) => JSON.stringify(each)),
      fc.constantFrom(
        '{"__proto__":{"call_id":"c1","status":"connected"}}',
        '__proto__=x&call_id=c1&status=failed',
        '{"call_id":1e400,"status":"failed"}',
      ),
    )
    const allowed = new Set(['initiated', 'connecting', 'connected', 'completed', 'failed'])
    fc.assert(
      fc.property(fc.constantFrom('application/json', 'application/x-www-form-urlencoded', '', 'text/html'), text, (type, body) => {
        const fields = readBody(type, Buffer.from(body))
        const event = fields && readCallback(fields, dialect)
        if (!event) return
        expect(event.carrierCallId).toMatch(/^[A-Za-z0-9_.:-]{1,128}$/)
        expect(allowed.has(event.status)).toBe(true)
        expect(event.said.status).toMatch(/^[a-z-]{0,40}$/)
        expect(({} as Record<string, unknown>).call_id).toBeUndefined()
      }),
      { numRuns: 100_000 },
    )
  })
})
