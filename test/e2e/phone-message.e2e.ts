import { afterAll, beforeAll, expect, it } from 'vitest'
import { EXOTEL_ACCOUNT } from '../../demo/src/sandbox/exotel/account.ts'
import { ExotelNetwork } from '../kit/exotel-network.ts'
import { LiveSandbox } from '../kit/live-sandbox.ts'
import { PhoneHouse } from '../kit/phone-house.ts'
import { until } from '../kit/until.ts'

/** The Exotel guide's option 2: the call is recorded, the recording fetched and understood, and the caller called back. */

const ASKS = 'How much does the lamp cost?'

let house: PhoneHouse
let exotel: ExotelNetwork
beforeAll(async () => {
  house = await PhoneHouse.start(
    {
      engine: 'gemini-live',
      fallbacks: ['offline'],
      greeting: 'You asked: {{message}}',
      callbackCountries: ['IN'],
      phone: { carrier: 'exotel', afterRecording: 'call-back' },
    },
    { SANDBOX_AI: '1' },
  )
  exotel = new ExotelNetwork(house.demo)
  await new LiveSandbox(house.demo.sandboxUrl).learn([ASKS])
  const { body } = await house.admin.ask<{ phoneNumbers: { id: string; webhookUrl: string }[] }>('GET', '/api/phone-numbers')
  const url = body.phoneNumbers.find(({ id }) => id === 'env-exotel')?.webhookUrl
  await house.admin.ask('PUT', '/api/phone-numbers', { id: 'env-exotel', linkedAgentId: house.agentId })
  const told = { applet: 'passthru', url }
  // Twice: carriers repeat themselves.
  await exotel.flow(EXOTEL_ACCOUNT.phoneNumber, [{ applet: 'voicemail' }, told, told])
})
afterAll(() => house?.close())

const outgoing = async (to: string) => {
  const { body } = await house.admin.ask<{ calls: { id: string; to?: string; direction: string; sessionId: string }[] }>(
    'GET',
    '/api/calls',
  )
  return body.calls.filter((call) => call.direction === 'outbound' && call.to === to)
}

it('a caller leaves a message and is rung back once, by an agent that knows what was said', async () => {
  const number = '+919000000003'
  const dialled = await house.phones.dial(number, EXOTEL_ACCOUNT.phoneNumber, {
    says: [{ pauseMs: 300 }, { text: ASKS }, { pauseMs: 500 }],
    hangsUpAfterMs: 0,
  })
  await house.phones.phone(number, ({ id, state }) => id === dialled && state === 'over')
  await house.phones.script(number, { says: [{ waitForSpeechMs: 300 }, { waitForSilenceMs: 1200 }], hangsUpAfterMs: 0 })
  const [call] = await until('the call back', async () => {
    const calls = await outgoing(number)
    return calls.length > 0 && calls
  })
  await house.settled(call?.id ?? '', number, { status: 'completed', endReason: 'callee' })
  const said = (await house.transcript(call?.id ?? '')).filter(({ role }) => role === 'agent')
  expect(said[0]?.text).toBe(`You asked: ${ASKS}`)
  const phone = (await house.phones.calls(number)).find(({ id }) => id === dialled)
  expect(call?.sessionId).toBe(phone?.carrierCallId)
  expect(await outgoing(number)).toHaveLength(1)
  // It went to the recording with the account’s credentials, and nobody else's.
  const asked = (await exotel.seen()).requests.filter(({ path }) => path.startsWith('/exotelrecordings/'))
  expect(asked.length).toBe(1)
})

it('an agent that is not to call back does not', async () => {
  const number = '+919000000004'
  await house.admin.ask('PATCH', `/api/agents/${house.agentId}`, { phone: { afterRecording: 'nothing' } })
  await house.phones.dial(number, EXOTEL_ACCOUNT.phoneNumber, { says: [{ text: ASKS }], hangsUpAfterMs: 0 })
  const phone = await house.phones.phone(number, ({ state }) => state === 'over')
  await until('its Passthru was answered', async () => {
    const { webhooks } = await exotel.seen()
    return webhooks.filter(({ attempts, callSid }) => callSid === phone.carrierCallId && attempts.length > 0).length === 2
  })
  expect(await outgoing(number)).toEqual([])
})
