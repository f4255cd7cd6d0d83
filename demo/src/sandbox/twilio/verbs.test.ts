import { expect, test } from 'vitest'
import { voice } from '../gemini-live/live.test-kit.ts'
import { TWILIO_ACCOUNT } from './account.ts'
import { Customer, withTwilio } from './customer.test-kit.ts'

const twilio = withTwilio()

/** A customer that answers with this document, and the call it is for. */
async function call(twiml: string | ((customer: Customer) => string), o: { script?: object; order?: Record<string, string> } = {}) {
  const customer = await Customer.open()
  for (const path of ['/after', '/dialled', '/menu']) customer.replies[path] = () => ({ body: '<Response/>' })
  customer.replies['/voice'] = () => ({ body: `<Response>${typeof twiml === 'string' ? twiml : twiml(customer)}</Response>` })
  await twilio.script({ does: 'answer', ...o.script })
  const { body } = await twilio.place(customer, o.order)
  const sid = String(body.sid)
  const phone = async () => (await twilio.phones()).find(({ carrierCallId }) => carrierCallId === sid)
  return { customer, sid, phone }
}

test('Say is heard, then the call is over', async () => {
  const { customer, sid, phone } = await call('<Say>Good morning</Say>')
  await customer.ended()
  const said = await voice.say('Good morning', 'kal', 8000)
  const heard = await twilio.audio(sid, 'heard')
  const begin = heard.findIndex((sample) => sample !== 0) - said.findIndex((sample) => sample !== 0)
  expect([...heard.slice(begin, begin + said.length)]).toEqual([...said])
  expect((await phone())?.endedBy).toBe('carrier')
})

test('digits are pressed with their waits; SendDigits before anything else', async () => {
  const { customer, phone } = await call('<Play digits="1W2"/>', { order: { SendDigits: 'w9#' } })
  await customer.ended()
  const keys = (await phone())?.keysHeard ?? []
  expect(keys.map(({ digit }) => digit)).toEqual(['9', '#', '1', '2'])
  expect((keys[3]?.atMs ?? 0) - (keys[2]?.atMs ?? 0)).toBeGreaterThan(1000)
})

test('Gather collects keys and asks its action what to do', async () => {
  const gather =
    '<Gather numDigits="2" action="/menu"><Say>Press two keys, please, and take your time about it</Say></Gather><Say>Nothing</Say>'
  const { customer } = await call(gather, { script: { says: [{ pauseMs: 300 }, { digits: '42' }] } })
  const { form } = await customer.until(() => customer.webhooks.find(({ path }) => path === '/menu'))
  expect(form.Digits).toBe('42')
  await customer.ended()
})

test('Gather without keys goes on; the finishing key ends it', async () => {
  const { customer } = await call('<Gather timeout="1" action="/menu"/><Gather timeout="5" action="/menu"/>', {
    script: { says: [{ pauseMs: 1200 }, { digits: '7#' }] },
  })
  const { form } = await customer.until(() => customer.webhooks.find(({ path }) => path === '/menu'))
  expect(form.Digits).toBe('7')
})

test('Redirect leads to another document, relative to this one', async () => {
  const { customer, phone } = await call('<Redirect method="GET">./next?step=2</Redirect><Say>never</Say>')
  customer.replies['/next'] = () => ({ body: '<Response><Play digits="3"/></Response>' })
  await customer.ended()
  expect(customer.webhooks.find(({ path }) => path === '/next')?.url).toContain('step=2')
  expect((await phone())?.keysHeard.map(({ digit }) => digit)).toEqual(['3'])
})

test('Connect with an action asks it when the stream is over', async () => {
  const { customer } = await call((c) => `<Connect action="/after"><Stream url="${c.url.replace('http', 'ws')}/media"/></Connect>`)
  const stream = await customer.stream()
  await customer.until(() => stream.of('start')[0])
  stream.close()
  const { form } = await customer.until(() => customer.webhooks.find(({ path }) => path === '/after'))
  expect(form.CallStatus).toBe('in-progress')
  await customer.ended()
})

