import { expect, test } from 'vitest'
import { Customer, withTwilio } from './customer.test-kit.ts'

const twilio = withTwilio()
const order = (kind: string, more: object = {}) => twilio.order({ service: 'twilio', kind: kind as 'place-500', ...more })

const answering = async () => {
  const customer = (await Customer.open()).streamsBothWays()
  await twilio.script({ does: 'answer', every: true })
  return customer
}

test('place-500 rings nobody', async () => {
  const customer = await answering()
  await order('place-500')
  const { status, body } = await twilio.place(customer)
  expect([status, body]).toEqual([
    500,
    { code: 20_500, message: expect.any(String), more_info: 'https://www.twilio.com/docs/errors/20500', status: 500 },
  ])
  expect((await twilio.place(customer)).status).toBe(201)
  await customer.stream()
  expect(await twilio.phones()).toHaveLength(1)
})

test('place-then-500 rings all the same', async () => {
  const customer = await answering()
  await order('place-then-500', { status: 503 })
  expect((await twilio.place(customer)).status).toBe(503)
  await customer.stream()
  expect(customer.statuses()).toContain('2 in-progress')
})

test('place-hangs does not answer; it rings if told to', async () => {
  const customer = await answering()
  await order('place-hangs')
  await expect(twilio.place(customer, {}, AbortSignal.timeout(200))).rejects.toThrow()
  await order('place-hangs', { rings: true, forMs: 300 })
  expect((await twilio.place(customer)).status).toBe(504)
  await customer.stream()
  expect(await twilio.phones()).toHaveLength(1)
})

test('place-stuck stays queued, and can be cancelled', async () => {
  const customer = await answering()
  await order('place-stuck')
  const { body } = await twilio.place(customer)
  expect((await twilio.rest(`/Calls/${body.sid}.json`, { Status: 'canceled' })).body.status).toBe('canceled')
  expect((await customer.ended()).form.CallStatus).toBe('canceled')
  expect(await twilio.phones()).toEqual([])
})

/** A whole call whose phone hangs up first. */
async function wholeCall(): Promise<Customer> {
  const customer = (await Customer.open()).streamsBothWays()
  await twilio.script({ does: 'answer', hangsUpAfterMs: 50 })
  await twilio.place(customer)
  return customer
}

test('callbacks late', async () => {
  await order('callbacks-late', { delayMs: 400 })
  const customer = await wholeCall()
  const stream = await customer.stream()
  await customer.until(() => stream.closed)
  expect(customer.statuses()).toEqual([])
  await customer.ended()
  expect(customer.statuses()).toHaveLength(4)
})

test('callbacks repeated, by the same token or by another', async () => {
  await order('callbacks-repeated', { more: 2 })
  await order('callbacks-repeated', { sameToken: false })
  const first = await wholeCall()
  await first.until(() => first.statuses().length === 12)
  expect(tokens(first)).toHaveLength(4)
  const second = await wholeCall()
  await second.until(() => second.statuses().length === 8)
  expect(tokens(second)).toHaveLength(8)
})

const tokens = (customer: Customer) => [
  ...new Set(customer.webhooks.filter(({ path }) => path === '/status').map(({ headers }) => headers['i-twilio-idempotency-token'])),
]

test('callbacks reordered: all after the call, the last one first', async () => {
  await order('callbacks-reordered')
  const customer = await wholeCall()
  await customer.until(() => customer.statuses().length === 4)
  expect(customer.statuses()).toEqual(['3 completed', '2 in-progress', '0 initiated', '1 ringing'])
})

test('callbacks lost: some, or all; the resource knows', async () => {
  await order('callbacks-lost', { only: ['completed', 'in-progress'] })
  const some = await wholeCall()
  const stream = await some.stream()
  await some.until(() => stream.closed)
  await some.until(() => some.statuses().length === 2)
  await order('callbacks-lost')
  const none = await wholeCall()
  const [{ sid } = { sid: '' }] = ((await twilio.rest('/Calls.json')).body.calls as { sid: string }[]) ?? []
  await expect.poll(async () => (await twilio.rest(`/Calls/${sid}.json`)).body.status).toBe('completed')
  expect(some.statuses()).toEqual(['1 ringing', '0 initiated'])
  expect(none.statuses()).toEqual([])
})

