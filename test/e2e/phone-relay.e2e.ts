import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TWILIO_ACCOUNT } from '../../demo/src/sandbox/twilio/account.ts'
import { PhoneHouse } from '../kit/phone-house.ts'
import type { Step } from '../kit/phone-network.ts'
import { relaysOf } from '../kit/relay-sessions.ts'
import { until } from '../kit/until.ts'

/** Phones talk with an agent over ConversationRelay: the carrier hears and speaks, words go to and fro, and both logs hold the same. */

const GREETING = 'Welcome to the shop of lamps. Please ask me about our opening hours, about our lamps, about delivery, or about returns.'
const QUESTION = 'When are you open?'
const HOURS = 'We are open from nine in the morning to five in the evening.'
const OVER = { status: 'completed', endReason: 'callee' }

let numbers = 0
const newNumber = () => `+1202555${String(6000 + numbers++).padStart(4, '0')}`
const wordsOf = (text: string) => text.toLowerCase().match(/[a-z0-9']+/g) ?? []

let house: PhoneHouse
beforeAll(async () => {
  house = await PhoneHouse.start(
    {
      greeting: GREETING,
      knowledge: { questions: [{ question: QUESTION, answer: HOURS }] },
      keyMenu: [{ digit: '1', label: 'hours', say: HOURS }],
      limits: { callsPerVisitorPerHour: 1000, concurrentCalls: 100, silenceMs: 60_000 },
    },
    { TWILIO_MEDIA: 'conversation-relay', SANDBOX_AI: '1' },
  )
})
afterAll(() => house?.close())

interface Rung {
  afterMs?: number
  hangsUpAfterMs?: number
  answeredBy?: string
  agentId?: string
  fault?: [string, Record<string, unknown>]
}

async function another(persona: Record<string, unknown>): Promise<string> {
  const { body } = await house.admin.ask<{ agent: { id: string } }>('POST', '/api/agents', {
    ...{ name: 'Bela', disclosure: '', modes: ['talk', 'call-me'], callbackCountries: ['US'] },
    ...persona,
  })
  return body.agent.id
}

async function rung(says: Step[], { agentId, fault, ...script }: Rung = {}) {
  const number = newNumber()
  if (fault) await house.phones.fault(number, ...fault)
  await house.phones.script(number, { says, ...script })
  const callback = await house.ring(number, agentId === undefined ? {} : { agentId })
  return { number, callback, id: callback.callId }
}
const lines = async (callId: string) =>
  (await house.transcript(callId)).map(({ role, text, interrupted }) => `${role}: ${text}${interrupted ? ' —' : ''}`)
const heardAll = (callId: string, times: number) =>
  until(`${times} things were heard to their end`, async () => {
    const events = await house.events(callId)
    return events.filter(({ type }) => type === 'utterance.heard').length >= times
  })

/** What the phone heard, as the carrier played it, is what our transcript says of the agent, within a word. */
async function expectSameWords(callId: string, number: string): Promise<void> {
  const relays = await relaysOf(house, number)
  const played = relays.flatMap((relay) => wordsOf(relay.played))
  const ours = (await house.transcript(callId)).filter(({ role }) => role === 'agent').flatMap(({ text }) => wordsOf(text))
  expect(relays.every(({ malformed, warnings }) => malformed === 0 && warnings.length === 0)).toBe(true)
  expect(Math.abs(ours.length - played.length), `${ours.join(' ')} / ${played.join(' ')}`).toBeLessThanOrEqual(1)
  const least = Math.min(ours.length, played.length)
  expect(ours.slice(0, least)).toEqual(played.slice(0, least))
}

describe.concurrent('a phone over ConversationRelay', () => {
  it('hears the greeting, asks aloud, is answered and hangs up', async () => {
    const { callback, id, number } = await rung(
      [{ waitForSilenceMs: 1500 }, { text: QUESTION }, { waitForSpeechMs: 300 }, { waitForSilenceMs: 1500 }],
      { hangsUpAfterMs: 0 },
    )
    await callback.over
    const events = await house.settled(id, number, OVER)
    expect(await lines(id)).toEqual([`agent: ${GREETING}`, `visitor: ${QUESTION}`, `agent: ${HOURS}`])
    await expectSameWords(id, number)
    const [relay] = await relaysOf(house, number)
    expect(relay?.closed).toMatchObject({ code: 1000 })
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['relay.setup', 'turn', 'turn.timed']))
    const [phone] = await house.phones.calls(number)
    expect(phone?.voice.length).toBeGreaterThan(0)
  })

  it('speaks over the agent: both logs end in the same word', async () => {
    const { callback, id, number } = await rung(
      [{ waitForSpeechMs: 3500 }, { text: QUESTION }, { waitForSpeechMs: 300 }, { waitForSilenceMs: 1500 }],
      { hangsUpAfterMs: 0 },
    )
    await callback.over
    await house.settled(id, number, OVER)
    const [greeting, ...rest] = await lines(id)
    expect(greeting).toMatch(/^agent: Welcome to the shop of lamps\. Please.* —$/)
    expect(rest).toEqual([`visitor: ${QUESTION}`, `agent: ${HOURS}`])
    await expectSameWords(id, number)
  })

  it('presses keys over the agent, and is answered', async () => {
    const { callback, id, number } = await rung(
      [{ waitForSpeechMs: 2000 }, { digits: '1' }, { pauseMs: 1000 }, { waitForSpeechMs: 300 }, { waitForSilenceMs: 1500 }],
      {
        hangsUpAfterMs: 0,
      },
    )
    await callback.over
    await house.settled(id, number, OVER)
    const all = await lines(id)
    expect(all[0]).toMatch(/ —$/)
    expect(all.slice(1)).toEqual(['visitor: 1', `agent: ${HOURS}`])
    await expectSameWords(id, number)
  })

  it('says goodbye: the agent hangs up when its last words were heard', async () => {
    const { callback, id, number } = await rung([{ waitForSilenceMs: 1500 }, { text: 'Goodbye.' }])
    await callback.over
    await house.settled(id, number, { status: 'completed', endReason: 'agent' })
    await expectSameWords(id, number)
    const [relay] = await relaysOf(house, number)
    expect(relay?.droppedAtEnd).toBe(false)
    expect(relay?.received.at(-1)).toEqual({ type: 'end', handoffData: '{"reason":"agent"}' })
  })

  it('says nothing: is asked whether it is there, then told goodbye', async () => {
    const agentId = await another({ greeting: 'Hello. How can I help you?', limits: { silenceMs: 5000 } })
    const { callback, id, number } = await rung([], { agentId })
    await callback.over
    const events = await house.settled(id, number, { status: 'completed', endReason: 'deadline' })
    expect(events.filter(({ type }) => type === 'silence.asked')).toHaveLength(1)
    expect(await lines(id)).toHaveLength(3)
    await expectSameWords(id, number)
    expect((await relaysOf(house, number)).every(({ droppedAtEnd }) => !droppedAtEnd)).toBe(true)
  })

  it('whose socket breaks in the middle of a word: another one says the rest, in the same call', async () => {
    const { id, number } = await rung([], { fault: ['stream-dropped', { afterMs: 3500 }] })
    await heardAll(id, 1)
    const { id: phone } = await house.phones.phone(number)
    await house.phones.act(phone, { do: 'hang-up' })
    await house.settled(id, number, OVER)
    expect((await lines(id))[0]).toBe(`agent: ${GREETING}`)
    const relays = await relaysOf(house, number)
    expect(relays.length).toBeGreaterThan(1)
    expect(relays.length).toBeLessThanOrEqual(4)
    // Each word was said by one of them: the phone hears at most the one again in which the socket broke.
    const played = relays.map(({ played: words }) => wordsOf(words).length).reduce((sum, count) => sum + count, 0)
    expect(Math.abs(played - wordsOf(GREETING).length)).toBeLessThanOrEqual(relays.length * 2)
    expect(await house.phones.placements(number)).toBe(1)
  })

  it('whose socket cannot be opened: the call ends, and says so', async () => {
    const { callback, id, number } = await rung([], { fault: ['stream-refused', {}] })
    await callback.over
    const events = await house.settled(id, number, { status: 'failed', endReason: 'error' })
    expect(events.find(({ type }) => type === 'relay.over')?.payload).toMatchObject({ status: 'failed', error: '64102' })
  })

  it('hears what an operator has the agent say, and gets its keys', async () => {
    const { id, number } = await rung([])
    await heardAll(id, 1)
    const words = 'Your lamp is on its way to your house.'
    expect((await house.admin.ask('POST', `/api/calls/${id}/say`, { text: words })).status).toBe(204)
    await heardAll(id, 2)
    expect((await house.admin.ask('POST', `/api/calls/${id}/dtmf`, { digits: '42#' })).status).toBe(204)
    const phone = await house.phones.phone(number, ({ keysHeard }) => keysHeard.length === 3)
    expect(phone.keysHeard.map(({ digit }) => digit).join('')).toBe('42#')
    expect((await house.admin.ask('POST', `/api/calls/${id}/hangup`)).status).toBeLessThan(300)
    await house.settled(id, number, { status: 'completed', endReason: 'operator' })
    expect((await lines(id)).slice(0, 2)).toEqual([`agent: ${GREETING}`, `agent: ${words}`])
  })

  it('is joined with a person: the session ends with a hand-off', async () => {
    const person = newNumber()
    await house.phones.script(person, { says: [{ text: 'Hello.' }], hangsUpAfterMs: 1500 })
    const { callback, id, number } = await rung([])
    await heardAll(id, 1)
    expect((await house.admin.ask('POST', `/api/calls/${id}/transfer`, { to: person })).status).toBeLessThan(300)
    await callback.over
    await house.phones.phone(person, ({ state }) => state === 'over')
    const [relay] = await relaysOf(house, number)
    expect(relay?.received.at(-1)).toMatchObject({ type: 'end' })
    expect(await house.call(id)).toMatchObject({ status: 'completed' })
  })

  it('comes back to the agent when the person does not answer', async () => {
    const person = newNumber()
    await house.phones.script(person, { does: 'busy' })
    const { id, number } = await rung([])
    await heardAll(id, 1)
    expect((await house.admin.ask('POST', `/api/calls/${id}/transfer`, { to: person })).status).toBeLessThan(300)
    const words = 'I am with you again.'
    await until('the agent can speak again', async () => {
      const { status } = await house.admin.ask('POST', `/api/calls/${id}/say`, { text: words })
      return status === 204
    })
    await heardAll(id, 2)
    expect((await house.admin.ask('POST', `/api/calls/${id}/hangup`)).status).toBeLessThan(300)
    await house.settled(id, number, { status: 'completed', endReason: 'operator' })
    expect(await relaysOf(house, number)).toHaveLength(2)
    expect((await lines(id)).slice(0, 2)).toEqual([`agent: ${GREETING}`, `agent: ${words}`])
    await expectSameWords(id, number)
  })

  it('is a machine: gets the message after its beep, whole, and is hung up', async () => {
    const voicemail = 'Your lamp is here. Please come and fetch it.'
    const agentId = await another({ greeting: GREETING, phone: { detectMachine: true, voicemail } })
    const { callback, id, number } = await rung([], { agentId, answeredBy: 'machine_end_beep' })
    await callback.over
    await house.settled(id, number, { status: 'completed', endReason: 'machine' })
    expect((await lines(id)).at(-1)).toBe(`agent: ${voicemail}`)
    const [relay] = await relaysOf(house, number)
    expect([relay?.droppedAtEnd, wordsOf(relay?.played ?? '').slice(-wordsOf(voicemail).length)]).toEqual([false, wordsOf(voicemail)])
  })

  it('whose agent thinks with Gemini Live: its text engine answers as the words come, and is spoken over', async () => {
    const agentId = await another({ engine: 'gemini-live', fallbacks: ['gemini', 'offline'], greeting: 'Hello.' })
    const answer =
      'Our lamps are made of cane. They are woven by hand in the north, and each of them takes a week. They last for many years.'
    const order = { service: 'gemini', kind: 'say', match: 'Tell me about', pieces: answer.split(/(?<= )/) }
    const ordered = await fetch(`${house.demo.sandboxUrl}/sandbox/faults`, { method: 'POST', body: JSON.stringify(order) })
    expect(ordered.ok).toBe(true)
    const { callback, id, number } = await rung(
      [
        { waitForSilenceMs: 1500 },
        { text: 'Tell me about your lamps.' },
        { waitForSpeechMs: 3000 },
        { text: 'Thank you, goodbye.' },
        { waitForSpeechMs: 100 },
      ],
      // Rings as long as phones do: its engines are chosen meanwhile.
      { agentId, afterMs: 3000, hangsUpAfterMs: 100 },
    )
    await callback.over
    const events = await until('it ended', async () => {
      const all = await house.events(id)
      return all.some(({ type }) => type === 'call.ended') && all
    })
    expect(events.find(({ type }) => type === 'engine.passed-over')?.payload).toMatchObject({ engines: ['gemini-live'] })
    expect(events.filter(({ type }) => type === 'engine.started').map(({ payload }) => payload.engine)).toEqual(['gemini'])
    const all = await lines(id)
    expect(all.slice(0, 2)).toEqual(['agent: Hello.', 'visitor: Tell me about your lamps.'])
    expect(all[2]).toMatch(/^agent: Our lamps are made of cane\. .* —$/)
    expect(all[3]).toBe('visitor: Thank you, goodbye.')
    const [relay] = await relaysOf(house, number)
    const tokens = relay?.received.filter((frame) => 'type' in frame && frame.type === 'text') ?? []
    expect(tokens.length).toBeGreaterThan(3)
  })

  it('dials in, and hangs up', async () => {
    const number = newNumber()
    const linked = await house.admin.ask('PUT', '/api/phone-numbers/env-twilio', { linkedAgentId: house.agentId })
    expect(linked.status).toBe(200)
    await house.phones.dial(number, TWILIO_ACCOUNT.phoneNumber, { says: [{ waitForSilenceMs: 1500 }], hangsUpAfterMs: 0 })
    const call = await until('its call', async () => {
      const { body } = await house.admin.ask<{ calls: { id: string; from?: string; direction: string }[] }>('GET', '/api/calls')
      return body.calls.find(({ direction, from }) => direction === 'inbound' && from === number)
    })
    await house.settled(call.id, number, { status: 'completed', endReason: 'visitor' })
    expect(await lines(call.id)).toEqual([`agent: ${GREETING}`])
    await expectSameWords(call.id, number)
  })
})