test('an update replaces what runs: digits, then back into the stream', async () => {
  const { customer, sid, phone } = await call((c) => `<Connect><Stream url="${c.url.replace('http', 'ws')}/media"/></Connect>`)
  const first = await customer.stream()
  await customer.until(() => first.of('start')[0])
  const twiml = `<Response><Play digits="55"/><Redirect>${customer.url}/voice</Redirect></Response>`
  expect((await twilio.rest(`/Calls/${sid}.json`, { Twiml: twiml })).status).toBe(200)
  await customer.until(() => first.closed)
  expect(first.of('stop')).toHaveLength(1)
  const second = await customer.stream(1)
  await customer.until(() => second.of('start')[0])
  expect(second.sid).not.toBe(first.sid)
  expect((await phone())?.keysHeard.map(({ digit }) => digit)).toEqual(['5', '5'])
})

test('Dial joins two phones, tells both legs, and asks the action how it went', async () => {
  const dial =
    '<Dial action="/dialled" callerId="+12025550199" record="record-from-answer" recordingStatusCallback="/recording"><Number statusCallback="/leg" statusCallbackEvent="ringing answered completed">+12025550103</Number></Dial>'
  await twilio.script({ number: '+12025550103', says: [{ text: 'Hello from the other phone' }], hangsUpAfterMs: 300 })
  const { customer, sid, phone } = await call(dial)
  const { form } = await customer.until(() => customer.webhooks.find(({ path }) => path === '/dialled'))
  expect(form).toMatchObject({ CallSid: sid, DialCallStatus: 'completed', DialCallSid: expect.stringMatching(/^CA/) })
  await customer.ended()
  const leg = customer.webhooks.filter(({ path }) => path === '/leg').map((webhook) => webhook.form)
  expect(leg.map(({ CallStatus }) => CallStatus)).toEqual(['ringing', 'in-progress', 'completed'])
  expect(leg[0]).toMatchObject({ ParentCallSid: sid, Direction: 'outbound-dial', From: '+12025550199', To: '+12025550103' })
  await customer.until(() => customer.webhooks.find(({ path }) => path === '/recording'))
  const heard = await twilio.audio((await phone())?.id ?? '', 'heard')
  const said = await voice.say('Hello from the other phone', 'slt', 8000)
  expect(best(heard, said)).toBeGreaterThan(0.95)
})

test.each([
  ['busy', 'busy'],
  ['no-answer', 'no-answer'],
  ['fail', 'failed'],
])('a dialled phone that is %s', async (does, status) => {
  await twilio.script({ number: '+12025550103', does })
  const { customer } = await call('<Dial action="/dialled" timeout="1">+12025550103</Dial>')
  const { form } = await customer.until(() => customer.webhooks.find(({ path }) => path === '/dialled'))
  expect(form.DialCallStatus).toBe(status)
})

test('when the first phone leaves, the dialled one is hung up', async () => {
  await twilio.script({ number: '+12025550103', does: 'answer' })
  const { customer } = await call('<Dial>+12025550103</Dial>', { script: { hangsUpAfterMs: 500 } })
  await customer.ended()
  await expect.poll(async () => (await twilio.phones()).map(({ state }) => state)).toEqual(['over', 'over'])
})

test('a recording is told of and can be fetched with credentials', async () => {
  const recording = {
    Record: 'true',
    RecordingChannels: 'dual',
    RecordingStatusCallbackEvent: ['in-progress', 'completed'] as unknown as string,
  }
  const customer = await Customer.open()
  customer.replies['/voice'] = () => ({ body: '<Response><Say>Recorded words</Say></Response>' })
  await twilio.script({ does: 'answer' })
  await twilio.place(customer, { ...recording, RecordingStatusCallback: `${customer.url}/recording` })
  const told = await customer.until(() => customer.webhooks.find(({ form }) => form.RecordingStatus === 'completed'))
  expect(told.form).toMatchObject({
    RecordingChannels: '2',
    RecordingSource: 'OutboundAPI',
    RecordingDuration: expect.stringMatching(/^\d+$/),
  })
  expect(customer.webhooks.some(({ form }) => form.RecordingStatus === 'in-progress')).toBe(true)
  const url = `${told.form.RecordingUrl}.wav`
  expect((await fetch(url)).status).toBe(401)
  const wav = Buffer.from(await (await fetch(url, { headers: { authorization: twilio.authorization } })).arrayBuffer())
  expect([wav.toString('latin1', 0, 4), wav.readUInt16LE(22), wav.readUInt32LE(24), wav.readUInt32LE(40)]).toEqual([
    'RIFF',
    2,
    8000,
    wav.length - 44,
  ])
  const listed = (await twilio.rest('/Recordings.json')).body.recordings as { sid: string }[]
  expect(listed.map(({ sid }) => sid)).toEqual([told.form.RecordingSid])
})

