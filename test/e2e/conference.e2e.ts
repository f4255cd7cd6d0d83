import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TWILIO_ACCOUNT } from '../../demo/src/sandbox/twilio/account.ts'
import { expectHeard } from '../kit/carriers/heard.ts'
import { newOperator, type Operator } from '../kit/operator.ts'
import { PhoneHouse } from '../kit/phone-house.ts'
import type { PhoneRecord } from '../kit/phone-network.ts'
import { relaysOf } from '../kit/relay-sessions.ts'
import { conferencesOf, connectPage } from '../kit/twilio-conferences.ts'
import { until } from '../kit/until.ts'

/** Calls over ConversationRelay that an operator takes over: both meet in a conference at the carrier, and the agent gets the caller back. */

const GREETING = 'Welcome to the shop of lamps.'
const QUESTION = 'What is the refund code?'
const BRIEFING = 'The refund code is mango forty two.'
const TAKING = 'A colleague of mine is taking over now.'
const BACK = 'You are back with me, the assistant. How can I help you further?'
const LOST = 'I am sorry, my colleague has lost the connection. I am the assistant again, and I will go on from here.'
const CALLER_SAYS = 'My lamp is broken, and I would like my money back.'
const OPERATOR_SAYS = 'I am sorry about that. We will pay it back today.'
const APP = 'AP5a4db0c05a4db0c05a4db0c05a4d0004'

let numbers = 0
const newNumber = () => `+1202555${String(7000 + numbers++).padStart(4, '0')}`

let house: PhoneHouse
let bela: Operator
beforeAll(async () => {
  house = await PhoneHouse.start(
    {
      greeting: GREETING,
      limits: { callsPerVisitorPerHour: 1000, concurrentCalls: 100, silenceMs: 120_000 },
      phone: { relay: { attributes: { hints: QUESTION } } },
    },
    {
      TWILIO_MEDIA: 'conversation-relay',
      TWILIO_API_KEY_SID: TWILIO_ACCOUNT.apiKeySid,
      TWILIO_API_KEY_SECRET: TWILIO_ACCOUNT.apiKeySecret,
      TWILIO_TWIML_APP_SID: APP,
    },
  )
  bela = await newOperator(house.demo, house.admin)
})
afterAll(() => house?.close())

interface Taken {
  call: { ai: string; heldBy?: { name: string } }
  transport?: string
  accessToken: string
  connectParams: Record<string, string>
  detail?: string
}

const takeOver = (callId: string, sent: object, who = house.admin, headers = {}) =>
  who.ask<Taken>('POST', `/api/calls/${callId}/takeover`, sent, headers)
/** How often the gate was asked for a phone of this call. */
const gateAsked = async (callId: string) =>
  (await house.admin.ask<{ decisions: { callId: string }[] }>('GET', '/api/gate/decisions')).body.decisions.filter(
    (each) => each.callId === callId,
  ).length
const handBack = (callId: string, sent: object = {}) => house.admin.ask<Taken>('DELETE', `/api/calls/${callId}/takeover`, sent)
const takeovers = async (callId: string) =>
  (await house.admin.ask<{ takeovers: Record<string, string>[] }>('GET', `/api/calls/${callId}/takeovers`)).body.takeovers
const lines = async (callId: string) => (await house.transcript(callId)).map(({ role, text }) => `${role}: ${text}`)
const said = (callId: string, line: string) => until(`"${line}" stands in the transcript`, async () => (await lines(callId)).includes(line))
const happened = (callId: string, type: string) =>
  until(`${type} of ${callId}`, async () => (await house.events(callId)).some((event) => event.type === type))

/** A phone that talks with the agent, whose greeting it has heard. */
async function talking(fault?: [string, Record<string, unknown>]) {
  const number = newNumber()
  if (fault) await house.phones.fault(number, ...fault)
  await house.phones.script(number, { afterMs: 0 })
  const { callId } = await house.ring(number)
  await happened(callId, 'utterance.heard')
  const phone = await house.phones.phone(number)
  return { callId, number, phone }
}

/** An operator's phone that is rung for it, and answers. */
async function byPhone(callId: string, script: object = {}) {
  const person = newNumber()
  await house.phones.script(person, { afterMs: 0, ...script })
  const asked = { by: 'phone', phoneNumber: person, reason: 'refund', notes: 'calm them' }
  const once = { 'Idempotency-Key': `takeover of ${callId}`.replaceAll(' ', '-') }
  const taken = await takeOver(callId, asked, house.admin, once)
  expect([taken.status, taken.body.detail]).toEqual([200, undefined])
  const decided = await gateAsked(callId)
  // Asked again, since the answer was lost: no second phone rings.
  expect(await takeOver(callId, asked, house.admin, once)).toMatchObject({ status: 200, body: taken.body })
  expect([decided, await gateAsked(callId)]).toEqual([2, 2])
  expect(taken.body.call).toMatchObject({ ai: 'off', heldBy: { name: expect.any(String) } })
  return { person, talks: () => house.phones.phone(person, ({ state }) => state === 'talking') }
}

