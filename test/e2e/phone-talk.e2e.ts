import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TWILIO_ACCOUNT } from '../../demo/src/sandbox/twilio/account.ts'
import { CLIP_HZ, speak } from '../clips/speech.ts'
import { resampled } from '../clips/wav.ts'
import { LiveSandbox } from '../kit/live-sandbox.ts'
import { PhoneHouse } from '../kit/phone-house.ts'
import { until } from '../kit/until.ts'
import { fromInt16, likeness } from '../kit/waveform.ts'

/** Scripted phones talk with the agent: what either side says is heard whole by the other, in the telephone's band. */

const PHONE_HZ = 8000
const GREETING = 'Welcome to the shop of lamps, please press one for our opening hours.'
const HOURS = 'We are open from nine in the morning to five in the evening.'
const LONG =
  'You may return a lamp within thirty days, as long as it is unused, and you put it back into its own box with all its paper, ' +
  'and then you write to us, so that somebody comes to your house and takes it away.'
const OVER = { status: 'completed', endReason: 'callee' }

/** A telephone carries nothing above 4 kHz. */
const reference = (words: string) => fromInt16(resampled(speak(words), CLIP_HZ, PHONE_HZ), PHONE_HZ)

/** These words are in that sound, without a gap. */
function expectHeard(words: string, heard: ReturnType<typeof fromInt16>): void {
  const found = likeness(reference(words), heard)
  console.log(`${words.slice(0, 40)}: correlation ${found.correlation.toFixed(4)}, gap ${found.gapMs} ms, ${found.levelDb.toFixed(2)} dB`)
  expect(found.correlation, words).toBeGreaterThanOrEqual(0.95)
  expect(found.gapMs, words).toBeLessThanOrEqual(20)
  expect(Math.abs(found.levelDb), words).toBeLessThanOrEqual(2)
}

/** What a machine that others share loses of its pace is not the relay's to answer for. */
async function patient(house: PhoneHouse): Promise<PhoneHouse> {
  await house.phones.settings({ jitterMs: 200 })
  return house
}

/** Every message held whole frames, and Twilio had nothing to complain of. */
async function expectWholeFrames(house: PhoneHouse, number: string): Promise<void> {
  const streams = await house.phones.streams(number)
  expect(streams.length).toBeGreaterThan(0)
  for (const { received, warnings } of streams) {
    expect(warnings).toEqual([])
    expect(received.bytes).toBe(received.media * 160)
  }
}

let numbers = 0
const newNumber = () => `+1202555${String(2000 + numbers++).padStart(4, '0')}`

