import { expect, test } from 'vitest'
import { TWILIO_ACCOUNT } from './account.ts'
import { Customer, withTwilio } from './customer.test-kit.ts'

const twilio = withTwilio()
const { apiKeySid, apiKeySecret, accountSid, authToken } = TWILIO_ACCOUNT

test('wants the account, by its token or by an API key', async () => {
  const status = async (user: string, sid: string = accountSid) => {
    const headers = { authorization: `Basic ${Buffer.from(user).toString('base64')}` }
    return (await fetch(`${twilio.url()}/2010-04-01/Accounts/${sid}/Calls.json`, { headers })).status
  }
  expect(await status(`${accountSid}:${authToken}`)).toBe(200)
  expect(await status(`${apiKeySid}:${apiKeySecret}`)).toBe(200)
  expect(await status(`${accountSid}:wrong`)).toBe(401)
  expect(await status(`${accountSid}:${authToken}`, accountSid.replace('1', '2'))).toBe(404)
  const refused = await fetch(`${twilio.account()}/Calls.json`)
  expect(await refused.json()).toEqual({ code: 20_003, message: 'Authenticate', more_info: expect.any(String), status: 401 })
})

test('shows the account itself to its token', async () => {
  expect(await twilio.rest('.json')).toMatchObject({ status: 200, body: { sid: accountSid, status: 'active' } })
  await twilio.settings({ accountStatus: 'suspended' })
  expect((await twilio.rest('.json')).body.status).toBe('suspended')
  expect((await fetch(`${twilio.account()}.json`)).status).toBe(401)
  const stranger = `${twilio.url()}/2010-04-01/Accounts/${accountSid.replace('1', '2')}.json`
  expect((await fetch(stranger, { headers: { authorization: twilio.authorization } })).status).toBe(404)
})

test.each([
  [{ To: '' }, 21_201],
  [{ From: '' }, 21_213],
  [{ To: '12025550101' }, 21_211],
  [{ From: 'shop' }, 21_212],
  [{ Url: '' }, 21_205],
  [{ Url: 'https://relay.example/voice' }, 21_205],
  [{ StatusCallback: 'https://relay.example/status' }, 21_205],
  [{ Url: '', Twiml: 'x'.repeat(4001) }, 20_001],
  [{ Timeout: '601' }, 20_001],
  [{ SendDigits: '12x' }, 20_001],
  [{ StatusCallbackEvent: ['answered', 'spoken'] }, 20_001],
])('refuses %j with %i, and rings nobody', async (wrong, code) => {
  const customer = await Customer.open()
  const { status, body } = await twilio.place(customer, wrong as Record<string, string>)
  expect([status, body.code]).toEqual([400, code])
  expect(await twilio.phones()).toEqual([])
})

test('shows a call as it goes, alone and in the list', async () => {
  const customer = (await Customer.open()).streamsBothWays()
  await twilio.script({ does: 'answer' })
  const { body } = await twilio.place(customer)
  expect(body).toMatchObject({ account_sid: accountSid, sid: expect.stringMatching(/^CA[0-9a-f]{32}$/), start_time: null, duration: null })
  await customer.stream()
  expect((await twilio.rest(`/Calls/${body.sid}.json`)).body).toMatchObject({
    status: 'in-progress',
    start_time: expect.stringContaining('+0000'),
  })
  await twilio.rest(`/Calls/${body.sid}.json`, { Status: 'completed' })
  const { body: after } = await twilio.rest(`/Calls/${body.sid}.json`)
  expect(after).toMatchObject({ status: 'completed', duration: expect.stringMatching(/^\d+$/), price: '-0.01400', price_unit: 'USD' })
  const listed = async (query: string) =>
    ((await twilio.rest(`/Calls.json?${query}`)).body.calls as { sid: string }[]).map(({ sid }) => sid)
  expect(await listed('Status=completed')).toEqual([body.sid])
  expect(await listed('Status=busy')).toEqual([])
  expect((await twilio.rest(`/Calls/CA${'0'.repeat(32)}.json`)).body).toMatchObject({ code: 20_404, status: 404 })
})

test('without StatusCallbackEvent only the end is told', async () => {
  const customer = await Customer.open()
  await twilio.script({ does: 'busy' })
  await twilio.rest('/Calls.json', {
    To: '+12025550101',
    From: TWILIO_ACCOUNT.phoneNumber,
    Twiml: '<Response/>',
    StatusCallback: `${customer.url}/status`,
  })
  await customer.ended()
  expect(customer.statuses()).toEqual(['0 busy'])
})

test.each([
  [{ does: 'busy' }, 'busy', '486'],
  [{ does: 'decline' }, 'busy', '603'],
  [{ does: 'no-answer' }, 'no-answer', '487'],
  [{ does: 'fail' }, 'failed', '404'],
  [{ number: '+12025550108', does: 'busy' }, 'no-answer', '487'],
  [{ does: 'drop', hangsUpAfterMs: 100 }, 'completed', '200'],
  [{ does: 'answer', hangsUpAfterMs: 100 }, 'completed', '200'],
])('a phone that does %j: %s', async (script, status, sip) => {
  const customer = (await Customer.open()).streamsBothWays()
  await twilio.script(script)
  await twilio.place(customer, { Timeout: '1' })
  expect((await customer.ended()).form).toMatchObject({ CallStatus: status, SipResponseCode: sip })
  expect(customer.statuses().filter((each) => /completed|busy|failed|no-answer|canceled/.test(each))).toHaveLength(1)
})

test('cancels a call that rings, and nothing that is answered', async () => {
  const customer = (await Customer.open()).streamsBothWays()
  await twilio.script({ does: 'no-answer' })
  const { body } = await twilio.place(customer)
  await customer.until(() => customer.statuses().length > 0)
  expect((await twilio.rest(`/Calls/${body.sid}.json`, { Twiml: '<Response/>' })).body).toMatchObject({ code: 21_220 })
  await twilio.rest(`/Calls/${body.sid}.json`, { Status: 'canceled' })
  expect((await customer.ended()).form.CallStatus).toBe('canceled')
  await twilio.script({ does: 'answer' })
  const second = await twilio.place(customer)
  await customer.stream()
  expect((await twilio.rest(`/Calls/${second.body.sid}.json`, { Status: 'canceled' })).body).toMatchObject({ code: 21_220 })
})

test('one call a second leaves the queue, if that is the account', async () => {
  const customer = await Customer.open()
  await twilio.settings({ callsPerSecond: 5 })
  await twilio.script({ does: 'busy', every: true })
  for (let n = 0; n < 3; n++) await twilio.place(customer, { StatusCallbackEvent: 'completed' })
  await customer.until(() => customer.statuses().length === 3)
  const calls = (await twilio.rest('/Calls.json')).body.calls as { queue_time: string }[]
  const [third, second, first] = calls.map(({ queue_time }) => Number(queue_time))
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(100)
  expect((third ?? 0) - (second ?? 0)).toBeGreaterThan(100)
})

test('a number not in service fails; no address of the account is empty', async () => {
  const customer = await Customer.open()
  await twilio.place(customer, { To: '+33142685300' })
  expect((await customer.ended()).form.CallStatus).toBe('failed')
  expect((await twilio.rest('/Nothing.json')).body).toMatchObject({ code: 20_404 })
})
