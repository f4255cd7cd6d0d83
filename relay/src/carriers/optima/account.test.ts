import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Permit } from '../../calls/ports.ts'
import { TestClock } from '../../clock.test-kit.ts'
import { createLogger } from '../../logger.ts'
import { readSettings } from '../../settings.ts'
import { CarrierFault, type LineEvent, type PlaceOrder } from '../carrier.ts'
import { carrierConformance } from '../conformance.test-kit.ts'
import { startVendor, type Vendor } from '../vendor.test-kit.ts'
import type { OptimaConfig } from './config.ts'
import { optima } from './index.ts'
import { countryOf, writtenNumber } from './numbers.ts'
import vectors from './optima.vectors.json' with { type: 'json' }
import { OF_DIAL, UNANSWERED } from './statuses.ts'
import { switchboardOf } from './switchboard.ts'

const { rest, rest_105: later } = vectors
const { sessionId: CALL } = rest.call_response_103.data
const TOKEN = 'token-of-the-house'
const config: OptimaConfig = { token: TOKEN, version: '1.0.5' }
const logger = createLogger({ level: 'silent' })

const envelope = (status: number, errors: string, http = status) => ({ status: http, body: { status, errors, data: null } })
const record = (disposition: string, more: object = {}) => ({
  status: 200,
  body: { status: 200, errors: '', data: { sessionId: CALL, disposition, ...more } },
})
const at = (event: Omit<LineEvent, 'carrierCallId' | 'said'>): LineEvent => ({ carrierCallId: CALL, said: {}, ...event })
const wrongField = { status: 422, body: { code: 422, message: 'The given data was invalid.', errors: { phoneNumber: ['digits only'] } } }

for (const version of ['1.0.5', '1.0.5-ws'] as const)
  carrierConformance({
    carrier: optima,
    config: { ...config, version },
    foreignConfigs: [
      { ...config, apiBaseUrl: 'https://voice.optimaccs.com.evil.example' },
      { ...config, apiBaseUrl: 'http://127.0.0.1:1' },
      { ...config, apiBaseUrl: 'https://optimaccs.com' },
    ],
    settings: (origin) => readSettings({ OPTIMA_API_BASE_URL: origin }),
    secrets: [TOKEN],
    carrierCallId: CALL,
    placed: { status: 200, body: later.call_response },
    done: { status: 200, body: { status: 200, errors: '', data: { sessionId: CALL } } },
    refusals: [
      { answer: { status: 400, body: rest.errors[0] ?? {} }, code: 'invalid_number' },
      { answer: { status: 401, body: rest.errors[1] ?? {} }, code: 'unauthorized' },
      { answer: envelope(400, 'Bad Request'), code: 'refused' },
      { answer: wrongField, code: 'invalid_number' },
      { answer: { status: 422, body: { errors: { timeout: ['too long'] } } }, code: 'refused' },
      { answer: envelope(403, 'Forbidden'), code: 'number_not_allowed' },
      { answer: { status: 429, body: '' }, code: 'rate_limited' },
    ],
    unclear: [
      { answer: envelope(500, 'to +12025550101 failed'), code: 'server_error' },
      { answer: envelope(500, 'failed', 200), code: 'server_error' },
      { answer: { status: 503, body: '<html>' }, code: 'server_error' },
      { answer: { status: 408, body: '' }, code: 'timeout' },
      { answer: { status: 200, body: '{"status":200' }, code: 'malformed' },
      { answer: { status: 200, body: { status: 200, errors: '', data: null } }, code: 'malformed' },
      { answer: { status: 200, body: { status: 200, data: { sessionId: CALL, filling: ' '.repeat(300_000) } } }, code: 'malformed' },
      { answer: 'silence', code: 'timeout' },
      { answer: 'cut', code: 'unreachable' },
    ],
    over: [envelope(404, 'Resource not found'), envelope(404, 'Session not found', 200)],
    statuses: [
      { answer: record('ANSWERED', { billableSeconds: 12, duration: 20 }), event: { status: 'completed', durationMs: 12_000 } },
      { answer: record('answered', { billableSeconds: '12' }), event: { status: 'completed', durationMs: 12_000 } },
      { answer: record('NO ANSWER'), event: { status: 'failed', endReason: 'no-answer', durationMs: 0 } },
      { answer: record('NO_ANSWER'), event: { status: 'failed', endReason: 'no-answer' } },
      {
        answer: record('BUSY', { hangupCauseCode: 17 }),
        event: { status: 'failed', endReason: 'busy', said: { record: 'BUSY', cause: '17' } },
      },
      { answer: record('FAILED'), event: { status: 'failed', endReason: 'error' } },
      { answer: record('CANCEL'), event: { status: 'failed', endReason: 'canceled' } },
    ],
    keysGoWithSound: true,
    told: [
      [at(OF_DIAL.dialing), at(OF_DIAL.ringing), at(OF_DIAL.connected), at({ status: 'completed' })],
      [at(OF_DIAL.dialing), at(OF_DIAL.ringing), at(OF_DIAL.busy)],
      [at(OF_DIAL.dialing), at(OF_DIAL.failed)],
      [at(OF_DIAL.dialing), at(OF_DIAL.ringing), at(UNANSWERED)],
    ],
  })

