import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { EXOTEL_ACCOUNT } from '../../demo/src/sandbox/exotel/account.ts'
import { Flood, SMALL_HEAP } from '../kit/flood.ts'
import { PhoneHouse } from '../kit/phone-house.ts'
import { until } from '../kit/until.ts'

/** What anybody can send to where Exotel speaks to us: it signs nothing, so without the address's secret nothing happens, and nothing is kept. */

const TIMES = 10_000
const WITHIN_MS = 300_000
const NUMBER = '+919000000003'

let house: PhoneHouse
let callId = ''
let sid = ''
let told = { webhookUrl: '', statusUrl: '' }
const flood = new Flood(() => house.demo)
beforeAll(async () => {
  const limits = { callsPerVisitorPerHour: 1000, concurrentCalls: 100, silenceMs: 600_000 }
  const persona = { callbackCountries: ['IN'], limits, phone: { carrier: 'exotel', afterRecording: 'call-back' } }
  house = await PhoneHouse.start(persona, SMALL_HEAP)
  const { body } = await house.admin.ask<{ phoneNumbers: ({ id: string } & typeof told)[] }>('GET', '/api/phone-numbers')
  told = body.phoneNumbers.find(({ id }) => id === 'env-exotel') ?? told
  await house.phones.script(NUMBER, {})
  const callback = await house.ring(NUMBER)
  callId = callback.callId
  // From here on nothing happens of itself.
  await until('the greeting was heard', async () => (await house.events(callId)).some(({ type }) => type === 'utterance.heard'))
  sid = (await house.phones.phone(NUMBER)).carrierCallId ?? ''
})
afterAll(async () => {
  flood.close()
  await house?.close()
})

function send(method: string, url: string, body: string, headers: Record<string, string> = {}): Promise<number> {
  const { pathname, search } = new URL(url)
  return flood.send(method, pathname + search, body, headers)
}

/** Everything that a stranger could have changed. */
async function traces(): Promise<unknown> {
  const { body } = await house.admin.ask<{ calls: { id: string }[] }>('GET', '/api/calls?limit=100')
  return {
    status: (await house.call(callId)).status,
    events: await house.events(callId),
    calls: body.calls.map(({ id }) => id),
    decisions: (await house.admin.ask('GET', '/api/gate/decisions')).body,
  }
}

const word = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.constantFrom('completed', 'busy', 'terminal', 'answered', 'voicemail', 'incoming', '+919000000004', 'https://x.exotel.com/a.mp3'),
)
const name = fc.oneof(
  fc.constantFrom('Status', 'EventType', 'CallType', 'Direction', 'CallFrom', 'RecordingUrl', 'CustomField', 'Legs[0][Status]'),
  fc.string({ maxLength: 10 }),
)
const sample = fc.record({
  method: fc.constantFrom('GET', 'POST'),
  to: fc.constantFrom('webhook', 'status'),
  secret: fc.constantFrom('none', 'noise', 'shorter', 'of another number', 'basic'),
  type: fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''),
  fields: fc.dictionary(name, word, { maxKeys: 6 }),
  raw: fc.option(fc.string({ maxLength: 100 }), { nil: undefined }),
})
type Sample = typeof sample extends fc.Arbitrary<infer T> ? T : never
const bodyOf = ({ fields, raw, type }: Sample, own: Record<string, string>) =>
  raw ?? (type === 'application/json' ? JSON.stringify({ ...own, ...fields }) : new URLSearchParams({ ...own, ...fields }).toString())

it(
  `${TIMES} forged webhooks are refused and leave no trace`,
  async () => {
    const samples = fc.sample(sample, 2000)
    const forge = (each: Sample) => {
      const { method, secret, to, type } = each
      const url = to === 'webhook' ? told.webhookUrl : told.statusUrl
      const wrong = {
        none: url.replace(/\/[^/]+$/, ''),
        noise: url.replace(/[^/]+$/, 'x'.repeat(43)),
        shorter: url.slice(0, -1),
        'of another number': url.replace('env-exotel', 'env-twilio'),
        basic: url.replace(/\/[^/]+$/, ''),
      }[secret]
      const basic = `Basic ${Buffer.from(`${EXOTEL_ACCOUNT.apiKey}:guessed`).toString('base64')}`
      const headers = { ...(type && { 'content-type': type }), ...(secret === 'basic' && { authorization: basic }) }
      const query = method === 'GET' ? `?${new URLSearchParams({ CallSid: sid, ...each.fields })}` : ''
      return send(method, wrong + query, bodyOf(each, { CallSid: sid }), headers)
    }
    const before = await traces()
    const answers = await flood.leavesNothing(TIMES / 2, samples, forge)
    // Status has no address without a secret, and is not asked by GET.
    expect([...answers.keys()].filter((status) => ![403, 404].includes(status))).toEqual([])
    expect(answers.get(403)).toBeGreaterThan(TIMES / 3)
    expect(await traces()).toEqual(before)
  },
  WITHIN_MS,
)

it(
  'with the secret, whatever is said of other calls or makes no sense changes nothing here, and is never our fault',
  async () => {
    const before = await house.events(callId)
    const answers = new Set<number>()
    for (const each of fc.sample(sample, 1500)) {
      const { CallFrom: _, CallType: __, RecordingUrl: ___, ...fields } = each.fields
      const other = { ...each, fields: { ...fields, CallSid: `${sid.slice(0, -1)}x`, CustomField: callId } }
      answers.add(await send('POST', told.statusUrl, bodyOf(other, {}), { 'content-type': each.type || 'text/plain' }))
    }
    expect([...answers].filter((status) => ![200, 204, 400, 413].includes(status))).toEqual([])
    expect(await house.events(callId)).toEqual(before)
    expect((await house.call(callId)).status).toBe('connected')
  },
  WITHIN_MS,
)

it('the same road with what is true ends the call', async () => {
  const fields = { CallSid: sid, EventType: 'terminal', Status: 'completed', CustomField: callId }
  expect(await send('POST', told.statusUrl, JSON.stringify(fields), { 'content-type': 'application/json' })).toBe(200)
  await until('its end', async () => (await house.events(callId)).some(({ type }) => type === 'call.ended'))
})
