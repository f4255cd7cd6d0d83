import { createHash } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { OURS, type PhoneHouse, said, startPhoneHouse } from '../carriers/twilio/doors/twilio.test-kit.ts'
import { idempotentRequests } from '../store/schema.ts'

/** What operators do to calls of phones, where what the carrier does with a call decides whether they can. */

const PERSON = '+12025550103'

let house: PhoneHouse
let desk = ''
beforeAll(async () => {
  house = await startPhoneHouse()
  const made = await house.ask('/api/agents', {
    method: 'POST',
    token: house.admin,
    json: { name: 'Front desk', modes: ['call-me'], phone: { answeredBy: 'person', person: PERSON } },
  })
  desk = ((await made.json()) as { agent: { id: string } }).agent.id
})
const hangUp = () => house.tell('/api/calls/status', said(house.newest(), 'completed', 9, { CallDuration: '9' }))
afterEach(hangUp)
afterAll(() => house.close())

/** A call that rings. */
async function ringing(agentId = house.agentId) {
  const { callId } = (await (await house.wish({ agentId })).json()) as { callId: string }
  await expect.poll(async () => (await house.view(callId)).events.some(({ type }) => type === 'line.status')).toBe(true)
  const sid = house.newest()
  const act = (what: string, json: object, headers: Record<string, string> = {}) =>
    house.ask(`/api/calls/${callId}/${what}`, { method: 'POST', token: house.admin, headers, json })
  return {
    callId,
    act,
    answer: async () => (await house.tell(`/api/calls/answer/${callId}`, said(sid, 'in-progress'))).text(),
    capabilities: async () => {
      const answer = await house.ask(`/api/calls/${callId}`, { token: house.admin })
      return ((await answer.json()) as { call: { capabilities: string[] } }).call.capabilities
    },
    problem: async (what: string, json: object) => {
      const answer = await act(what, json)
      return { status: answer.status, detail: answer.ok ? '' : ((await answer.json()) as { detail: string }).detail }
    },
  }
}

describe('keys', () => {
  const REFUSED = { status: 409, detail: expect.stringContaining('would take them apart') }

  it('are not pressed into two phones that were joined: both would be cut off, and the second rung again', async () => {
    const bridge = await ringing(desk)
    expect(await bridge.capabilities()).toEqual(['hangup'])
    expect(await bridge.answer()).toContain(`>${PERSON}</Number>`)
    const before = house.asked.length
    expect(await bridge.problem('dtmf', { digits: '1' })).toEqual(REFUSED)
    expect(house.asked.length).toBe(before)
  })

  it('are not pressed into a call that was transferred; into one with its agent they are', async () => {
    const call = await ringing()
    await call.answer()
    expect(await call.capabilities()).toContain('dtmf')
    expect((await call.act('dtmf', { digits: '1' })).status).toBe(204)
    expect((await call.act('transfer', { to: '+12025550102' })).status).toBe(204)
    const before = house.asked.length
    expect(await call.problem('dtmf', { digits: '1' })).toEqual(REFUSED)
    expect([house.asked.length, (await call.capabilities()).includes('dtmf')]).toEqual([before, false])
  })
})

describe('a transfer with a key', () => {
  const to = '+12025550102'

  it('that came too early may come again, and rings once', async () => {
    const call = await ringing()
    const transfer = async () => (await call.act('transfer', { to }, { 'idempotency-key': 'early' })).status
    const rings = () => house.asked.filter(({ form }) => form.get('Twiml')?.includes(to)).length
    const before = rings()
    expect(await transfer()).toBe(409)
    await call.answer()
    expect([await transfer(), await transfer(), rings() - before]).toEqual([204, 204, 1])
  })

  it('leaves no number in the store, and nothing at all once the call is erased', async () => {
    const call = await ringing()
    await call.answer()
    expect((await call.act('transfer', { to }, { 'idempotency-key': 'kept' })).status).toBe(204)
    const rows = () => house.relay.store.db.select().from(idempotentRequests).where(eq(idempotentRequests.key, 'kept'))
    const [row] = await rows()
    expect(row?.bodyHash).toMatch(/.{20,}/)
    for (const encoding of ['hex', 'base64url'] as const)
      expect(row?.bodyHash).not.toBe(createHash('sha256').update(JSON.stringify(to)).digest(encoding))
    await hangUp()
    const erase = async () => (await house.ask(`/api/calls/${call.callId}`, { method: 'DELETE', token: house.admin })).status
    await expect.poll(erase).toBe(204)
    expect(await rows()).toEqual([])
  })

  it('wants a key that can be one', async () => {
    const call = await ringing()
    const answer = await call.act('transfer', { to: OURS }, { 'idempotency-key': 'two words' })
    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ detail: expect.stringMatching(/^Idempotency-Key: /) }),
    ])
  })
})