describe('what Optima is asked', () => {
  let vendor: Vendor
  beforeEach(async () => {
    vendor = await startVendor()
    vendor.answers({ status: 200, body: rest.call_response_103 })
  })
  afterEach(() => vendor.close())

  let redeemed = 0
  const indonesian = '+6289608675796'
  const permit: Permit = { callId: 'c_1', number: indonesian, decisionId: 'd_1', redeem: () => void redeemed++ }
  const order: PlaceOrder = {
    callId: 'c_1',
    to: indonesian,
    from: '+622112345678',
    urls: { answer: 'https://r/a', status: 'https://r/s', recording: 'https://r/r', machine: 'https://r/m' },
    answerWithinMs: 30_000,
    maxDurationMs: 600_000,
    record: false,
    detectMachine: 'no',
  }
  function open(own: Partial<OptimaConfig> = {}, env: Record<string, string> = {}) {
    const settings = readSettings({ OPTIMA_API_BASE_URL: vendor.origin, ...env })
    return { settings, account: optima.open({ token: TOKEN, ...own }, { settings, clock: new TestClock(), logger }) }
  }
  const asked = () => JSON.parse(vendor.requests.at(-1)?.body ?? '{}')

  it('in 1.0.3: the number, and nothing else', async () => {
    expect(await open().account.place(permit, order)).toEqual({ carrierCallId: CALL, status: 'initiated' })
    const { body, headers, ...request } = vendor.requests[0] ?? {}
    expect(request).toEqual({ method: rest.call_request.method, path: rest.call_request.path })
    expect(headers?.authorization).toBe(`Bearer ${TOKEN}`)
    expect(headers?.['content-type']).toMatch(/^application\/json/)
    expect(JSON.parse(body ?? '')).toEqual(rest.call_request.json)
  })

  it('from 1.0.5 on: how long to ring, who calls, what the sound is; and its own host is noted', async () => {
    vendor.answers({ status: 200, body: later.call_response })
    const { account, settings } = open({ version: '1.0.5' })
    await account.place(permit, order)
    expect(asked()).toEqual(later.call_request)
    expect(switchboardOf(settings).take(CALL)).toEqual({ endpointUrl: later.call_response.data.endpointUrl, ringMs: undefined })
    expect(switchboardOf(settings).take(CALL)).toBeUndefined()
    await open({ version: '1.0.5-ws' }, { OPTIMA_AUDIO: 'alaw' }).account.place(permit, { ...order, from: '', answerWithinMs: 700_000 })
    expect(asked()).toEqual({ phoneNumber: '089608675796', timeout: 600, audio: { input: 'alaw', output: 'alaw' } })
  })

  it('with numbers as they are set to be written', async () => {
    for (const [own, env, written] of [
      [{}, { OPTIMA_NUMBER_FORMAT: 'digits' }, '6289608675796'],
      [{}, { OPTIMA_NUMBER_FORMAT: 'e164' }, indonesian],
      [{ numberFormat: 'local' }, { OPTIMA_NUMBER_FORMAT: 'e164' }, '089608675796'],
      [{ numberFormat: 'e164', version: '1.0.5' }, {}, '6289608675796'],
    ] as const) {
      await open(own, env).account.place(permit, order)
      expect(asked().phoneNumber).toBe(written)
    }
  })

  it('to hang up', async () => {
    vendor.answers({ status: 200, body: { status: 200, errors: '', data: { sessionId: CALL } } })
    await open().account.hangUp(CALL)
    expect(vendor.requests[0]).toMatchObject({ method: rest.hangup_request.method, path: rest.hangup_request.path })
    expect(asked()).toEqual(rest.hangup_request.json)
  })

  it('how a call ended, from 1.0.5 on; that there is no record yet is no news', async () => {
    vendor.answers(record('ANSWERED'))
    await open({ version: '1.0.5' }).account.status(CALL)
    expect(vendor.requests[0]).toMatchObject({ method: 'GET', path: `/v1/cdr/${CALL}` })
    vendor.answers(envelope(404, 'Resource not found'))
    await expect(open({ version: '1.0.5' }).account.status('../x')).rejects.toMatchObject({ code: 'not_found' })
    expect(vendor.requests[1]?.path).toBe('/v1/cdr/..%2Fx')
    vendor.answers(record('ANSWERED', { sessionId: 'another' }))
    await expect(open({ version: '1.0.5' }).account.status(CALL)).rejects.toMatchObject({ code: 'malformed' })
    await expect(open().account.status(CALL)).rejects.toMatchObject({ code: 'unsupported' })
    expect(vendor.requests).toHaveLength(3)
  })

  it('no second phone: the permit stays', async () => {
    redeemed = 0
    await expect(open().account.place(permit, { ...order, bridgeTo: '+12025550102' })).rejects.toMatchObject({ placed: 'no' })
    expect([redeemed, vendor.requests.length]).toEqual([0, 0])
  })

  it('keys go the way of the sound, and only such as Optima presses', async () => {
    const { account, settings } = open()
    await expect(account.sendDigits(CALL, '1', { answer: '' })).rejects.toMatchObject({ code: 'not_found' })
    const pressed: string[] = []
    switchboardOf(settings).pressBy(async (...keys) => void pressed.push(...keys))
    await account.sendDigits(CALL, `${vectors.digits.send}w`, { answer: '' })
    expect(pressed).toEqual([CALL, `${vectors.digits.send}w`])
    for (const wrong of ['', 'A', 'x', '1 2', '１'])
      await expect(account.sendDigits(CALL, wrong, { answer: '' })).rejects.toThrow(CarrierFault)
    expect(pressed).toHaveLength(2)
  })

  it('the environment sets up a number by its token alone', () => {
    expect(optima.fromEnvironment(readSettings({}))).toBeUndefined()
    expect(optima.fromEnvironment(readSettings({ OPTIMA_TOKEN: 't' }))).toEqual({ config: { token: 't' }, phoneNumber: '' })
    expect(optima.fromEnvironment(readSettings({ OPTIMA_TOKEN: 't', OPTIMA_PHONE_NUMBER: '+622112345678' }))?.phoneNumber).toBe(
      '+622112345678',
    )
  })

  it('at the address of its version', () => {
    const origin = (own: Partial<OptimaConfig>, env = {}) => optima.config.origin({ token: 't', ...own }, readSettings(env))
    expect(origin({})).toBe('https://api-call.optimaccs.com')
    for (const version of ['1.0.5', '1.0.5-ws'] as const) {
      expect(origin({ version })).toBe('https://voice.optimaccs.com')
      expect(origin({}, { OPTIMA_VERSION: version })).toBe('https://voice.optimaccs.com')
    }
  })
})

describe('Optima’s numbers', () => {
  it.each([
    ['+6289608675796', '089608675796', '6289608675796'],
    ['+12025550101', '12025550101', '12025550101'],
    ['+919000000001', '919000000001', '919000000001'],
  ])('%s', (e164, local, digits) => {
    expect(writtenNumber(e164, 'local', 'ID')).toBe(local)
    expect(writtenNumber(e164, 'digits', 'ID')).toBe(digits)
    expect(writtenNumber(e164, 'e164', 'ID')).toBe(e164)
  })

  it('are local by the number’s own country', () => {
    expect(countryOf('+12025550199', 'ID')).toBe('US')
    expect(countryOf('', 'ID')).toBe('ID')
    expect(writtenNumber('+12025550101', 'local', 'US')).toBe('2025550101')
    expect(writtenNumber('+911244567890', 'local', 'IN')).toBe('01244567890')
  })
})
