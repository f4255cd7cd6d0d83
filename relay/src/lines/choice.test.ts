import twilio from 'twilio'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type CarrierHouse, startCarrierHouse } from '../carriers/phone-house.test-kit.ts'
import type { VendorAnswer, VendorRequest } from '../carriers/vendor.test-kit.ts'

/** The real relay with two carriers: an agent names Exotel, then Twilio. */

const ACCOUNT = 'AC00000000000000000000000000000001'
const TOKEN = 'the-auth-token-of-these-tests'
const CALLEE = '+919000000001'
const SID = `CA${'5'.repeat(32)}`

let house: CarrierHouse
let from: number
beforeAll(async () => {
  house = await startCarrierHouse({
    env: (origin) => ({
      EXOTEL_API_KEY: 'exotel-key',
      EXOTEL_API_TOKEN: 'exotel-token',
      EXOTEL_SID: 'exampleacct',
      EXOTEL_CALLER_ID: '08012345678',
      EXOTEL_API_BASE_URL: origin,
      TWILIO_ACCOUNT_SID: ACCOUNT,
      TWILIO_AUTH_TOKEN: TOKEN,
      TWILIO_PHONE_NUMBER: '+12025550199',
      TWILIO_API_BASE_URL: origin,
      CALLBACK_COUNTRIES: 'IN,US',
    }),
    persona: { phone: { carriers: ['exotel', 'twilio'] } },
    extras: { alwaysRing: [CALLEE] },
  })
})
afterAll(() => house.close())
beforeEach(() => {
  from = house.vendor.requests.length
})

const answers = (exotel: VendorAnswer, ofTwilio: VendorAnswer = { status: 201, body: { sid: SID, status: 'queued' } }) =>
  house.vendor.answers(({ path }) =>
    path.includes('/Calls/connect') ? exotel : path.endsWith('/Calls.json') ? ofTwilio : { status: 200, body: {} },
  )
const REFUSED: VendorAnswer = { status: 401, body: { RestException: { Status: 401, Message: 'Unauthorized' } } }
/** Who was asked to ring, in order. */
const rung = () => house.vendor.requests.slice(from).flatMap((request) => placement(request) ?? [])
const placement = ({ path }: VendorRequest) =>
  path.includes('/Calls/connect') ? 'exotel' : path.endsWith('/Calls.json') ? 'twilio' : undefined
const attempts = (view: { events: readonly { type: string; payload?: Record<string, unknown> }[] }) =>
  view.events.filter(({ type }) => type === 'line.attempt').map(({ payload }) => payload)

async function wish(more: Record<string, unknown> = {}, headers = {}) {
  const answer = await house.wish({ phoneNumber: CALLEE, ...more }, headers)
  return { status: answer.status, body: (await answer.json()) as { callId: string; callUrl: string } }
}

describe('an agent that names its carriers', () => {
  it('rings over the next where the first clearly does not: one call, one wish, one count', async () => {
    answers(REFUSED)
    const headers = { 'idempotency-key': 'one-wish' }
    const { body, status } = await wish({}, headers)
    expect(status).toBe(202)
    await expect.poll(async () => attempts(await house.view(body.callId)).length).toBe(2)
    await expect.poll(() => rung()).toEqual(['exotel', 'twilio'])
    expect((await wish({}, headers)).body).toEqual(body)
    const view = await house.view(body.callId)
    expect(attempts(view)).toMatchObject([
      { attempt: 1, carrier: 'exotel', phoneNumberId: 'env-exotel' },
      { attempt: 2, carrier: 'twilio', phoneNumberId: 'env-twilio', rule: 'other_carrier' },
    ])
    // The number that rings is the second carrier's, in the list and to whoever looks for it.
    expect(view).toMatchObject({ carrier: 'twilio', status: 'initiated', from: '+12025550199' })
    const listed = await house.ask('/api/calls?number=%2B12025550199', { token: house.admin })
    expect(((await listed.json()) as { calls: { id: string }[] }).calls.map(({ id }) => id)).toContain(body.callId)
    const decided = await house.ask(`/api/gate/decisions?callId=${body.callId}`, { token: house.admin })
    const { decisions } = (await decided.json()) as { decisions: { carrier: string; allowed: boolean; rule: string }[] }
    expect(decisions.map(({ allowed, carrier, rule }) => `${carrier} ${rule} ${allowed}`).toSorted()).toEqual([
      'exotel sandbox true',
      'twilio other_carrier true',
    ])
    // The page hears of one call that rings, in Twilio's words.
    await expect.poll(async () => (await house.view(body.callId)).events.some(({ type }) => type === 'line.status')).toBe(true)
    const path = '/api/calls/status'
    const fields = { CallSid: SID, AccountSid: ACCOUNT, From: '+12025550199', To: CALLEE, CallStatus: 'ringing', SequenceNumber: '1' }
    const tell = (more: Record<string, string>) => {
      const form = { ...fields, ...more }
      const signature = twilio.getExpectedTwilioSignature(TOKEN, house.relay.url + path, form)
      const sent = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature }
      return house.ask(path, { method: 'POST', headers: sent, body: new URLSearchParams(form).toString() })
    }
    expect((await tell({})).status).toBe(204)
    expect(await (await fetch(body.callUrl)).json()).toMatchObject({ status: 'connecting' })
    expect((await tell({ CallStatus: 'no-answer', SequenceNumber: '2' })).status).toBe(204)
    await expect.poll(() => house.view(body.callId)).toMatchObject({ status: 'failed', endReason: 'no-answer', ends: 1 })
    expect(rung()).toEqual(['exotel', 'twilio'])
  })

  it('never rings over another where a phone may be ringing', async () => {
    answers('cut')
    const { body } = await wish()
    await expect.poll(async () => (await house.view(body.callId)).events.some(({ type }) => type === 'line.refused')).toBe(true)
    expect(attempts(await house.view(body.callId)).length).toBe(1)
    expect(rung()).toEqual(['exotel'])
    await fetch(body.callUrl, { method: 'DELETE' })
  })

  it('fails once, when the last has refused too, and the number may be asked for again', async () => {
    answers(REFUSED, { status: 400, body: { code: 21211, message: 'Invalid To' } })
    const { body } = await wish()
    await expect.poll(() => house.view(body.callId)).toMatchObject({ status: 'failed', endReason: 'error', ends: 1 })
    expect(rung()).toEqual(['exotel', 'twilio'])
    answers(REFUSED)
    const again = await wish()
    expect(again.status).toBe(202)
    await fetch(again.body.callUrl, { method: 'DELETE' })
  })

  it('is not asked where the wish names its carrier', async () => {
    answers(REFUSED)
    const { body } = await wish({ carrier: 'exotel' })
    await expect.poll(() => house.view(body.callId)).toMatchObject({ status: 'failed', endReason: 'error' })
    expect(rung()).toEqual(['exotel'])
  })
})
