import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OTHER_ORGANISATION } from '../../relay.test-kit.ts'
import { type CarrierHouse, startCarrierHouse } from '../phone-house.test-kit.ts'

/** What JioCX tells at the number's own address, for accounts that can; each call joins the visitor with a person. */

const VISITOR = '+919000000001'
const PERSON = '+919000000002'
const ANOTHER = '+919000000003'
let house: CarrierHouse
let statusUrl: string
let calls = 0
/** What JioCX says of every call that it is asked of: nothing new, so that only callbacks move a call. */
const standing = (id: string) => ({ status: 200, body: { call_id: id, status: 'initiated', message: '' } })

beforeAll(async () => {
  house = await startCarrierHouse({
    env: (origin) => ({
      JIOCX_ORGANIZATION_NAME: 'shop',
      JIOCX_USERNAME: 'user',
      JIOCX_PASSWORD: 'password',
      JIOCX_PHONE_NUMBER: '+911140845784',
      JIOCX_API_BASE_URL: `${origin}/v1`,
      CALLBACK_COUNTRIES: 'IN',
    }),
    persona: { phone: { answeredBy: 'person', person: PERSON } },
    extras: { alwaysRing: [VISITOR, ANOTHER, PERSON] },
  })
  house.vendor.answers(({ path }) => {
    if (path.endsWith('/auth/login')) return { status: 200, body: { token: 'T' } }
    const known = /\/voice\/status\/(\w+)/.exec(path)?.[1]
    if (known) return standing(known)
    if (path.includes('/hangup/')) return { status: 200, body: { success: true, message: '' } }
    calls += 1
    return standing(`c${calls}`)
  })
  const { phoneNumbers } = (await (await house.ask('/api/phone-numbers', { token: house.admin })).json()) as {
    phoneNumbers: { id: string; statusUrl: string }[]
  }
  statusUrl = phoneNumbers.find(({ id }) => id === 'env-jiocx')?.statusUrl ?? ''
})
afterAll(() => house.close())

/** The log is written in the background; a busy machine takes its time. */
const soon = <T>(look: () => T) => expect.poll(look, { timeout: 20_000 })
const pathTo = (query = '') => statusUrl.slice(house.relay.url.length) + query
const tell = async (fields: object, path = pathTo()) => (await house.ask(path, { method: 'POST', json: fields })).status
async function ringing(phoneNumber = VISITOR) {
  const answer = await house.wish({ phoneNumber })
  expect(answer.status).toBe(202)
  const { callId } = (await answer.json()) as { callId: string }
  await soon(async () => (await house.view(callId)).events.some(({ type }) => type === 'line.status')).toBe(true)
  return { callId, id: `c${calls}` }
}

describe('what JioCX tells', () => {
  it('moves its call, by its name or by ours, and ends it once', async () => {
    const { callId, id } = await ringing()
    expect(await tell({ call_id: id, status: 'ringing' })).toBe(204)
    await soon(() => house.view(callId)).toMatchObject({ status: 'connecting' })
    expect(await tell({ call_id: id, status: 'connected' }, pathTo(`?callId=${callId}`))).toBe(204)
    await soon(() => house.view(callId)).toMatchObject({ status: 'connected' })
    for (let again = 0; again < 3; again++) expect(await tell({ call_id: id, status: 'completed' })).toBe(204)
    await soon(() => house.view(callId)).toMatchObject({ status: 'completed', ends: 1 })
    // Late words of a call that is over.
    expect(await tell({ call_id: id, status: 'ringing' })).toBe(204)
  })

  it('moves no other call', async () => {
    const one = await ringing()
    const other = await ringing(ANOTHER)
    // Said under this call's address, of that one.
    expect(await tell({ call_id: other.id, status: 'completed' }, pathTo(`?callId=${one.callId}`))).toBe(204)
    expect(await house.view(one.callId)).toMatchObject({ ends: 0 })
    expect(await tell({ call_id: 'nobodys', status: 'completed' })).toBe(204)
    for (const { id } of [one, other]) await tell({ call_id: id, status: 'failed', message: 'Callee busy' })
    for (const { callId } of [one, other]) await soon(async () => (await house.view(callId)).ends).toBe(1)
  })

  it('moves no call of another organisation, nor asks JioCX anything of one that is over', async () => {
    const { callId, id } = await ringing()
    const stranger = await house.ask('/api/phone-numbers', {
      method: 'POST',
      token: await house.token('admin', OTHER_ORGANISATION),
      json: { phoneNumber: '+911140845799', provider: 'jiocx', jiocxConfig: { organizationName: 'x', username: 'x', password: 'x' } },
    })
    const { phoneNumber } = (await stranger.json()) as { phoneNumber: { statusUrl: string } }
    const theirs = phoneNumber.statusUrl.slice(house.relay.url.length)
    for (const path of [theirs, `${theirs}?callId=${callId}`]) expect(await tell({ call_id: id, status: 'completed' }, path)).toBe(204)
    expect(await house.view(callId)).toMatchObject({ ends: 0 })
    await tell({ call_id: id, status: 'failed', message: 'No answer' })
    await soon(() => house.view(callId)).toMatchObject({ ends: 1 })
    const hangUps = () => house.vendor.requests.filter(({ path }) => path.includes('/hangup/')).length
    const before = hangUps()
    for (const path of [theirs, `${theirs}?callId=${callId}`]) expect(await tell({ call_id: id, status: 'connected' }, path)).toBe(204)
    expect(hangUps()).toBe(before)
    // Said by its own number it is hung up, which nobody hears.
    expect(await tell({ call_id: id, status: 'connected' })).toBe(204)
    await soon(hangUps).toBe(before + 1)
  })

  it('is believed with the number’s secret alone, and only when it can be understood', async () => {
    const { callId, id } = await ringing()
    expect(await tell({ call_id: id, status: 'completed' }, pathTo().replace(/[\w-]+$/, 'x'.repeat(43)))).toBe(403)
    for (const rubbish of [{}, { call_id: id }, { call_id: ['x'], status: {} }, { status: 'completed' }]) {
      expect([204, 400]).toContain(await tell(rubbish))
    }
    expect((await house.ask(pathTo(), { method: 'POST', body: 'x'.repeat(70_000) })).status).toBe(400)
    expect(await house.view(callId)).toMatchObject({ ends: 0 })
    await tell({ call_id: id, status: 'failed', message: 'No answer' })
    await soon(() => house.view(callId)).toMatchObject({ status: 'failed', endReason: 'no-answer', ends: 1 })
  })
})