test('machine detection: the answer waits for the verdict, or is told it later', async () => {
  await twilio.settings({ machineMs: 50 })
  const machine = { answeredBy: 'machine_start' }
  const first = await call('<Hangup/>', { script: machine, order: { MachineDetection: 'DetectMessageEnd' } })
  const asked = await first.customer.until(() => first.customer.webhooks.find(({ path }) => path === '/voice'))
  expect(asked.form.AnsweredBy).toBe('machine_end_beep')
  const customer = (await Customer.open()).streamsBothWays()
  await twilio.script(machine)
  const later = { MachineDetection: 'Enable', AsyncAmd: 'true', AsyncAmdStatusCallback: `${customer.url}/machine` }
  const { body } = await twilio.place(customer, later)
  const told = await customer.until(() => customer.webhooks.find(({ path }) => path === '/machine'))
  expect(told.form).toEqual({
    CallSid: body.sid,
    AccountSid: TWILIO_ACCOUNT.accountSid,
    AnsweredBy: 'machine_start',
    MachineDetectionDuration: expect.stringMatching(/^\d+$/),
  })
  expect(customer.webhooks.find(({ path }) => path === '/voice')?.form).not.toHaveProperty('AnsweredBy')
  expect((await twilio.rest(`/Calls/${body.sid}.json`)).body.answered_by).toBe('machine_start')
})

test('a phone dials in, is answered and talks; another is rejected', async () => {
  const customer = (await Customer.open()).streamsBothWays()
  const numbers = { phoneNumber: TWILIO_ACCOUNT.phoneNumber, voiceUrl: `${customer.url}/voice`, statusCallback: `${customer.url}/status` }
  await twilio.ordered('twilio/numbers', numbers)
  await twilio.ordered('phones/dial', {
    from: '+919000000001',
    to: TWILIO_ACCOUNT.phoneNumber,
    says: [{ pauseMs: 200 }],
    hangsUpAfterMs: 0,
  })
  const stream = await customer.stream()
  await customer.until(() => stream.closed)
  expect((await customer.ended()).form).toMatchObject({
    CallStatus: 'completed',
    Direction: 'inbound',
    From: '+919000000001',
    FromCountry: 'IN',
  })
  customer.replies['/voice'] = () => ({ body: '<Response><Reject reason="busy"/></Response>' })
  await twilio.ordered('phones/dial', { from: '+12025550104', to: TWILIO_ACCOUNT.phoneNumber })
  await expect.poll(async () => (await twilio.phones()).at(-1)?.end).toBe('busy')
})

test('a document that is none: the fallback, or an apology', async () => {
  const first = await call('<Nonsense/>', { order: {} })
  await first.customer.ended()
  expect((await twilio.audio(first.sid, 'heard')).some((sample) => Math.abs(sample) > 1000)).toBe(true)
  const customer = await Customer.open()
  customer.replies['/voice'] = () => ({ status: 500 })
  customer.replies['/fallback'] = () => ({ body: '<Response><Play digits="8"/></Response>' })
  await twilio.script({ does: 'answer' })
  await twilio.place(customer, { FallbackUrl: `${customer.url}/fallback` })
  await customer.ended()
  expect(customer.webhooks.find(({ path }) => path === '/fallback')?.form).toMatchObject({
    ErrorCode: '11200',
    ErrorUrl: `${customer.url}/voice`,
  })
})

/** The best correlation of a sound with what was heard last, before the line was cut. */
function best(heard: Int16Array, said: Int16Array): number {
  const shape = said.slice(0, 8000)
  const end = heard.length - said.length
  let most = 0
  for (let at = Math.max(0, end - 8000); at + shape.length < heard.length; at++) {
    let [both, a, b] = [0, 0, 0]
    for (let n = 0; n < shape.length; n += 16) {
      const [x, y] = [shape[n] ?? 0, heard[at + n] ?? 0]
      both += x * y
      a += x * x
      b += y * y
    }
    most = Math.max(most, both / (Math.sqrt(a * b) || 1))
  }
  return most
}