describe('with keys', () => {
  let house: PhoneHouse
  beforeAll(async () => {
    house = await patient(
      await PhoneHouse.start({
        greeting: GREETING,
        keyMenu: [
          { digit: '1', label: 'hours', say: HOURS },
          { digit: '2', label: 'returns', say: LONG },
        ],
      }),
    )
  })
  afterAll(() => house?.close())

  async function talk(number: string, callId: string) {
    await house.settled(callId, number, OVER)
    const phone = await house.phones.phone(number)
    return { phone, heard: await house.phones.sound(phone.id), transcript: await house.transcript(callId) }
  }
  const agentSaid = (transcript: { role: string; text: string }[]) =>
    transcript.filter(({ role }) => role === 'agent').map(({ text }) => text)

  it('a phone that was rung hears the greeting whole, and what its key asks for', async () => {
    const number = newNumber()
    await house.phones.script(number, {
      says: [{ waitForSilenceMs: 800 }, { digits: '1' }, { waitForSpeechMs: 200 }, { waitForSilenceMs: 1000 }],
      hangsUpAfterMs: 0,
    })
    const callback = await house.ring(number)
    await callback.over
    const { heard, transcript } = await talk(number, callback.callId)
    expectHeard(GREETING, heard)
    expectHeard(HOURS, heard)
    await expectWholeFrames(house, number)
    expect(agentSaid(transcript)).toEqual([GREETING, HOURS])
    expect(transcript.every(({ interrupted }) => !interrupted)).toBe(true)
  })

  it('a phone that dials in hears the same', async () => {
    const number = newNumber()
    await house.admin.ask('PATCH', '/api/phone-numbers/env-twilio', { agentId: house.agentId })
    await house.phones.dial(number, TWILIO_ACCOUNT.phoneNumber, {
      says: [{ waitForSilenceMs: 800 }, { digits: '1' }, { waitForSpeechMs: 200 }, { waitForSilenceMs: 1000 }],
      hangsUpAfterMs: 0,
    })
    const call = await until('its call', async () => {
      const { body } = await house.admin.ask<{ calls: { id: string; from?: string; direction: string }[] }>('GET', '/api/calls')
      return body.calls.find(({ direction, from }) => direction === 'inbound' && from === number)
    })
    await house.phones.phone(number, ({ state }) => state === 'over')
    await house.settled(call.id, number, { status: 'completed', endReason: 'visitor' })
    const phone = await house.phones.phone(number)
    const heard = await house.phones.sound(phone.id)
    const transcript = await house.transcript(call.id)
    expect(agentSaid(transcript)).toEqual([GREETING, HOURS])
    expectHeard(GREETING, heard)
    expectHeard(HOURS, heard)
    await expectWholeFrames(house, number)
  })

  it('a key in the middle of a sentence stops it at the phone, and the log holds what was heard', async () => {
    const number = newNumber()
    await house.phones.script(number, {
      says: [{ waitForSilenceMs: 800 }, { digits: '2' }, { waitForSpeechMs: 2000 }, { digits: '1' }, { waitForSilenceMs: 1500 }],
      hangsUpAfterMs: 0,
    })
    const callback = await house.ring(number)
    await callback.over
    const { heard, phone, transcript } = await talk(number, callback.callId)
    const cut = transcript.find(({ role, interrupted }) => role === 'agent' && interrupted)
    expect(cut?.text.length).toBeLessThan(LONG.length)
    expect(LONG.startsWith(cut?.text.replace(/[\s.…]+$/, '') ?? 'nothing')).toBe(true)
    expectHeard(HOURS, heard)
    const [stream] = await house.phones.streams(number)
    expect(stream?.received.clears).toBeGreaterThan(0)
    // From the key to the answer, what was cut is not heard: the whole is shorter than it would have been.
    const voicedMs = phone.voice.reduce((sum, { fromMs, toMs }) => sum + (toMs ?? fromMs) - fromMs, 0)
    const wholeMs = [GREETING, LONG, HOURS].reduce((sum, words) => sum + (speak(words).length / CLIP_HZ) * 1000, 0)
    expect(voicedMs).toBeLessThan(wholeMs - 3000)
  })

  it('keys that an operator presses reach the phone, what they have the agent say is heard, and the talk goes on', async () => {
    const number = newNumber()
    await house.phones.script(number, {})
    const callback = await house.ring(number)
    const { id } = await house.phones.phone(number)
    const heardAll = (times: number) =>
      until(`${times} things were heard to their end`, async () => {
        const events = await house.events(callback.callId)
        return events.filter(({ type }) => type === 'utterance.heard').length >= times
      })
    await heardAll(1)
    expect((await house.admin.ask('POST', `/api/calls/${callback.callId}/dtmf`, { digits: '42#' })).status).toBe(204)
    const pressed = await house.phones.phone(number, ({ keysHeard }) => keysHeard.length === 3)
    expect(pressed.keysHeard.map(({ digit }) => digit).join('')).toBe('42#')
    await until('a new stream', async () => (await house.phones.streams(number)).filter(({ state }) => state === 'open').length === 1)
    const words = 'Your lamp is on its way to your house.'
    await until('the agent can speak again', async () => {
      const { status } = await house.admin.ask('POST', `/api/calls/${callback.callId}/say`, { text: words })
      return status === 204
    })
    await heardAll(2)
    await house.phones.act(id, { digits: '1' })
    await heardAll(3)
    await house.phones.act(id, { do: 'hang-up' })
    await callback.over
    const { heard } = await talk(number, callback.callId)
    expectHeard(GREETING, heard)
    expectHeard(words, heard)
    expectHeard(HOURS, heard)
    await expectWholeFrames(house, number)
  })

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

describe('with Gemini Live', () => {
  const ASKS = 'How much does the lamp cost?'
  const WAIT = 'Wait, that is not what I meant.'
  const SHORT = 'A lamp of cane costs two thousand rupees.'
  const SORRY = 'I am sorry. What did you mean?'
  let house: PhoneHouse
  let live: LiveSandbox
  beforeAll(async () => {
    house = await patient(await PhoneHouse.start({ engine: 'gemini-live', fallbacks: [], greeting: 'Hello.' }, { SANDBOX_AI: '1' }))
    live = new LiveSandbox(house.demo.sandboxUrl)
    await live.learn([ASKS, WAIT])
  })
  afterAll(() => house?.close())

  it('both hear each other whole, and the phone barges in', async () => {
    await live.willSay(SHORT, LONG, SORRY)
    const number = newNumber()
    await house.phones.script(number, {
      says: [
        { waitForSilenceMs: 1500 },
        { text: ASKS },
        { waitForSpeechMs: 300 },
        { waitForSilenceMs: 2000 },
        { text: ASKS },
        { waitForSpeechMs: 2500 },
        { text: WAIT },
        { waitForSilenceMs: 700 },
        { waitForSpeechMs: 200 },
        { waitForSilenceMs: 2000 },
      ],
      hangsUpAfterMs: 0,
    })
    const callback = await house.ring(number)
    await callback.over
    await house.settled(callback.callId, number, OVER)
    const transcript = await house.transcript(callback.callId)
    const phone = await house.phones.phone(number)
    const heard = await house.phones.sound(phone.id)
    const session = (await live.sessions()).at(-1)
    const sent = await live.audio(session?.id ?? '')
    expectHeard(ASKS, sent)
    expectHeard(WAIT, sent)
    expectHeard(SHORT, heard)
    await expectWholeFrames(house, number)
    const said = transcript.filter(({ role }) => role === 'agent')
    const cut = said.find(({ interrupted }) => interrupted)
    expect(cut?.text.length).toBeLessThan(LONG.length)
    expect(LONG.startsWith(cut?.text.replace(/[\s.…]+$/, '') ?? 'nothing')).toBe(true)
    expect(transcript.filter(({ role }) => role === 'visitor').map(({ text }) => text)).toEqual([ASKS, ASKS, WAIT])
    expect(said.at(-1)?.text).toBe(SORRY)
  })
})
