import { expect, test } from 'vitest'
import { Customer, type Told, withExotel } from './customer.test-kit.ts'
import vectors from './exotel.vectors.json' with { type: 'json' }

const exotel = withExotel()
const order = (kind: string, more: object = {}) => exotel.order({ service: 'exotel', kind: kind as 'place-500', ...more })
const two = { StreamUrl: undefined, StreamType: undefined, To: '+919000000002' }

/** A whole call whose phone hangs up first. */
async function wholeCall(o: Record<string, string | undefined> = {}): Promise<Customer> {
  const customer = await Customer.open()
  await exotel.script({ does: 'answer', hangsUpAfterMs: 100 })
  await exotel.place(customer, o)
  return customer
}
const events = (customer: Customer) => customer.statuses().map(({ EventType, Status }) => `${EventType} ${Status}`)

test('of a stream: ringing, answered and terminal', async () => {
  const customer = await wholeCall()
  await customer.until(() => customer.statuses().length === 3)
  expect(events(customer)).toEqual(['ringing in-progress', 'answered in-progress', 'terminal completed'])
})

test('of two numbers: answered and terminal, with the fields that were recorded', async () => {
  const customer = await Customer.open()
  await exotel.script({ does: 'answer', says: [{ waitForSpeechMs: 60 }] })
  await exotel.script({ number: '+919000000002', does: 'answer', says: [{ text: 'Good morning to you.' }], hangsUpAfterMs: 100 })
  const { body } = await exotel.place(customer, { ...two, CustomField: 's_1', Record: 'true' })
  const last = await customer.ended()
  expect(events(customer)).toEqual(['answered in-progress', 'answered in-progress', 'terminal completed'])
  const recorded = vectors.http.status_callback_terminal_json
  const { note: _, ...fields } = recorded as Record<string, unknown>
  expect(Object.keys(last).sort()).toEqual(Object.keys(fields).sort())
  expect(last).toMatchObject({
    CallSid: body.Call?.Sid,
    To: '+919000000002',
    From: '+919000000001',
    CustomField: 's_1',
    Direction: 'outbound-api',
  })
  expect(last.Legs).toEqual([
    expect.objectContaining({ Status: 'completed' }),
    expect.objectContaining({ Status: 'completed', AnsweredBy: 'NA' }),
  ])
  // The custom field is in the last one alone.
  expect(customer.statuses().map((told) => 'CustomField' in told)).toEqual([false, false, true])
  const recording = String(last.RecordingUrl)
  expect((await fetch(recording)).status).toBe(401)
  const sound = await fetch(recording, { headers: { authorization: exotel.authorization } })
  expect([sound.status, Buffer.from(await sound.arrayBuffer()).toString('latin1', 0, 4)]).toEqual([200, 'RIFF'])
})

test('without events: the end alone, with four fields', async () => {
  const customer = await wholeCall({ 'StatusCallbackEvents[]': undefined })
  expect(Object.keys(await customer.ended()).sort()).toEqual(['CallSid', 'DateUpdated', 'RecordingUrl', 'Status'])
  expect(customer.statuses()).toHaveLength(1)
})

test('an account that tells more of two numbers only tells four fields of a stream’s end', async () => {
  await exotel.settings({ extraFields: 'two-numbers' })
  const customer = await wholeCall()
  expect(Object.keys(await customer.ended())).toHaveLength(4)
})

test.each([
  ['multipart', undefined, 'asked'],
  ['multipart', 'application/json', 'multipart'],
  ['form', undefined, 'form'],
  ['json', 'application/json', 'asked'],
] as const)('callbacks as %s (asked for %s, set to %s)', async (kind, asked, callbacksAs) => {
  await exotel.settings({ callbacksAs })
  const customer = await wholeCall({ StatusCallbackContentType: asked, 'StatusCallbackEvents[]': 'terminal' })
  const told = await customer.until(() => customer.told('/status')[0])
  const type = String(told.headers['content-type'])
  if (kind === 'json') {
    expect(JSON.parse(told.text)).toMatchObject({ Legs: [{ Status: 'completed' }] })
    return
  }
  expect(type).toContain(kind === 'form' ? 'x-www-form-urlencoded' : 'multipart/form-data')
  const form = await new Response(told.text, { headers: { 'content-type': type } }).formData()
  expect(form.get('Legs[0][Status]')).toBe('completed')
  expect(form.get('Status')).toBe('completed')
})

test.each([
  ['busy', { does: 'busy' }, 'busy'],
  ['declined', { does: 'decline' }, 'busy'],
  ['not answered', { does: 'no-answer' }, 'no-answer'],
  ['out of service', { does: 'fail' }, 'failed'],
  ['dropped', { does: 'drop', hangsUpAfterMs: 50 }, 'completed'],
])('a phone that is %s', async (_, script, status) => {
  const customer = await Customer.open()
  await exotel.script(script)
  const { body } = await exotel.place(customer, { TimeOut: '1' })
  expect(await customer.ended()).toMatchObject({ Status: status, EventType: 'terminal' })
  expect((await exotel.rest(`/Calls/${body.Call?.Sid}.json`)).body.Call?.Status).toBe(status)
})

