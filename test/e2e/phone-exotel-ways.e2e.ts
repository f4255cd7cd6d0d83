import { afterAll, beforeAll, expect, it } from 'vitest'
import { EXOTEL_ACCOUNT } from '../../demo/src/sandbox/exotel/account.ts'
import { ExotelNetwork } from '../kit/exotel-network.ts'
import { PhoneHouse } from '../kit/phone-house.ts'
import { until } from '../kit/until.ts'

/** Exotel's other ways: through a flow, two numbers, the guide's XML; callbacks in other forms, lost ones, and a burst that never comes. */

let house: PhoneHouse
let exotel: ExotelNetwork
let webhookUrl = ''
beforeAll(async () => {
  const env = { EXOTEL_APP_ID: '77', EXOTEL_CALLBACK_TYPE: 'multipart' }
  house = await PhoneHouse.start({ greeting: 'Hello, here is the shop.', callbackCountries: ['IN'], phone: { carrier: 'exotel' } }, env)
  exotel = new ExotelNetwork(house.demo)
  const { body } = await house.admin.ask<{ phoneNumbers: { id: string; webhookUrl: string }[] }>('GET', '/api/phone-numbers')
  webhookUrl = body.phoneNumbers.find(({ id }) => id === 'env-exotel')?.webhookUrl ?? ''
  await house.admin.ask('PUT', '/api/phone-numbers', { id: 'env-exotel', linkedAgentId: house.agentId })
  await exotel.app('77', [
    { applet: 'stream', url: webhookUrl },
    { applet: 'passthru', url: webhookUrl },
  ])
  await exotel.settings({ strictPace: true, mostAheadMs: 1000 })
})
afterAll(() => house?.close())

const greeted = async (callId: string) => (await house.events(callId)).some(({ type }) => type === 'utterance.heard')
const placed = async () => (await exotel.seen()).requests.findLast(({ path }) => path.endsWith('/connect.json'))?.body

it('through a flow: the phone rings, the flow brings the sound, its Passthru tells the end', async () => {
  const number = '+919000000003'
  await house.phones.script(number, { says: [{ waitForSilenceMs: 1000 }], hangsUpAfterMs: 0 })
  const callback = await house.ring(number)
  await callback.over
  expect(await placed()).toMatchObject({ Url: `http://my.exotel.com/${EXOTEL_ACCOUNT.sid}/exoml/start_voice/77`, CallerId: '08040550199' })
  await house.settled(callback.callId, number, { status: 'completed', endReason: 'callee' })
  expect(callback.statuses).toContain('connected')
  const phone = await house.phones.phone(number)
  expect(phone.voice.length).toBeGreaterThan(0)
  const told = async () => (await exotel.seen()).webhooks.filter(({ callSid }) => callSid === phone.carrierCallId)
  await until('its Passthru', async () => (await told()).some(({ attempts, purpose }) => purpose === 'passthru' && attempts.length > 0))
  expect((await told()).every(({ attempts }) => attempts.every(({ status }) => status === 200))).toBe(true)
})

it('a call through a flow that nobody answers is asked for: nothing tells of it', async () => {
  const number = '+919000000004'
  await house.phones.script(number, { does: 'busy' })
  const callback = await house.ring(number)
  await callback.over
  await house.settled(callback.callId, number, { status: 'failed', endReason: 'busy' })
})

it('two numbers: a person’s phone is joined with the visitor’s, and both hear each other', async () => {
  const [visitor, person] = ['+919000000005', '+919000000006']
  const { body, status } = await house.admin.ask<{ agent: { id: string } }>('POST', '/api/agents', {
    name: 'Anand',
    modes: ['talk', 'call-me'],
    callbackCountries: ['IN'],
    limits: { callsPerVisitorPerHour: 1000 },
    phone: { carrier: 'exotel', answeredBy: 'person', person },
  })
  expect(status).toBe(201)
  await exotel.settings({ callbacksAs: 'form' })
  await house.phones.script(visitor, { says: [{ waitForSpeechMs: 400 }, { text: 'Is the lamp still there?' }], hangsUpAfterMs: 1500 })
  await house.phones.script(person, { does: 'answer', says: [{ text: 'Good morning, this is Anand speaking.' }, { waitForSpeechMs: 300 }] })
  const callback = await house.ring(visitor, { agentId: body.agent.id })
  await callback.over
  expect(await placed()).toMatchObject({ From: visitor, To: person })
  const heard = async (number: string) => (await house.phones.phone(number)).marks.map(({ did }) => did)
  expect(await heard(visitor)).toContain('heard speech')
  expect(await heard(person)).toContain('heard speech')
  const call = await house.call(callback.callId)
  expect(call.status).toBe('completed')
})