/** Each speaks, and the other hears every word of it. */
async function bothHear(caller: PhoneRecord, operator: PhoneRecord) {
  await house.phones.act(caller.id, { text: CALLER_SAYS })
  await heardMore(operator)
  await house.phones.act(operator.id, { text: OPERATOR_SAYS })
  await heardMore(caller)
  expectHeard(CALLER_SAYS, await house.phones.sound(operator.id))
  expectHeard(OPERATOR_SAYS, await house.phones.sound(caller.id))
}
const heardMore = async ({ id, number, voice }: PhoneRecord) => {
  const before = voice.length
  await house.phones.phone(number, (now) => now.id === id && now.voice.length > before && now.voice.at(-1)?.toMs !== undefined)
}

describe.concurrent('a call over ConversationRelay that an operator takes over', () => {
  it('by phone: both hear each other, and the agent goes on with what only the operator knew', async () => {
    const { callId, number, phone } = await talking()
    const { person, talks } = await byPhone(callId)
    const operator = await talks()
    await happened(callId, 'conference.together')
    await said(callId, `agent: ${TAKING}`)
    expect((await relaysOf(house, number)).map(({ droppedAtEnd, received }) => [droppedAtEnd, received.at(-1)])).toMatchObject([
      [false, { type: 'end' }],
    ])
    await bothHear(await house.phones.phone(number), operator)

    const second = await takeOver(callId, {}, bela)
    expect([second.status, second.body.detail]).toEqual([409, expect.stringContaining('holds this call')])
    const back = await handBack(callId, { briefing: BRIEFING })
    expect([back.status, back.body.call.ai, back.body.call.heldBy]).toEqual([200, 'active', undefined])
    await said(callId, `agent: ${BACK}`)
    await house.phones.phone(person, ({ state }) => state === 'over')
    await house.phones.act(phone.id, { text: QUESTION })
    await said(callId, `visitor: ${QUESTION}`)
    await until('the agent answers from the briefing', async () =>
      (await lines(callId)).some((line) => /^agent: .*mango forty two/i.test(line)),
    )
    await house.phones.act(phone.id, { do: 'hang-up' })
    const events = await house.settled(callId, number, { status: 'completed', endReason: 'callee' })

    expect(await takeovers(callId)).toMatchObject([{ reason: 'refund', notes: 'calm them', endedBy: 'operator', briefing: BRIEFING }])
    // What was said there was heard by nobody here, and that is said.
    expect(events.find(({ type }) => type === 'conference.unheard')?.payload.text).toMatch(/not written down/)
    expect((await lines(callId)).filter((line) => line.includes('money back') || line.includes('pay it back'))).toEqual([])
    const [conference, ...more] = await conferencesOf(house, number)
    expect([conference?.status, more]).toEqual(['completed', []])
    expect(conference?.past.map(({ label }) => label).sort()).toEqual(['caller', 'operator'])
    expect(conference?.friendly_name).toMatch(/^[\w-]{32}$/)
    expect(await relaysOf(house, number)).toHaveLength(2)
    expect(await house.phones.placements(number)).toBe(1)
  })

  it('by page: the page comes in with its token and its ticket, once', async () => {
    const { callId, number } = await talking()
    const { body, status } = await takeOver(callId, {})
    expect([status, body.transport, Object.keys(body.connectParams)]).toEqual([200, 'twilio', ['ticket']])
    const page = await connectPage(house, body)
    await happened(callId, 'conference.together')
    const stranger = await connectPage(house, body)
    await bothHear(await house.phones.phone(number), await house.phones.phone(page.number, ({ id }) => id === page.id))
    // A used ticket is not answered, and comes in nowhere.
    await house.phones.phone(stranger.number, ({ id, state }) => id === stranger.id && state === 'over')
    expect((await conferencesOf(house, number))[0]?.participants).toHaveLength(2)
    expect((await handBack(callId)).status).toBe(200)
    await said(callId, `agent: ${BACK}`)
    await house.phones.phone(page.number, ({ id, state }) => id === page.id && state === 'over')
    await house.admin.ask('POST', `/api/calls/${callId}/hangup`)
    await house.settled(callId, number, { status: 'completed', endReason: 'operator' })
  })

  it('by a page that is loaded anew: the same call goes on', async () => {
    const { callId, number, phone } = await talking()
    const page = await connectPage(house, (await takeOver(callId, {})).body)
    await happened(callId, 'conference.together')
    await house.phones.act(page.id, { do: 'hang-up' })
    const again = await takeOver(callId, {})
    expect(again.status).toBe(200)
    const next = await connectPage(house, again.body)
    await until('the page is there again', async () => {
      const [conference] = await conferencesOf(house, number)
      const { carrierCallId } = await house.phones.phone(next.number, ({ id }) => id === next.id)
      return conference?.participants.some((member) => member.call_sid === carrierCallId)
    })
    await bothHear(await house.phones.phone(number), await house.phones.phone(next.number, ({ id }) => id === next.id))
    expect(await takeovers(callId)).toMatchObject([{ by: expect.any(String) }])
    await house.phones.act(phone.id, { do: 'hang-up' })
    await house.settled(callId, number, { status: 'completed', endReason: 'callee' })
    expect(await takeovers(callId)).toMatchObject([{ endedBy: 'call' }])
  })

  it('the operator hangs up: the caller is given back with a sentence', async () => {
    const { callId, number } = await talking()
    const { talks } = await byPhone(callId)
    const operator = await talks()
    await happened(callId, 'conference.together')
    await house.phones.act(operator.id, { do: 'hang-up' })
    await said(callId, `agent: ${LOST}`)
    expect(await takeovers(callId)).toMatchObject([{ endedBy: 'connection' }])
    await house.admin.ask('POST', `/api/calls/${callId}/hangup`)
    await house.settled(callId, number, { status: 'completed', endReason: 'operator' })
  })

  it('the operator’s phone is busy: the caller is given back', async () => {
    const { callId, number } = await talking()
    await byPhone(callId, { does: 'busy' })
    await said(callId, `agent: ${LOST}`)
    await house.admin.ask('POST', `/api/calls/${callId}/hangup`)
    await house.settled(callId, number, { status: 'completed', endReason: 'operator' })
  })

  it('the caller hangs up: the operator’s phone is hung up, and nobody rings again', async () => {
    const { callId, number, phone } = await talking()
    const { person, talks } = await byPhone(callId)
    await talks()
    await happened(callId, 'conference.together')
    await house.phones.act(phone.id, { do: 'hang-up' })
    await house.settled(callId, number, { status: 'completed', endReason: 'callee' })
    await house.phones.phone(person, ({ state }) => state === 'over')
    expect(await takeovers(callId)).toMatchObject([{ endedBy: 'call' }])
  })

  it('whose action is asked twice meets once', async () => {
    const { callId, number } = await talking(['action-repeated', {}])
    const { talks } = await byPhone(callId)
    await talks()
    await happened(callId, 'conference.together')
    expect(await conferencesOf(house, number)).toHaveLength(1)
    await house.admin.ask('POST', `/api/calls/${callId}/hangup`)
    await house.settled(callId, number, { status: 'completed', endReason: 'operator' })
  })

  it('whose action never comes is taken over all the same', async () => {
    const { callId, number } = await talking(['action-lost', {}])
    const { talks } = await byPhone(callId)
    await talks()
    await happened(callId, 'conference.together')
    await house.admin.ask('POST', `/api/calls/${callId}/hangup`)
    await house.settled(callId, number, { status: 'completed', endReason: 'operator' })
  })

  it('of whose conference nothing is ever told is taken over all the same', async () => {
    const { callId, number } = await talking()
    await house.phones.fault(`conference of ${TWILIO_ACCOUNT.phoneNumber} ${number}`, 'callbacks-lost')
    const { talks } = await byPhone(callId)
    await talks()
    await happened(callId, 'conference.together')
    await house.admin.ask('POST', `/api/calls/${callId}/hangup`)
    await house.settled(callId, number, { status: 'completed', endReason: 'operator' })
  })

  it('whose operator’s phone the carrier does not ring is given back at once', async () => {
    const { callId, number } = await talking()
    const person = newNumber()
    await house.phones.fault(person, 'rate-limit')
    expect((await takeOver(callId, { by: 'phone', phoneNumber: person })).status).toBe(200)
    await said(callId, `agent: ${LOST}`)
    expect((await house.events(callId)).find(({ type }) => type === 'conference.phone-refused')?.payload).toEqual({ fault: 'rate_limited' })
    await house.admin.ask('POST', `/api/calls/${callId}/hangup`)
    await house.settled(callId, number, { status: 'completed', endReason: 'operator' })
  })

  it('is not taken with a phone that the gate refuses', async () => {
    const { callId, number } = await talking()
    const refused = await takeOver(callId, { by: 'phone', phoneNumber: '+19005550123' })
    expect(refused.status).toBeGreaterThanOrEqual(400)
    expect(refused.status).toBeLessThan(500)
    expect((await house.call(callId)) as object).toMatchObject({ ai: 'active' })
    expect((await takeOver(callId, { by: 'phone' })).status).toBe(400)
    await house.admin.ask('POST', `/api/calls/${callId}/hangup`)
    await house.settled(callId, number, { status: 'completed', endReason: 'operator' })
  })
})