test('the second of two phones does not answer: the call says so, and its legs which', async () => {
  const customer = await Customer.open()
  await exotel.script({ does: 'answer' })
  await exotel.script({ number: '+919000000002', does: 'busy' })
  const { body } = await exotel.place(customer, two)
  expect(await customer.ended()).toMatchObject({ Status: 'busy', ConversationDuration: 0 })
  const details = (await exotel.rest(`/Calls/${body.Call?.Sid}.json?details=true`)).body.Call?.Details
  expect(details).toMatchObject({
    ConversationDuration: 0,
    Leg1Status: 'completed',
    Leg2Status: 'busy',
    Legs: [{ Leg: { Id: 1 } }, { Leg: { Id: 2 } }],
  })
})

test('duration, price and end are known some time after the end', async () => {
  await exotel.settings({ settleMs: 300 })
  const customer = await Customer.open()
  await exotel.script({ does: 'answer', hangsUpAfterMs: 50 })
  const { body } = await exotel.place(customer)
  await customer.ended()
  const call = async () => (await exotel.rest(`/Calls/${body.Call?.Sid}.json`)).body.Call ?? {}
  expect(await call()).toMatchObject({ Status: 'completed', EndTime: null, Duration: null, Price: null })
  while ((await call()).EndTime === null) await new Promise((resolve) => setTimeout(resolve, 50))
  expect(await call()).toMatchObject({ Duration: expect.any(Number), Price: '0.900000' })
})

test('a callback that is not answered with 200 comes twice more', async () => {
  const customer = await Customer.open()
  customer.replies['/status'] = () => ({ status: 204 })
  await exotel.script({ does: 'busy' })
  await exotel.place(customer, { 'StatusCallbackEvents[]': 'terminal' })
  await customer.until(() => customer.statuses()[2])
  const [first, ...again] = customer.statuses()
  expect(again).toEqual([first, first])
  expect((await exotel.exotel()).webhooks[0]?.attempts.map(({ status }) => status)).toEqual([204, 204, 204])
})

test('callbacks late, repeated, reordered and lost', async () => {
  await order('callbacks-late', { delayMs: 300 })
  const late = await wholeCall()
  await late.until(() => late.statuses().length === 3)
  await order('callbacks-repeated', { more: 1 })
  const again = await wholeCall()
  await again.until(() => again.statuses().length === 6)
  expect(events(again).filter((event) => event === 'terminal completed')).toHaveLength(2)
  await order('callbacks-reordered')
  const reordered = await wholeCall()
  await reordered.until(() => reordered.statuses().length === 3)
  expect(events(reordered)).toEqual(['terminal completed', 'answered in-progress', 'ringing in-progress'])
  await order('callbacks-lost', { only: ['in-progress'] })
  const lost = await wholeCall()
  await lost.ended()
  expect(events(lost)).toEqual(['terminal completed'])
})

test('placements that fail, hang, or ring all the same', async () => {
  const customer = await Customer.open()
  await exotel.script({ does: 'answer', every: true })
  await order('place-500')
  expect((await exotel.place(customer)).status).toBe(500)
  expect(await exotel.phones()).toEqual([])
  await order('place-hangs')
  await expect(exotel.place(customer, {}, AbortSignal.timeout(200))).rejects.toThrow()
  await order('place-stuck')
  const stuck = await exotel.place(customer)
  expect((await exotel.rest(`/Calls/${stuck.body.Call?.Sid}.json`)).body.Call?.Status).toBe('in-progress')
  expect(await exotel.phones()).toEqual([])
  await order('place-then-500', { status: 503 })
  expect((await exotel.place(customer)).status).toBe(503)
  await customer.stream()
  await order('rate-limit')
  expect((await exotel.place(customer)).status).toBe(429)
})

test('the stream breaks in the middle, or cannot be opened: the call ends', async () => {
  await order('stream-dropped', { afterMs: 100 })
  const customer = await Customer.open()
  await exotel.script({ does: 'answer', every: true })
  await exotel.place(customer)
  const stream = await customer.stream()
  await customer.until(() => stream.start)
  stream.say(Buffer.alloc(16_000))
  expect((await customer.until(() => stream.closed)) as number).toBe(1006)
  await order('stream-refused')
  const other = await Customer.open()
  await exotel.place(other)
  const told: Told = await other.ended()
  expect([told.Status, other.streams.length]).toEqual(['completed', 0])
})

test('of calls through a flow nothing is told, unless the account is set so', async () => {
  const Url = 'http://my.exotel.com/sandboxshop1/exoml/start_voice/9'
  await exotel.ordered('exotel/flows', { appId: '9', flow: [] })
  const quiet = await wholeCall({ StreamUrl: undefined, StreamType: undefined, Url })
  while ((await exotel.phones())[0]?.state !== 'over') await new Promise((resolve) => setTimeout(resolve, 20))
  await exotel.settings({ flowCallbacks: true })
  const told = await wholeCall({ StreamUrl: undefined, StreamType: undefined, Url })
  await told.ended()
  expect(quiet.statuses()).toEqual([])
})