it('two numbers whose `answered` is lost stand as a talk all the same: their legs are asked for', async () => {
  const [visitor, person] = ['+919000000002', '+919000000001']
  const { body } = await house.admin.ask<{ agent: { id: string } }>('POST', '/api/agents', {
    name: 'Anand',
    modes: ['talk', 'call-me'],
    callbackCountries: ['IN'],
    limits: { callsPerVisitorPerHour: 1000 },
    phone: { carrier: 'exotel', answeredBy: 'person', person },
  })
  await exotel.fault(visitor, 'callbacks-lost', { only: ['in-progress'] })
  await house.phones.script(visitor, { does: 'answer', hangsUpAfterMs: 14_000 })
  await house.phones.script(person, { does: 'answer' })
  const callback = await house.ring(visitor, { agentId: body.agent.id })
  await until('its standing', async () => (await house.call(callback.callId)).status === 'connected')
  await callback.over
  expect(await house.call(callback.callId)).toMatchObject({ status: 'completed', endReason: 'callee' })
})

it('the guide’s way: asked by POST, answered in XML, with the session in the stream', async () => {
  const number = '+919000000007'
  await exotel.settings({ callbacksAs: 'multipart' })
  await exotel.flow(EXOTEL_ACCOUNT.phoneNumber, [{ applet: 'answer-url', url: webhookUrl }])
  await house.phones.dial(number, EXOTEL_ACCOUNT.phoneNumber, {
    says: [{ waitForSpeechMs: 100 }, { waitForSilenceMs: 3000 }],
    hangsUpAfterMs: 0,
  })
  const call = await until('its call', async () => {
    const { body } = await house.admin.ask<{ calls: { id: string; from?: string; direction: string; sessionId: string }[] }>(
      'GET',
      '/api/calls',
    )
    return body.calls.find(({ direction, from }) => direction === 'inbound' && from === number)
  })
  await until('it was greeted', () => greeted(call.id))
  const phone = await house.phones.phone(number)
  const { body } = await house.admin.ask<{ call: { sessionId: string } }>('GET', `/api/calls/${call.id}`)
  expect(body.call.sessionId).toBe(phone.carrierCallId)
  await house.settled(call.id, number, { status: 'completed', endReason: 'visitor' })
})

it('callbacks that are lost, late or backwards change nothing about how it ended', async () => {
  await exotel.settings({ flowCallbacks: true, callbacksAs: 'form' })
  const number = '+919000000008'
  for (const [kind, more] of [
    ['callbacks-lost', {}],
    ['callbacks-late', { delayMs: 700 }],
    ['callbacks-reordered', {}],
    ['callbacks-repeated', { more: 3, sameToken: false }],
  ] as const) {
    await exotel.fault(number, kind, more)
    await house.phones.script(number, { says: [{ waitForSpeechMs: 100 }, { waitForSilenceMs: 600 }], hangsUpAfterMs: 0 })
    const callback = await house.ring(number)
    await callback.over
    await house.settled(callback.callId, number, { status: 'completed', endReason: 'callee' })
  }
})

it('placements: refused clearly, not at all clearly, and ringing all the same', async () => {
  const number = '+919000000009'
  await exotel.settings({ dnd: [number] })
  const refused = await house.ring(number)
  await refused.over
  expect(await house.call(refused.callId)).toMatchObject({ status: 'failed' })
  await exotel.settings({ dnd: [] })
  await exotel.fault(number, 'place-then-500', { status: 503 })
  await house.phones.script(number, { says: [{ waitForSpeechMs: 100 }, { waitForSilenceMs: 600 }], hangsUpAfterMs: 0 })
  const unclear = await house.ring(number)
  await unclear.over
  const phones = await house.phones.calls(number)
  expect(phones).toHaveLength(1)
  await until('the phone is over', async () => (await house.phones.calls(number)).every(({ state }) => state === 'over'))
})
