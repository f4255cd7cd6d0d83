import { expect, test } from 'vitest'
import { EXOTEL_ACCOUNT } from './account.ts'
import { Customer, withExotel } from './customer.test-kit.ts'
import vectors from './exotel.vectors.json' with { type: 'json' }

const exotel = withExotel()
const query = (webhook: { url: string }) => Object.fromEntries(new URL(webhook.url, 'http://x').searchParams)

test('a dynamic address is asked with the fields that were seen, and its socket opened', async () => {
  const customer = await Customer.open()
  customer.replies['/dynamic'] = () => ({ body: JSON.stringify({ url: customer.media('?sample-rate=16000') }) })
  await exotel.flow([{ applet: 'stream', url: `${customer.url}/dynamic` }])
  const call = await exotel.dial({ hangsUpAfterMs: 500 })
  const stream = await customer.stream()
  await customer.until(() => stream.start)
  expect(stream.start).toMatchObject({
    start: { call_sid: call.carrierCallId, from: '09000000002', to: '08040550199', media_format: { sample_rate: '16000' } },
  })
  const [asked] = customer.told('/dynamic')
  const told = query(asked ?? { url: '' })
  expect(asked?.method).toBe('GET')
  expect(Object.keys(told)).toEqual(Object.keys(vectors.http.dynamic_url_query_live.params))
  expect(told).toMatchObject({
    CallFrom: '09000000002',
    CallTo: '08040550199',
    From: '09000000002',
    To: EXOTEL_ACCOUNT.behind,
    Direction: 'incoming',
  })
  expect(told.Created).toMatch(/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d$/)
  await customer.until(() => stream.closed)
})

test('the address may be asked by POST, as form or JSON', async () => {
  const customer = await Customer.open()
  customer.replies['/dynamic'] = () => ({ body: JSON.stringify({ url: customer.media() }) })
  await exotel.flow([{ applet: 'stream', url: `${customer.url}/dynamic` }])
  for (const [n, dynamicAs] of (['post-form', 'post-json'] as const).entries()) {
    await exotel.settings({ dynamicAs })
    await exotel.dial({ hangsUpAfterMs: 50 })
    await customer.stream(n)
  }
  const [form, json] = customer.told('/dynamic')
  expect(form?.form.CallFrom).toBe('09000000002')
  expect(JSON.parse(json?.text ?? '{}')).toMatchObject({ CallFrom: '09000000002' })
})

test('the guide’s way: a POST that is answered in XML, with its parameter', async () => {
  const customer = await Customer.open()
  const stream = `<Connect><Stream url="${customer.media()}"><Parameter name="sessionId" value="s_1"/></Stream></Connect>`
  customer.replies['/answer'] = () => ({ body: `<Response><Say>Hello! Please wait...</Say>${stream}</Response>` })
  await exotel.flow([{ applet: 'answer-url', url: `${customer.url}/answer` }])
  await exotel.dial({ hangsUpAfterMs: 6000 })
  const socket = await customer.stream()
  await customer.until(() => socket.start)
  expect(socket.start).toMatchObject({ start: { custom_parameters: { sessionId: 's_1' } } })
  expect(customer.told('/answer')[0]?.form).toMatchObject({ From: '+919000000002', To: EXOTEL_ACCOUNT.phoneNumber, Status: 'in-progress' })
  const [phone] = await exotel.phones()
  expect(phone?.voice[0]?.fromMs).toBeLessThan(3000)
  socket.close()
  await customer.until(() => socket.closed)
})

test.each([
  [200, 'greeting'],
  [302, 'hangup'],
])('a Passthru that is answered with %i goes to its branch', async (status, branch) => {
  const customer = await Customer.open()
  customer.replies['/passthru'] = () => ({ status })
  const [on200, on302] = [[{ applet: 'greeting', text: 'Good morning.' }], [{ applet: 'hangup' }]]
  await exotel.flow([{ applet: 'passthru', url: `${customer.url}/passthru`, on200, on302 }])
  const { id } = await exotel.dial()
  await customer.until(() => customer.told('/passthru')[0])
  const phone = async () => (await exotel.phones()).find((each) => each.id === id)
  while ((await phone())?.state !== 'over') await new Promise((resolve) => setTimeout(resolve, 20))
  const states = (await phone())?.states.map(({ state }) => state)
  expect(states).toEqual(branch === 'greeting' ? ['dialling', 'ringing', 'talking', 'over'] : ['dialling', 'ringing', 'over'])
  const told = query(customer.told('/passthru')[0] ?? { url: '' })
  expect(told).toMatchObject({ CallType: 'call-attempt', digits: '', EndTime: '1970-01-01 05:30:00', flow_id: EXOTEL_ACCOUNT.appId })
})

