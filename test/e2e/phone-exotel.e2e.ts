import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXOTEL_ACCOUNT } from '../../demo/src/sandbox/exotel/account.ts'
import { CLIP_HZ, speak } from '../clips/speech.ts'
import { resampled } from '../clips/wav.ts'
import { ExotelNetwork } from '../kit/exotel-network.ts'
import { PhoneHouse } from '../kit/phone-house.ts'
import { until } from '../kit/until.ts'
import { fromInt16, likeness } from '../kit/waveform.ts'

/** Calls over Exotel at each of its rates: placed, rung, greeted, keys, barge-in, hung up by either side, and coming in. */

const PHONE_HZ = 8000
const GREETING = 'Welcome to the shop of lamps, please press one for our opening hours.'
const HOURS = 'We are open from nine in the morning to five in the evening.'
const LONG =
  'You may return a lamp within thirty days, as long as it is unused, and you put it back into its own box with all its paper, ' +
  'and then you write to us, so that somebody comes to your house and takes it away.'
const PERSONA = {
  greeting: GREETING,
  callbackCountries: ['IN'],
  phone: { carrier: 'exotel' },
  keyMenu: [
    { digit: '1', label: 'hours', say: HOURS },
    { digit: '2', label: 'returns', say: LONG },
  ],
}

/** These words are in that sound, without a gap. */
function expectHeard(words: string, heard: ReturnType<typeof fromInt16>): void {
  const found = likeness(fromInt16(resampled(speak(words), CLIP_HZ, PHONE_HZ), PHONE_HZ), heard)
  console.log(`${words.slice(0, 40)}: correlation ${found.correlation.toFixed(4)}, gap ${found.gapMs} ms, ${found.levelDb.toFixed(2)} dB`)
  expect(found.correlation, words).toBeGreaterThanOrEqual(0.95)
  expect(found.gapMs, words).toBeLessThanOrEqual(20)
}

describe.each([
  [8000, {}],
  [16_000, { EXOTEL_STREAM_KEYS: 'camel' }],
  [24_000, { EXOTEL_STREAM_KEYS: 'snake', EXOTEL_CHUNK_BYTES: '4800' }],
] as const)('at %i Hz %o', (rate, env) => {
  let house: PhoneHouse
  let exotel: ExotelNetwork
  beforeAll(async () => {
    house = await PhoneHouse.start(PERSONA, { EXOTEL_SAMPLE_RATE: String(rate), ...env })
    exotel = new ExotelNetwork(house.demo)
    // What a machine that others share loses of its pace is not the relay's to answer for.
    const keys = 'EXOTEL_STREAM_KEYS' in env ? env.EXOTEL_STREAM_KEYS : 'either'
    await exotel.settings({ jitterMs: 300, keys, leastChunkBytes: Number('EXOTEL_CHUNK_BYTES' in env ? env.EXOTEL_CHUNK_BYTES : 3200) })
  })
  afterAll(() => house?.close())

  /** The call's streams obeyed the rules. */
  async function expectWholeChunks(callSid: string | undefined): Promise<void> {
    const [stream, ...more] = await exotel.streams(callSid)
    expect(more).toEqual([])
    expect([stream?.rate, stream?.warnings]).toEqual([rate, []])
    expect(stream?.received.media).toBeGreaterThan(10)
    for (const bytes of Object.keys(stream?.received.chunks ?? {})) expect(Number(bytes) % 320).toBe(0)
  }
  const agentSaid = async (callId: string) => (await house.transcript(callId)).filter(({ role }) => role === 'agent')

  it('a phone rings, hears the greeting whole and what its keys ask for; a key stops a long answer; it hangs up', async () => {
    const number = '+919000000003'
    await house.phones.script(number, {
      says: [
        { waitForSilenceMs: 1000 },
        { digits: '2' },
        { waitForSpeechMs: 2500 },
        { digits: '1' },
        { waitForSpeechMs: 200 },
        { waitForSilenceMs: 1500 },
      ],
      hangsUpAfterMs: 0,
    })
    const callback = await house.ring(number)
    await callback.over
    await house.settled(callback.callId, number, { status: 'completed', endReason: 'callee' })
    const phone = await house.phones.phone(number)
    const heard = await house.phones.sound(phone.id)
    expectHeard(GREETING, heard)
    expectHeard(HOURS, heard)
    const said = await agentSaid(callback.callId)
    const cut = said.find(({ interrupted }) => interrupted)
    expect(cut?.text.length).toBeLessThan(LONG.length)
    expect(LONG.startsWith(cut?.text.replace(/[\s.…]+$/, '') ?? 'nothing')).toBe(true)
    expect(said.at(-1)?.text).toBe(HOURS)
    await expectWholeChunks(phone.carrierCallId)
    const [stream] = await exotel.streams(phone.carrierCallId)
    expect(stream?.received.clears).toBeGreaterThan(0)
    expect(stream?.sent.dtmf).toBe(2)
  })

  // What follows is the same at every rate.
  if (rate !== 8000) return

  it('an operator hangs up, which closes the stream and so ends the call at the phone', async () => {
    const number = '+919000000004'
    await house.phones.script(number, {})
    const callback = await house.ring(number)
    await until('the greeting was heard', async () => (await house.events(callback.callId)).some(({ type }) => type === 'utterance.heard'))
    expect((await house.admin.ask('POST', `/api/calls/${callback.callId}/hangup`)).status).toBe(202)
    await house.settled(callback.callId, number, { status: 'completed', endReason: 'operator' })
    const phone = await house.phones.phone(number, ({ state }) => state === 'over')
    expect([phone.end, phone.endedBy]).toEqual(['hung-up', 'carrier'])
    const [stream] = await exotel.streams(phone.carrierCallId)
    expect(stream?.closed?.code).toBe(1000)
  })

  it.runIf(rate === 8000)(
    'a phone dials the ExoPhone: its flow asks for the address, the agent greets, and Passthru tells the end',
    async () => {
      const number = '+919000000005'
      await house.admin.ask('PUT', '/api/phone-numbers', { id: 'env-exotel', linkedAgentId: house.agentId })
      await house.phones.dial(number, EXOTEL_ACCOUNT.phoneNumber, {
        says: [{ waitForSilenceMs: 1000 }, { digits: '1' }, { waitForSpeechMs: 200 }, { waitForSilenceMs: 1500 }],
        hangsUpAfterMs: 0,
      })
      const call = await until('its call', async () => {
        const { body } = await house.admin.ask<{ calls: { id: string; from?: string; direction: string }[] }>('GET', '/api/calls')
        return body.calls.find(({ direction, from }) => direction === 'inbound' && from === number)
      })
      await house.settled(call.id, number, { status: 'completed', endReason: 'visitor' })
      const phone = await house.phones.phone(number)
      const heard = await house.phones.sound(phone.id)
      expectHeard(GREETING, heard)
      expectHeard(HOURS, heard)
      expect((await agentSaid(call.id)).map(({ text }) => text)).toEqual([GREETING, HOURS])
      await expectWholeChunks(phone.carrierCallId)
      const told = await until('its Passthru', async () => {
        const { webhooks } = await exotel.seen()
        const own = webhooks.filter(({ callSid }) => callSid === phone.carrierCallId)
        return own.some(({ attempts, purpose }) => purpose === 'passthru' && attempts.length > 0) && own
      })
      expect(told.map(({ attempts, purpose }) => [purpose, attempts.map(({ status }) => status)])).toEqual([
        ['dynamic', [200]],
        ['passthru', [200]],
      ])
    },
  )
})
