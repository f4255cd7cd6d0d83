import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TWILIO_ACCOUNT } from '../../demo/src/sandbox/twilio/account.ts'
import { wish } from '../kit/callback.ts'
import { PhoneHouse } from '../kit/phone-house.ts'
import { type RelayProcess, startDemo, startRelay } from '../kit/relay-process.ts'
import { until } from '../kit/until.ts'

/** However often a call is asked for, and whatever dies meanwhile: a phone rings once, and rings for somebody. */

let numbers = 0
const newNumber = () => `+1202555${String(3000 + numbers++).padStart(4, '0')}`

/** The sandbox outlives the relay: it belongs to another process. */
let sandbox: RelayProcess
let house: PhoneHouse
beforeAll(async () => {
  sandbox = await startDemo()
  const relay = await startRelay({
    TWILIO_ACCOUNT_SID: TWILIO_ACCOUNT.accountSid,
    TWILIO_AUTH_TOKEN: TWILIO_ACCOUNT.authToken,
    TWILIO_PHONE_NUMBER: TWILIO_ACCOUNT.phoneNumber,
    TWILIO_API_BASE_URL: sandbox.sandboxUrl,
  })
  house = await PhoneHouse.of(relay, {}, sandbox.sandboxUrl)
})
afterAll(async () => {
  await house?.close()
  await sandbox?.[Symbol.asyncDispose]()
})

const ask = (phoneNumber: string, key?: string) =>
  wish(house.demo, { agentId: house.agentId, phoneNumber }, key === undefined ? {} : { 'idempotency-key': key })

describe('impatience', () => {
  it('two double-clicks with one key are one wish, and so is a retry after the talk', async () => {
    const number = newNumber()
    await house.phones.script(number, { says: [{ waitForSilenceMs: 600 }], hangsUpAfterMs: 0, every: true })
    const answers = await Promise.all(Array.from({ length: 4 }, () => ask(number, 'one-key')))
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202])
    const calls = new Set(answers.map(({ body }) => body.callId))
    expect(calls.size).toBe(1)
    const [callId = ''] = calls
    await house.settled(callId, number, { status: 'completed', endReason: 'callee' })
    const retry = await ask(number, 'one-key')
    expect([retry.status, retry.body.callId]).toEqual([202, callId])
    expect(await house.phones.placements(number)).toBe(1)
    expect(await house.phones.calls(number)).toHaveLength(1)
  })

  it.for(['of one page without keys', 'of two tabs, each with keys of its own'])('two double-clicks %s ring once', async (whose) => {
    const number = newNumber()
    await house.phones.script(number, { does: 'answer', afterMs: 1500, says: [{ waitForSilenceMs: 600 }], hangsUpAfterMs: 0, every: true })
    const key = (tab: number) => (whose.includes('tabs') ? `${number}-tab-${tab}` : undefined)
    const answers = await Promise.all([0, 0, 1, 1].map((tab) => ask(number, key(tab))))
    const accepted = new Set(answers.filter(({ status }) => status === 202).map(({ body }) => body.callId))
    expect(accepted.size).toBe(1)
    for (const { status, body } of answers.filter(({ status }) => status !== 202)) {
      expect([status, body]).toEqual([
        409,
        expect.objectContaining({ code: 'conflict', detail: expect.stringContaining('answer the phone') }),
      ])
    }
    const [callId = ''] = accepted
    await house.settled(callId, number, { status: 'completed', endReason: 'callee' })
    expect(await house.phones.placements(number)).toBe(1)
  })
})

describe('kill -9', () => {
  it('between the placement and its answer: settled at restart, nobody is rung twice, and the phone is hung up', async () => {
    const number = newNumber()
    await house.phones.script(number, { does: 'answer', afterMs: 3000, every: true })
    await house.phones.fault(number, 'place-hangs', { rings: true, forMs: 60_000 })
    // Twilio's word comes only when the relay is there again.
    await house.phones.fault(number, 'callbacks-late', { delayMs: 2500 })
    const { body } = await ask(number, 'killed')
    await until('Twilio was asked', async () => (await house.phones.placements(number)) === 1)
    await house.crash()
    await house.settled(body.callId, number, { status: 'failed', endReason: 'error' })
    const retry = await ask(number, 'killed')
    expect(retry.body.callId ?? retry.status).toBeOneOf([body.callId, 409])
    expect(await house.phones.placements(number)).toBe(1)
    expect(await house.phones.calls(number)).toHaveLength(1)
    expect(await house.live()).toEqual([])
  })

  it('while somebody talks: the phone is hung up, and the call is settled', async () => {
    const number = newNumber()
    await house.phones.script(number, { every: true })
    const { body } = await ask(number)
    await house.phones.phone(number, ({ voice }) => voice.length > 0)
    await house.crash()
    const call = await until('it is settled', async () => {
      const found = await house.call(body.callId)
      return found.endReason !== undefined && found
    })
    await house.settled(body.callId, number, { status: call.status, endReason: 'error' })
    expect(await house.phones.phone(number)).toMatchObject({ endedBy: 'carrier' })
    expect(await house.phones.placements(number)).toBe(1)
  })

  it('while a phone rings: it is hung up', async () => {
    const number = newNumber()
    await house.phones.script(number, { does: 'no-answer', every: true })
    const { body } = await ask(number)
    await house.phones.phone(number, ({ state }) => state === 'ringing')
    await until('it has a name', async () => (await house.events(body.callId)).some(({ type }) => type === 'line.status'))
    await house.crash()
    await house.settled(body.callId, number, { status: 'failed', endReason: 'error' })
    expect(await house.phones.phone(number)).toMatchObject({ end: 'cancelled', endedBy: 'carrier' })
    expect(await house.phones.placements(number)).toBe(1)
  })
})