test('keys that were gathered come in quotes', async () => {
  const customer = await Customer.open()
  await exotel.flow([
    { applet: 'gather', text: 'Press two keys.', digits: 2 },
    { applet: 'passthru', url: `${customer.url}/passthru` },
  ])
  await exotel.dial({ says: [{ pauseMs: 200 }, { digits: '42' }] })
  const told = await customer.until(() => customer.told('/passthru')[0])
  expect(query(told).digits).toBe('"42"')
})

test.each([
  ['when the caller hangs up', { hangsUpAfterMs: 300 }, 'completed'],
  ['when the customer closes', {}, 'completed'],
])('a Passthru behind the stream tells of it %s', async (how, script, type) => {
  const customer = await Customer.open()
  await exotel.flow([
    { applet: 'stream', url: customer.media() },
    { applet: 'passthru', url: `${customer.url}/passthru` },
  ])
  await exotel.dial(script)
  const stream = await customer.stream()
  if (how.endsWith('closes')) {
    await customer.until(() => stream.of('media').length >= 12)
    stream.close()
  }
  const told = query(await customer.until(() => customer.told('/passthru')[0]))
  expect(told.CallType).toBe(type)
  expect(told.DialCallDuration).toMatch(/^\d+$/)
})

test.each([
  ['#', { says: [{ pauseMs: 300 }, { text: 'Please call me back.' }, { digits: '#' }] }],
  ['the end of the call', { says: [{ pauseMs: 300 }, { text: 'Please call me back.' }], hangsUpAfterMs: 100 }],
])('a message is recorded until %s, and Passthru tells where it is kept', async (_, script) => {
  const customer = await Customer.open()
  await exotel.flow([{ applet: 'voicemail' }, { applet: 'passthru', url: `${customer.url}/passthru` }])
  await exotel.dial(script)
  const told = query(await customer.until(() => customer.told('/passthru')[0]))
  expect(told).toMatchObject({ CallType: 'voicemail', Direction: 'incoming', From: '09000000002' })
  const answer = await fetch(String(told.RecordingUrl), { headers: { authorization: exotel.authorization } })
  const samples = new Int16Array((await answer.arrayBuffer()).slice(44))
  expect(samples.filter((sample) => Math.abs(sample) > 1000).length).toBeGreaterThan(2000)
  expect((await fetch(String(told.RecordingUrl))).status).toBe(401)
})

test('Passthru by POST of JSON', async () => {
  await exotel.settings({ passthruAs: 'post-json' })
  const customer = await Customer.open()
  await exotel.flow([{ applet: 'passthru', url: `${customer.url}/passthru` }])
  await exotel.dial()
  const told = await customer.until(() => customer.told('/passthru')[0])
  expect([told.method, JSON.parse(told.text)]).toMatchObject(['POST', { CallType: 'call-attempt' }])
})

test('a placed call runs its flow, and a dynamic Connect joins another phone', async () => {
  const customer = await Customer.open()
  customer.replies['/connect'] = () => ({ body: JSON.stringify({ destination: { numbers: ['09000000005', '+12025550105'] } }) })
  await exotel.ordered('exotel/flows', { appId: '7', flow: [{ applet: 'connect', url: `${customer.url}/connect` }] })
  await exotel.script({ does: 'answer', says: [{ waitForSpeechMs: 200 }] })
  await exotel.script({ number: '+919000000005', does: 'busy' })
  await exotel.script({
    number: '+12025550105',
    does: 'answer',
    says: [{ text: 'Good morning, this is the other phone.' }],
    hangsUpAfterMs: 100,
  })
  const form = { From: '+919000000001', CallerId: '08040550199', Url: `https://my.exotel.com/${EXOTEL_ACCOUNT.sid}/exoml/start_voice/7` }
  const { status, body } = await exotel.rest('/Calls/connect.json', form)
  expect(status).toBe(200)
  const sid = String(body.Call?.Sid)
  const details = async () => (await exotel.rest(`/Calls/${sid}.json?details=true`)).body.Call ?? {}
  while ((await details()).Status === 'in-progress') await new Promise((resolve) => setTimeout(resolve, 50))
  expect(await details()).toMatchObject({ Status: 'completed', Details: { Leg1Status: 'completed', Leg2Status: 'completed' } })
  const [first] = (await exotel.phones()).filter(({ carrierCallId }) => carrierCallId === sid)
  expect(first?.marks.map(({ did }) => did)).toContain('heard speech')
})
