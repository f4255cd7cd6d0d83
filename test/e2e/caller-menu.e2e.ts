import { afterAll, beforeAll, expect, it } from 'vitest'
import { EXOTEL_ACCOUNT } from '../../demo/src/sandbox/exotel/account.ts'
import { TWILIO_ACCOUNT } from '../../demo/src/sandbox/twilio/account.ts'
import { PhoneHouse } from '../kit/phone-house.ts'
import { until } from '../kit/until.ts'

/** Somebody dials our number, is read a menu, and is led to another agent or a person by a key. */

const SALES = 'Sales speaking. Which lamp would you like?'
const PERSON = '+12025557999'
let numbers = 0
const newNumber = () => `+1202555${String(7000 + numbers++).padStart(4, '0')}`

interface Row {
  id: string
  agentId: string
  sessionId: string
  endReason?: string
}

let house: PhoneHouse
let salesId: string
beforeAll(async () => {
  house = await PhoneHouse.start({})
  const made = await house.admin.ask<{ agent: { id: string } }>('POST', '/api/agents', { name: 'Ravi', greeting: SALES, disclosure: '' })
  salesId = made.body.agent.id
  const menu = {
    greeting: 'Welcome to the shop.',
    items: [
      { digit: '1', label: 'sales', agentId: salesId },
      { digit: '2', label: 'a colleague', person: PERSON },
    ],
  }
  const set = await house.admin.ask('PATCH', `/api/agents/${house.agentId}`, { phone: { menu } })
  expect(set.status).toBe(200)
  for (const id of ['env-twilio', 'env-exotel'])
    expect((await house.admin.ask('PUT', `/api/phone-numbers/${id}`, { linkedAgentId: house.agentId })).status).toBe(200)
})
afterAll(() => house?.close())

/** What Twilio brings of the calls that come now. */
async function bring(media: 'media-streams' | 'conversation-relay'): Promise<void> {
  const was = await house.admin.ask<{ agent: { phone: object } }>('GET', `/api/agents/${house.agentId}`)
  const set = await house.admin.ask('PATCH', `/api/agents/${house.agentId}`, { phone: { ...was.body.agent.phone, media } })
  expect(set.status).toBe(200)
}

async function callsOf(number: string): Promise<Row[]> {
  const { body } = await house.admin.ask<{ calls: (Row & { from?: string })[] }>('GET', '/api/calls')
  return body.calls.filter(({ from }) => from === number).toReversed()
}
const agentSaid = async (id: string) => (await house.transcript(id)).filter(({ role }) => role === 'agent').map(({ text }) => text)

it.each([
  ['Twilio', TWILIO_ACCOUNT.phoneNumber, 'media-streams'],
  ['Exotel', EXOTEL_ACCOUNT.phoneNumber, 'media-streams'],
  ['Twilio, which hears and speaks itself,', TWILIO_ACCOUNT.phoneNumber, 'conversation-relay'],
] as const)('over %s a key leads to another agent, in the same session, until the caller hangs up', async (_, ours, media) => {
  await bring(media)
  const number = newNumber()
  const says = [{ waitForSpeechMs: 200 }, { waitForSilenceMs: 1000 }, { digits: '1' }, { waitForSpeechMs: 300 }, { waitForSilenceMs: 1000 }]
  await house.phones.dial(number, ours, { says, hangsUpAfterMs: 0 })
  const [menu, sales] = await until('both calls are over', async () => {
    const all = await callsOf(number)
    return all.length === 2 && all.every(({ endReason }) => endReason) && all
  })
  expect([menu?.agentId, sales?.agentId]).toEqual([house.agentId, salesId])
  expect(sales?.sessionId).toBe(menu?.sessionId)
  expect([menu?.endReason, sales?.endReason]).toEqual(['visitor', 'visitor'])
  expect(await agentSaid(menu?.id ?? '')).toEqual(['Welcome to the shop. Press 1 for sales. Press 2 for a colleague.'])
  expect(await agentSaid(sales?.id ?? '')).toEqual([SALES])
})

