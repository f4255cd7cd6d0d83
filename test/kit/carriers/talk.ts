import { afterAll, beforeAll, describe, expect } from 'vitest'
import { LiveSandbox } from '../live-sandbox.ts'
import type { PhoneHouse } from '../phone-house.ts'
import { until } from '../until.ts'
import { expectHeard, spokenMs } from './heard.ts'
import { houseOf, lack, numbersOf, type Subject, testsOf } from './subject.ts'

/** Scripted phones talk with the agent over a carrier: what either side says is heard whole by the other. */

const GREETING = 'Welcome to the shop of lamps, please press one for our opening hours.'
const HOURS = 'We are open from nine in the morning to five in the evening.'
const LONG =
  'You may return a lamp within thirty days, as long as it is unused, and you put it back into its own box with all its paper, ' +
  'and then you write to us, so that somebody comes to your house and takes it away.'
const OVER = { status: 'completed', endReason: 'callee' }
const PRESSES_ONE = [
  { waitForSpeechMs: 200 },
  { waitForSilenceMs: 800 },
  { digits: '1' },
  { waitForSpeechMs: 200 },
  { waitForSilenceMs: 1000 },
]

type Entry = { role: string; text: string; interrupted?: boolean }
const said = (transcript: Entry[], by: string) => transcript.filter(({ role }) => role === by).map(({ text }) => text)
/** What was heard of it, in the log, is its beginning and not all of it. */
function expectCut(transcript: Entry[], whole: string): void {
  const cut = transcript.find(({ role, interrupted }) => role === 'agent' && interrupted)
  expect(cut?.text.length).toBeLessThan(whole.length)
  expect(whole.startsWith(cut?.text.replace(/[\s.…]+$/, '') ?? 'nothing')).toBe(true)
}

