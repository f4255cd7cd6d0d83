import { describe, expect, test } from 'vitest'
import { EXOTEL_ACCOUNT } from './exotel/account.ts'
import { Customer as ExotelCustomer, withExotel } from './exotel/customer.test-kit.ts'
import { JIOCX_ACCOUNT } from './jiocx/account.ts'
import jiocxVectors from './jiocx/jiocx.vectors.json' with { type: 'json' }
import { OPTIMA_ACCOUNT } from './optima/account.ts'
import { withOptima } from './optima/customer.test-kit.ts'
import { TWILIO_ACCOUNT } from './twilio/account.ts'
import { Customer, withTwilio } from './twilio/customer.test-kit.ts'

/** Somebody calls the very number that calls: it rings, is answered, and ends like any other. */

/** Every phone of this number answers, and hangs up by itself. */
const answering = (number: string) => ({ number, every: true, hangsUpAfterMs: 200 })

describe('Twilio', () => {
  const sandbox = withTwilio()
  const number = TWILIO_ACCOUNT.phoneNumber
  test('rings it once, and tells of one call', async () => {
    const customer = (await Customer.open()).streamsBothWays()
    await sandbox.script(answering(number))
    const { body, status } = await sandbox.place(customer, { To: number, From: number })
    expect(status).toBe(201)
    expect((await customer.ended()).form).toMatchObject({ CallSid: body.sid, CallStatus: 'completed', To: number, From: number })
    expect([...customer.statuses()].sort()).toEqual(['0 initiated', '1 ringing', '2 in-progress', '3 completed'])
    expect(await sandbox.phones()).toMatchObject([{ end: 'hung-up', endedBy: 'phone' }])
  })
})

describe('Exotel', () => {
  const sandbox = withExotel()
  const number = EXOTEL_ACCOUNT.phoneNumber
  test.each([
    ['a bot', {}],
    ['itself', { To: number, StreamUrl: undefined, StreamType: undefined }],
  ])('rings it, and joins it with %s', async (_, o) => {
    const customer = await ExotelCustomer.open()
    await sandbox.script(answering(number))
    const { body, status } = await sandbox.place(customer, { From: number, CallerId: `0${number.slice(3)}`, ...o })
    expect([status, body.RestException]).toEqual([200, undefined])
    expect(await customer.ended()).toMatchObject({ CallSid: body.Call?.Sid, Status: 'completed' })
    expect(customer.statuses().map(({ EventType }) => EventType)).toContain('answered')
  })
})

describe('Optima', () => {
  const sandbox = withOptima()
  const number = OPTIMA_ACCOUNT.phoneNumber
  test.each(['1.0.3', '1.0.5'])('%s rings it, and its room hears how it went', async (version) => {
    await sandbox.settings({ version, newSession: 'before', queueMs: 100 })
    await sandbox.ordered('phones/scripts', answering(number))
    const customer = await sandbox.connect()
    const digits = number.slice(1)
    const sessionId = await sandbox.place({ phoneNumber: digits, ...(version === '1.0.3' ? {} : { callerId: digits }) })
    await customer.join(sessionId)
    await customer.until(() => customer.of('hangup', sessionId)[0])
    expect(customer.of('dialStatus', sessionId).map(({ status }) => status)).toContain('Connected')
    expect(await sandbox.call(sessionId)).toMatchObject({ to: number })
  })
})

describe('JioCX', () => {
  const sandbox = withTwilio()
  const { organization, password, senderId, username } = JIOCX_ACCOUNT
  const number = '+919000000001'
  test('rings it twice, and joins both', async () => {
    const ask = async (method: string, path: string, sent: object | undefined, token = '') => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
      const answer = await fetch(`${sandbox.url()}/jiocx/v1${path}`, { method, headers, ...(sent && { body: JSON.stringify(sent) }) })
      return (await answer.json()) as Record<string, string>
    }
    const { token } = await ask('POST', jiocxVectors.login.path, { organization, username, password })
    const customer = await Customer.open()
    await sandbox.script(answering(number))
    const asked = { ...jiocxVectors.click2call.json, from: number, to: number, caller_id: senderId, webhook_url: `${customer.url}/jiocx` }
    const { call_id } = await ask('POST', jiocxVectors.click2call.path, asked, token)
    const told = () => customer.told('/jiocx').map(({ text }) => JSON.parse(text) as { call_id: string; status: string })
    await customer.until(() => told().some(({ status }) => status === 'completed'))
    expect(new Set(told().map((each) => each.call_id))).toEqual(new Set([call_id]))
    expect(told().map(({ status }) => status)).toContain('connected')
    expect(await sandbox.phones()).toMatchObject([{ end: 'hung-up' }, { end: 'hung-up' }])
  })
})