it('another key joins the caller with a person, and the gate is asked', async () => {
  await bring('media-streams')
  const number = newNumber()
  await house.phones.script(PERSON, { says: [{ text: 'Good morning.' }, { pauseMs: 1500 }], hangsUpAfterMs: 0 })
  const says = [{ waitForSpeechMs: 200 }, { waitForSilenceMs: 1000 }, { digits: '2' }, { pauseMs: 60_000 }]
  await house.phones.dial(number, TWILIO_ACCOUNT.phoneNumber, { says })
  const person = await house.phones.phone(PERSON, ({ state }) => state === 'talking')
  await house.phones.phone(PERSON, ({ id, state }) => id === person.id && state === 'over')
  const [menu] = await callsOf(number)
  const events = await house.events(menu?.id ?? '')
  expect(events.find(({ type }) => type === 'menu.chosen')?.payload).toEqual({ digit: '2', leadsTo: 'person' })
  const asked = (await house.phones.calls(number)).at(-1)
  await house.phones.act(asked?.id ?? '', { do: 'hang-up' })
  await until('it is over', async () => (await callsOf(number))[0]?.endReason)
})

it.each([
  ['media-streams', 'the call they talk in'],
  ['conversation-relay', 'the menu’s'],
] as const)('who was led on hears keys and is joined with a person (%s), asked of %s', async (media, asked) => {
  await bring(media)
  const number = newNumber()
  const person = newNumber()
  await house.phones.script(person, { says: [{ text: 'Good morning.' }, { pauseMs: 1500 }], hangsUpAfterMs: 0 })
  const says = [{ waitForSpeechMs: 200 }, { waitForSilenceMs: 1000 }, { digits: '1' }, { pauseMs: 60_000 }]
  await house.phones.dial(number, TWILIO_ACCOUNT.phoneNumber, { says })
  const [menu, sales] = await until('the caller was led on', async () => {
    const [first, led] = await callsOf(number)
    return first && led && (await agentSaid(led.id)).includes(SALES) && ([first, led] as const)
  })
  const act = (what: string, json: object) =>
    house.admin.ask('POST', `/api/calls/${(asked === 'the menu’s' ? menu : sales).id}/${what}`, json)
  expect((await act('dtmf', { digits: '1' })).status).toBe(204)
  // Twilio stops a stream for keys, and brings another.
  if (media === 'media-streams')
    await until('its sound is back', async () => (await house.events(sales.id)).some(({ type }) => type === 'leg.resumed'))
  expect((await act('transfer', { to: person })).status).toBe(204)
  const rung = await house.phones.phone(person, ({ state }) => state === 'talking')
  await house.phones.phone(person, ({ id, state }) => id === rung.id && state === 'over')
  expect((await house.events(sales.id)).map(({ type }) => type)).toContain('call.joined')
  const caller = (await house.phones.calls(number)).at(-1)
  await house.phones.act(caller?.id ?? '', { do: 'hang-up' })
  await until('both are over', async () => (await callsOf(number)).every(({ endReason }) => endReason))
})

it('over a carrier that joins nobody the menu says so and is read again', async () => {
  const number = newNumber()
  const says = [{ waitForSpeechMs: 200 }, { waitForSilenceMs: 1000 }, { digits: '2' }, { waitForSpeechMs: 300 }, { waitForSilenceMs: 1200 }]
  await house.phones.dial(number, EXOTEL_ACCOUNT.phoneNumber, { says, hangsUpAfterMs: 0 })
  const [menu] = await until('it is over', async () => {
    const all = await callsOf(number)
    return all.length === 1 && all.every(({ endReason }) => endReason) && all
  })
  expect((await agentSaid(menu?.id ?? '')).at(-1)).toMatch(/^I cannot put you through to a person from here. Press 1/)
})
