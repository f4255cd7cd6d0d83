import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { speak } from '../../clips/speech.ts'
import { expectMostHeard, sayUntilHeard } from '../live-ears.ts'
import { LiveSandbox } from '../live-sandbox.ts'
import { newOperator, type Operator } from '../operator.ts'
import { type OperatorEnd, OperatorHand } from '../operator-end.ts'
import type { PhoneHouse } from '../phone-house.ts'
import { until } from '../until.ts'
import { onPhone, spokenMs } from './heard.ts'
import { houseOf, numbersOf, type Subject } from './subject.ts'

/** An operator hears a phone's call, whispers, takes it over, and gives it back: what either says is heard by the other. */

const GREETING = 'Welcome to the shop of lamps.'
const SAID_ON_WISH = 'Your lamp is on its way to your house.'
const OPERATOR = 'Good morning, this is a person of the shop speaking.'
const CALLER = 'Please tell me about the returns.'
const QUESTION = 'What is the refund code?'
const BRIEFING = 'The refund code is mango forty two.'
const TAKING = 'A colleague of mine is taking over now.'
const BACK = 'You are back with me, the assistant. How can I help you further?'
const LOST = 'I am sorry, my colleague has lost the connection. I am the assistant again, and I will go on from here.'

/** The voice says one after the other, with a pause of its own. */
const sentences = (words: string) => words.match(/[^.?]+[.?]/g)?.map((each) => each.trim()) ?? []

export function takeover(subject: Subject): void {
  const newNumber = numbersOf(subject, 3000)
  let house: PhoneHouse
  let second: Operator
  beforeAll(async () => {
    const limits = { callsPerVisitorPerHour: 1000, concurrentCalls: 100, silenceMs: 600_000 }
    house = await houseOf(
      subject,
      { engine: 'gemini-live', fallbacks: [], greeting: GREETING, limits },
      { SANDBOX_AI: '1', OPERATOR_AWAY_MS: '1000' },
    )
    // Making speech keeps this process from anything else: not while somebody speaks.
    for (const words of [SAID_ON_WISH, OPERATOR, CALLER]) speak(words)
    await new LiveSandbox(house.demo.sandboxUrl).learn([CALLER, QUESTION, OPERATOR])
    second = await newOperator(house.demo, house.admin)
  })
  afterAll(() => house?.close())

  /** A phone that has heard the greeting, and an operator's hands on its call. */
  async function talking() {
    const number = newNumber()
    await house.phones.script(number, {})
    const { callId, over } = await house.ring(number)
    const { id } = await house.phones.phone(number)
    const hand = new OperatorHand(house.admin, callId)
    await heard(callId, GREETING)
    const says = (words: string) => house.phones.act(id, { text: words })
    return { number, callId, over, hand, says, phoneId: id }
  }

  const said = async (callId: string, role: string) =>
    (await house.transcript(callId)).filter((entry) => entry.role === role).map(({ text }) => text)
  const allHeard = (callId: string) =>
    until('the phone heard all that the agent said', async () => {
      const events = await house.events(callId)
      return events.filter(({ type }) => type === 'utterance.heard').length >= (await said(callId, 'agent')).length
    })
  const heard = async (callId: string, words: string) => {
    await until(`the agent says ${words}`, async () => (await said(callId, 'agent')).includes(words))
    await allHeard(callId)
  }
  const hears = async (end: OperatorEnd, words: string) => {
    const from = end.heardMs
    await until(`the operator heard ${words}`, () => end.heardMs > from + spokenMs(words) + 400)
  }

  /** What was sent a moment ago is there. */
  const moment = async (end: OperatorEnd) => {
    const from = end.heardMs
    await until('the operator hears on', () => end.heardMs > from + 500)
  }

  describe(subject.title, () => {
    it('is heard, whispered to, taken over with both voices heard, and given back with what only the operator knew', async () => {
      const { callId, hand, number, over, phoneId, says } = await talking()
      const ear = await hand.listen()
      const atEar = () => ear.heard()
      const wish = async () => {
        expect((await hand.act('say', SAID_ON_WISH)).status).toBe(204)
        await hears(ear, SAID_ON_WISH)
        await heard(callId, SAID_ON_WISH)
      }
      await sayUntilHeard(onPhone(SAID_ON_WISH), wish, atEar)
      expect((await hand.act('whisper', 'They are in a hurry.')).status).toBe(204)

      const operator = await hand.hold({ reason: 'wants a person', notes: 'be kind' })
      expect(await hand.standing()).toMatchObject({ ai: 'off', heldBy: { name: expect.any(String) } })
      await heard(callId, TAKING)
      const before = await said(callId, 'agent')
      await sayUntilHeard(
        onPhone(OPERATOR),
        () => operator.say(speak(OPERATOR)).then(() => moment(ear)),
        atEar,
        () => house.phones.sound(phoneId),
      )
      const asks = async () => {
        await says(CALLER)
        await hears(operator, CALLER)
      }
      await sayUntilHeard(onPhone(CALLER), asks, () => operator.heard(), atEar)
      await until('the engine goes on writing', async () => (await said(callId, 'visitor')).includes(CALLER))
      await until('for the operator, too', async () => (await said(callId, 'operator')).includes(OPERATOR))
      // The agent says nothing of its own while it is held.
      expect(await said(callId, 'agent')).toEqual(before)

      const back = await hand.handBack(BRIEFING)
      expect([back.status, back.body.call.ai, back.body.call.heldBy]).toEqual([200, 'active', undefined])
      expect((await operator.closed).code).toBe(1000)
      await heard(callId, BACK)
      const asksForTheCode = async () => {
        const answers = (await said(callId, 'agent')).length
        await says(QUESTION)
        await until('an answer', async () => (await said(callId, 'agent')).length > answers)
        await allHeard(callId)
        await moment(ear)
      }
      await sayUntilHeard(onPhone(BRIEFING), asksForTheCode, atEar)
      expect(await said(callId, 'agent')).toContain(BRIEFING)
      await house.phones.act(phoneId, { do: 'hang-up' })
      await over
      await ear.seen('ended')
      await house.settled(callId, number, { status: 'completed', endReason: 'callee' })
      const sound = await house.phones.sound(phoneId)
      for (const words of [TAKING, ...sentences(BACK)]) await expectMostHeard(onPhone(words), sound)
      subject.wholeFrames?.(await house.phones.streams(number))
      expect(await hand.takeovers()).toMatchObject([
        { reason: 'wants a person', notes: 'be kind', endedBy: 'operator', briefing: BRIEFING, endedAt: expect.any(String) },
      ])
    })

    it('is held by one operator at a time, and goes back to its agent when their browser dies', async () => {
      const { callId, hand, over, phoneId, says } = await talking()
      const operator = await hand.hold()
      const { body, status } = await new OperatorHand(second, callId).takeOver()
      expect([status, body.code]).toEqual([409, 'conflict'])
      expect(body.detail).toContain((await hand.standing()).heldBy?.name)
      operator.die()
      await until('the agent has the call again', async () => (await hand.standing()).ai === 'active')
      await heard(callId, LOST)
      expect(await hand.takeovers()).toMatchObject([{ endedBy: 'connection' }])
      await says(CALLER)
      await until('the agent answers', async () => (await said(callId, 'agent')).length > 3)
      await house.phones.act(phoneId, { do: 'hang-up' })
      await over
      const sound = await house.phones.sound(phoneId)
      for (const words of sentences(LOST)) await expectMostHeard(onPhone(words), sound)
    })
  })
}