test('a fault narrowed to a number waits for that number', async () => {
  const customer = await answering()
  await order('place-500', { match: '0107' })
  expect((await twilio.place(customer)).status).toBe(201)
  expect((await twilio.place(customer, { To: '+12025550107' })).status).toBe(500)
})

test('stream-dropped breaks the socket in the middle of what is played', async () => {
  const customer = await answering()
  await order('stream-dropped', { afterMs: 300 })
  const { body } = await twilio.place(customer)
  const stream = await customer.stream()
  await customer.until(() => stream.of('start')[0])
  stream.say(new Int16Array(16_000).fill(5000))
  await customer.until(() => stream.closed)
  expect(stream.closed).toBe(1006)
  expect(stream.of('stop')).toEqual([])
  await customer.ended()
  const heard = await twilio.audio(String(body.sid), 'heard')
  const sounding = heard.filter((sample) => sample > 4000).length
  expect(sounding).toBeGreaterThan(2000)
  expect(sounding).toBeLessThan(8000)
})

test('stream-refused is told to the stream callback, and the document goes on', async () => {
  const customer = await answering()
  customer.replies['/voice'] = () => ({
    body: `<Response><Connect><Stream url="${customer.url.replace('http', 'ws')}/media" statusCallback="/stream"/></Connect></Response>`,
  })
  await order('stream-refused')
  await twilio.place(customer)
  const told = await customer.until(() => customer.webhooks.find(({ path }) => path === '/stream'))
  expect(told.form).toMatchObject({ StreamEvent: 'stream-error', StreamError: expect.stringContaining('31920') })
  expect((await customer.ended()).form.CallStatus).toBe('completed')
})

test('updates that find no call, or one that is over', async () => {
  const customer = await answering()
  const { body } = await twilio.place(customer)
  await customer.stream()
  await order('update-404')
  await order('update-over')
  const hangUp = () => twilio.rest(`/Calls/${body.sid}.json`, { Status: 'completed' })
  expect((await hangUp()).body).toMatchObject({ code: 20_404, status: 404 })
  expect((await hangUp()).body).toMatchObject({ code: 21_220, status: 400 })
  expect((await hangUp()).body).toMatchObject({ status: 'completed' })
  expect((await hangUp()).body).toMatchObject({ code: 21_220 })
})

test('status, rate-limit and unauthorized answer any request', async () => {
  await order('status', { status: 503 })
  await order('rate-limit')
  await order('unauthorized')
  const codes = []
  for (let n = 0; n < 4; n++) codes.push((await twilio.rest('/Calls.json')).status)
  expect(codes).toEqual([503, 429, 401, 200])
})

test('a webhook that fails is tried once more, with the same token', async () => {
  const customer = await answering()
  let tries = 0
  customer.replies['/status'] = () => {
    tries++
    return tries === 1 ? { status: 500 } : {}
  }
  await twilio.place(customer, { StatusCallbackEvent: ['answered'] })
  await customer.until(() => customer.statuses().length === 2)
  expect(tokens(customer)).toHaveLength(1)
  const { webhooks } = await twilio.twilio()
  expect(webhooks.find(({ purpose }) => purpose === 'status')?.attempts.map(({ status }) => status)).toEqual([500, 200])
})

test('a webhook that hangs is given up, and one that refuses is not repeated', async () => {
  const customer = await answering()
  await twilio.settings({ webhookMs: 200 })
  customer.replies['/status'] = () => new Promise(() => undefined)
  customer.replies['/voice'] = () => ({ status: 404 })
  await twilio.place(customer, { StatusCallbackEvent: ['answered'] })
  await expect
    .poll(async () =>
      (await twilio.twilio()).webhooks.map(({ purpose, attempts }) => [
        purpose,
        attempts.map(({ status, error }) => status ?? error?.split(':')[0]),
      ]),
    )
    .toEqual([
      ['status', ['TimeoutError']],
      ['voice', [404]],
    ])
})
