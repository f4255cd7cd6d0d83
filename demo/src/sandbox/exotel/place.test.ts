import { expect, test } from 'vitest'
import { readXml } from '../carriers/xml.ts'
import { formOf } from '../sandbox.test-kit.ts'
import { EXOTEL_ACCOUNT } from './account.ts'
import { Customer, withExotel } from './customer.test-kit.ts'
import vectors from './exotel.vectors.json' with { type: 'json' }

const exotel = withExotel()
const { http } = vectors

/** The vectors' own account and addresses, as this sandbox has them. */
function ofSandbox(form: object, customer: Customer): Record<string, string | string[]> {
  const { source: _, ...fields } = form as Record<string, string | string[]>
  const own: Record<string, string> = {
    CallerId: '08040550199',
    StreamUrl: customer.media('?sample-rate=8000'),
    Url: `http://my.exotel.com/${EXOTEL_ACCOUNT.sid}/exoml/start_voice/${EXOTEL_ACCOUNT.appId}`,
    StatusCallback: `${customer.url}/status`,
  }
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, own[name] ?? value]))
}

test.each([
  ['direct bot', http.connect_call_request_form],
  ['flow', http.connect_flow_request_form],
  ['two numbers', http.connect_two_numbers_request_form],
] as const)('takes the recorded placement: %s', async (_, form) => {
  const customer = await Customer.open()
  await exotel.ordered('exotel/flows', { appId: EXOTEL_ACCOUNT.appId, flow: [] })
  const { status, body } = await exotel.rest('/Calls/connect.json', ofSandbox(form, customer))
  expect(status).toBe(200)
  const call = body.Call ?? {}
  expect(Object.keys(call).sort()).toEqual(Object.keys(http.connect_response.Call).sort())
  // Nobody has answered yet.
  expect(call).toMatchObject({ Status: 'in-progress', EndTime: null, Duration: null, Direction: 'outbound-api', From: '+919876543210' })
  expect(call.Sid).toMatch(/^[0-9a-f]{31}p$/)
  expect(call.StartTime).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
})

test.each([
  ['From', 'in national form', { From: '09000000001' }],
  ['CallerId', 'in E.164', { CallerId: '+918040550199' }],
  ['StreamUrl', 'of 600 characters', { StreamUrl: `ws://127.0.0.1:1/${'a'.repeat(583)}` }],
  ['StreamUrl', 'that is no socket’s', { StreamUrl: 'http://127.0.0.1:1/' }],
  ['StreamUrl', 'elsewhere', { StreamUrl: 'wss://example.com/' }],
  ['StreamType', 'missing', { StreamType: undefined }],
  ['StreamType', 'one-way', { StreamType: 'unidirectional' }],
  ['StreamUrl', 'with To', { To: '+919000000002' }],
  ['TimeLimit', 'over four hours', { TimeLimit: '14401' }],
  ['CustomField', 'of 129 characters', { CustomField: 'a'.repeat(129) }],
  ['StreamName', 'of 33 characters', { StreamName: 'a'.repeat(33) }],
  ['CallType', 'of another kind', { CallType: 'promo' }],
  ['Record', 'yes', { Record: 'yes' }],
  ['RecordingChannels', 'stereo', { RecordingChannels: 'stereo' }],
  ['StatusCallbackEvents', 'initiated', { 'StatusCallbackEvents[]': ['initiated'] }],
  [
    'StatusCallbackEvents',
    'ringing, of two numbers',
    { StreamUrl: undefined, StreamType: undefined, To: '+919000000002', 'StatusCallbackEvents[]': ['ringing'] },
  ],
  ['StatusCallbackContentType', 'form', { StatusCallbackContentType: 'application/x-www-form-urlencoded' }],
  ['Parameters', 'with one that is not known', { MachineDetection: 'Enable' }],
])('refuses %s %s', async (name, _, o) => {
  const customer = await Customer.open()
  const { status, body } = await exotel.place(customer, o)
  expect([status, body]).toEqual([400, { RestException: { Status: 400, Message: expect.stringContaining(name), Code: 34_001 } }])
  expect(Object.keys(body.RestException ?? {}).sort()).toEqual(Object.keys(http.error_response.RestException).sort())
  expect(await exotel.phones()).toEqual([])
})

test('403: a foreign ExoPhone, a number on the do-not-disturb list, streams that are not enabled', async () => {
  const customer = await Customer.open()
  expect((await exotel.place(customer, { CallerId: '08012345678' })).status).toBe(403)
  await exotel.settings({ dnd: ['+919000000001'] })
  expect((await exotel.place(customer)).status).toBe(403)
  expect((await exotel.rest('/Numbers/09000000001.json')).body.Numbers).toMatchObject({ DND: 'Yes' })
  await exotel.settings({ dnd: [], streamsEnabled: false })
  expect((await exotel.place(customer)).status).toBe(403)
})

test('the account’s own key and token, and no others', async () => {
  const ask = (authorization: string, sid: string = EXOTEL_ACCOUNT.sid) =>
    fetch(`${exotel.url()}/v1/Accounts/${sid}/Calls/x.json`, { headers: { authorization } })
  expect((await ask('Basic bm86bm8=')).status).toBe(401)
  expect((await ask('')).status).toBe(401)
  expect((await ask(exotel.authorization, 'somebody')).status).toBe(404)
  expect(await (await ask(exotel.authorization)).json()).toMatchObject({ RestException: { Status: 404 } })
})

test('answers in XML where the path does not end in .json', async () => {
  const customer = await Customer.open()
  const body = formOf({
    From: '+919000000001',
    To: '+919000000002',
    CallerId: '08040550199',
    StatusCallback: `${customer.url}/status`,
  })
  const ask = (init: RequestInit, path = '/Calls/connect') =>
    fetch(exotel.account() + path, { ...init, headers: { authorization: exotel.authorization } })
  const call = readXml(await (await ask({ method: 'POST', body })).text())
  expect([call.name, call.children[0]?.name]).toEqual(['TwilioResponse', 'Call'])
  const sid = call.children[0]?.children.find(({ name }) => name === 'Sid')?.text
  expect(readXml(await (await ask({}, `/Calls/${sid}`)).text()).children[0]?.children.map(({ name }) => name)).toEqual(
    Object.keys(http.connect_response.Call),
  )
  const refused = await ask({ method: 'POST', body: formOf({ From: '1' }) })
  expect([refused.status, readXml(await refused.text()).children[0]?.name]).toEqual([400, 'RestException'])
  const streams = readXml(await (await ask({}, '/ActiveStreams')).text())
  expect(streams.children[0]?.children.map(({ name }) => name)).toEqual(['ActiveStreamCount', 'ThrottleLimit'])
})

test('takes multipart, and refuses JSON and too many calls in a minute', async () => {
  const customer = await Customer.open()
  const form = new FormData()
  for (const [name, value] of Object.entries({ From: '+919000000001', To: '+919000000002', CallerId: '08040550199' })) form.set(name, value)
  const post = (body: string | FormData, type?: string) =>
    fetch(`${exotel.account()}/Calls/connect.json`, {
      method: 'POST',
      body,
      headers: { authorization: exotel.authorization, ...(type && { 'content-type': type }) },
    })
  expect((await post(form)).status).toBe(200)
  expect((await post('{}', 'application/json')).status).toBe(400)
  await exotel.settings({ callsPerMinute: 1 })
  const late = await exotel.place(customer)
  expect([late.status, late.headers.get('retry-after')]).toEqual([429, '60'])
})