export function talk(subject: Subject): void {
  const newNumber = numbersOf(subject, 2000)
  const { sayMissing, when } = testsOf(subject)
  const waves = lack(subject, 'waves') === undefined

  /** The call is over, and what the phone heard is what was said. */
  async function settle(house: PhoneHouse, o: { number: string; callId: string; ends?: object; heard: string[] }) {
    await house.settled(o.callId, o.number, { ...OVER, ...o.ends })
    const phone = await house.phones.phone(o.number)
    const transcript = await house.transcript(o.callId)
    if (waves) {
      const sound = await house.phones.sound(phone.id)
      for (const words of o.heard) expectHeard(words, sound)
      subject.wholeFrames?.(await house.phones.streams(o.number))
    }
    return { phone, transcript }
  }

  describe(`${subject.title}: with keys`, () => {
    let house: PhoneHouse
    beforeAll(async () => {
      house = await houseOf(subject, {
        greeting: GREETING,
        keyMenu: [
          { digit: '1', label: 'hours', say: HOURS },
          { digit: '2', label: 'returns', say: LONG },
        ],
      })
    })
    afterAll(() => house?.close())

    when(['places', 'streams', 'hearsDigits'], 'a phone that was rung hears the greeting whole, and what its key asks for', async () => {
      const number = newNumber()
      await house.phones.script(number, { says: PRESSES_ONE, hangsUpAfterMs: 0 })
      const callback = await house.ring(number)
      await callback.over
      const { transcript } = await settle(house, { number, callId: callback.callId, heard: [GREETING, HOURS] })
      expect(said(transcript, 'agent')).toEqual([GREETING, HOURS])
      expect(transcript.every(({ interrupted }) => !interrupted)).toBe(true)
    })

    when(['receives', 'streams', 'hearsDigits'], 'a phone that dials in hears the same', async () => {
      const number = newNumber()
      await house.phones.dial(number, subject.ours.number, { says: PRESSES_ONE, hangsUpAfterMs: 0 })
      const call = await until('its call', async () => {
        const { body } = await house.admin.ask<{ calls: { id: string; from?: string; direction: string }[] }>('GET', '/api/calls')
        return body.calls.find(({ direction, from }) => direction === 'inbound' && (subject.tells?.noCaller || from === number))
      })
      await house.phones.phone(number, ({ state }) => state === 'over')
      const { transcript } = await settle(house, { number, callId: call.id, ends: { endReason: 'visitor' }, heard: [GREETING, HOURS] })
      expect(said(transcript, 'agent')).toEqual([GREETING, HOURS])
    })

    when(
      ['places', 'streams', 'hearsDigits'],
      'a key in the middle of a sentence stops it at the phone, and the log holds what was heard',
      async () => {
        const number = newNumber()
        await house.phones.script(number, {
          says: [{ waitForSilenceMs: 800 }, { digits: '2' }, { waitForSpeechMs: 2000 }, { digits: '1' }, { waitForSilenceMs: 1500 }],
          hangsUpAfterMs: 0,
        })
        const callback = await house.ring(number)
        await callback.over
        const { phone, transcript } = await settle(house, { number, callId: callback.callId, heard: [GREETING, HOURS] })
        expectCut(transcript, LONG)
        // From the key to the answer, what was cut is not heard: the whole is shorter than it would have been.
        const voicedMs = phone.voice.reduce((sum, { fromMs, toMs }) => sum + (toMs ?? fromMs) - fromMs, 0)
        expect(voicedMs).toBeLessThan([GREETING, LONG, HOURS].reduce((sum, words) => sum + spokenMs(words), 0) - 3000)
      },
    )

    when(['places', 'streams', 'marks'], 'its marks tell when something was heard, and stopped sound is dropped there', async () => {
      const number = newNumber()
      await house.phones.script(number, {
        says: [{ waitForSilenceMs: 800 }, { digits: '2' }, { waitForSpeechMs: 1500 }, { digits: '1' }, { waitForSilenceMs: 1500 }],
        hangsUpAfterMs: 0,
      })
      const callback = await house.ring(number)
      await callback.over
      await house.settled(callback.callId, number, OVER)
      const [stream] = await house.phones.streams(number)
      expect(stream?.received.clears).toBeGreaterThan(0)
      expect(stream?.received.marks.length).toBeGreaterThan(1)
      // Every mark comes back, in the order they were made.
      expect(stream?.sent.marks).toEqual(stream?.received.marks.slice(0, stream.sent.marks.length))
      const heard = (await house.events(callback.callId)).filter(({ type }) => type === 'utterance.heard')
      expect(heard.length).toBeGreaterThanOrEqual(2)
    })

    when(['places', 'sendsDigits'], 'keys that an operator presses reach the phone, and the talk goes on', async () => {
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
      const words = 'Your lamp is on its way to your house.'
      await until('the agent can speak again', async () => {
        const { status } = await house.admin.ask('POST', `/api/calls/${callback.callId}/say`, { text: words })
        return status === 204
      })
      await heardAll(2)
      await house.phones.act(id, { do: 'hang-up' })
      await callback.over
      await settle(house, { number, callId: callback.callId, heard: [GREETING, words] })
    })
  })

  const voiced = () => {
    const ASKS = 'How much does the lamp cost?'
    const WAIT = 'Wait, that is not what I meant.'
    const SHORT = 'A lamp of cane costs two thousand rupees.'
    const SORRY = 'I am sorry. What did you mean?'
    let house: PhoneHouse | undefined
    let live: LiveSandbox
    beforeAll(async () => {
      if (!waves) return
      house = await houseOf(subject, { engine: 'gemini-live', fallbacks: [], greeting: 'Hello.' }, { SANDBOX_AI: '1' })
      live = new LiveSandbox(house.demo.sandboxUrl)
      await live.learn([ASKS, WAIT])
    })
    afterAll(() => house?.close())

    when(['places', 'streams', 'waves'], 'both hear each other whole, and the phone barges in', async () => {
      if (!house) throw new Error('There is no house.')
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
      const { transcript } = await settle(house, { number, callId: callback.callId, heard: [SHORT] })
      const session = (await live.sessions()).at(-1)
      const sent = await live.audio(session?.id ?? '')
      expectHeard(ASKS, sent)
      expectHeard(WAIT, sent)
      expectCut(transcript, LONG)
      expect(said(transcript, 'visitor')).toEqual([ASKS, ASKS, WAIT])
      expect(said(transcript, 'agent').at(-1)).toBe(SORRY)
    })
  }
  if (waves) describe(`${subject.title}: with a voice`, voiced)
  else voiced()
  sayMissing()
}
