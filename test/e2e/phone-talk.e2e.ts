import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectHeard } from '../kit/carriers/heard.ts'
import { PhoneHouse } from '../kit/phone-house.ts'
import { until } from '../kit/until.ts'

/** What only Twilio brings: streams that come back, and machines. What every carrier has is in carriers/. */

const GREETING = 'Welcome to the shop of lamps, please press one for our opening hours.'
const OVER = { status: 'completed', endReason: 'callee' }

/** What a machine that others share loses of its pace is not the relay's to answer for. */
async function patient(house: PhoneHouse): Promise<PhoneHouse> {
  await house.phones.settings({ jitterMs: 200 })
  return house
}

let numbers = 0
const newNumber = () => `+1202555${String(2000 + numbers++).padStart(4, '0')}`

describe('a talk', () => {
  let house: PhoneHouse
  beforeAll(async () => {
    house = await patient(await PhoneHouse.start({ greeting: GREETING }))
  })
  afterAll(() => house?.close())

  it('a stream that breaks in the middle of a word comes back, says the rest, and the talk goes on', async () => {
    const number = newNumber()
    await house.phones.fault(number, 'stream-dropped', { afterMs: 1800 })
    await house.phones.script(number, {})
    const callback = await house.ring(number)
    await until('the greeting was heard to its end', async () =>
      (await house.events(callback.callId)).some(({ type }) => type === 'utterance.heard'),
    )
    const [greeting] = await house.transcript(callback.callId)
    expect([greeting?.text, greeting?.interrupted ?? false]).toEqual([GREETING, false])
    const { id } = await house.phones.phone(number)
    // Short enough for a line that breaks again after as much sound.
    const words = 'We are here again.'
    await until('the agent can speak again', async () => {
      const { status } = await house.admin.ask('POST', `/api/calls/${callback.callId}/say`, { text: words })
      return status === 204
    })
    await until(
      'it was heard',
      async () => (await house.events(callback.callId)).filter(({ type }) => type === 'utterance.heard').length === 2,
    )
    await house.phones.act(id, { do: 'hang-up' })
    await callback.over
    // Every stream breaks after so much sound.
    expect((await house.phones.streams(number)).length).toBeGreaterThan(1)
    expect(await house.phones.placements(number)).toBe(1)
  })
})

describe('machines', () => {
  const MESSAGE = 'Your lamp is here, please come and fetch it.'
  let house: PhoneHouse
  const agent = async (phone: Record<string, unknown>) => {
    await house.admin.ask('PATCH', `/api/agents/${house.agentId}`, { phone })
  }
  beforeAll(async () => {
    house = await patient(await PhoneHouse.start({ greeting: GREETING }))
  })
  afterAll(() => house?.close())

  it.for(['machine_start', 'fax'])('are hung up: %s', async (answeredBy) => {
    await agent({ detectMachine: true, voicemail: null })
    const number = newNumber()
    await house.phones.script(number, { answeredBy })
    const callback = await house.ring(number)
    expect((await callback.over).at(-1)).toEqual({ type: 'ended', reason: 'machine' })
    const events = await house.settled(callback.callId, number, { status: 'completed', endReason: 'machine' })
    expect(events.map(({ type }) => type)).toContain('line.answered-by')
    expect(await house.phones.phone(number)).toMatchObject({ endedBy: 'carrier' })
  })

  it('get the message after their beep, whole, and are hung up', async () => {
    await agent({ detectMachine: true, voicemail: MESSAGE })
    const number = newNumber()
    await house.phones.script(number, { answeredBy: 'machine_end_beep' })
    const callback = await house.ring(number)
    await callback.over
    await house.settled(callback.callId, number, { status: 'completed', endReason: 'machine' })
    const phone = await house.phones.phone(number)
    expect(phone.endedBy).toBe('carrier')
    expectHeard(MESSAGE, await house.phones.sound(phone.id))
  })

  it('people are talked with', async () => {
    await agent({ detectMachine: true, voicemail: null })
    const number = newNumber()
    await house.phones.script(number, { answeredBy: 'human', says: [{ waitForSilenceMs: 800 }], hangsUpAfterMs: 0 })
    const callback = await house.ring(number)
    await callback.over
    await house.settled(callback.callId, number, OVER)
    expectHeard(GREETING, await house.phones.sound((await house.phones.phone(number)).id))
  })
})
