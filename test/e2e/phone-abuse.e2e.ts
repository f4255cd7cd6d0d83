import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { wish } from '../kit/callback.ts'
import { PhoneHouse } from '../kit/phone-house.ts'
import { until } from '../kit/until.ts'

/** Whatever is asked of the API in whatever order: no phone rings without the gate's word, and each word rings one phone. */

const NUMBERS = ['+12025555001', '+12025555002', '+12025555003', '+19005550123', '+447911123456', '+870772001234', '12', 'no number']
const SEQUENCES = 20
/** How each sequence begins: nobody is on the list, and numbers may ring often. */
const FRESH = [{ do: 'forget do-not-call' as const }, { do: 'rules' as const, perHour: 3 }]

let house: PhoneHouse
beforeAll(async () => {
  house = await PhoneHouse.start({})
  for (const number of NUMBERS.slice(0, 3)) await house.phones.script(number, { does: 'decline', afterMs: 0, every: true })
})
afterAll(() => house?.close())

const number = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...NUMBERS.slice(0, 3)) }, fc.constantFrom(...NUMBERS))
const step = fc.oneof(
  fc.record({
    do: fc.constant('initiate' as const),
    number,
    purpose: fc.constantFrom('service', 'marketing', 'requested'),
    consent: fc.boolean(),
  }),
  fc.record({ do: fc.constant('click' as const), number, consent: fc.boolean(), later: fc.boolean() }),
  fc.record({ do: fc.constant('do-not-call' as const), number }),
  fc.record({ do: fc.constant('forget do-not-call' as const) }),
  fc.record({ do: fc.constant('rules' as const), perHour: fc.integer({ min: 1, max: 3 }) }),
)

async function perform(each: typeof step extends fc.Arbitrary<infer T> ? T : never): Promise<number> {
  const { admin, agentId, demo } = house
  if (each.do === 'click') {
    const scheduleAt = new Date(Date.now() + 3_600_000).toISOString()
    return (await wish(demo, { agentId, phoneNumber: each.number, consent: each.consent, ...(each.later ? { scheduleAt } : {}) })).status
  }
  if (each.do === 'initiate') {
    const body = { agentId, phoneNumber: each.number, purpose: each.purpose, consent: each.consent }
    return (await admin.ask('POST', '/api/calls/initiate', body)).status
  }
  if (each.do === 'do-not-call') return (await admin.ask('POST', '/api/do-not-call', { phoneNumber: each.number })).status
  if (each.do === 'rules') {
    const perHour = each.perHour === 3 ? 1000 : each.perHour
    return (await admin.ask('PATCH', '/api/calling-rules', { limits: { number: { perHour } } })).status
  }
  const { body } = await admin.ask<{ doNotCall: { id: string }[] }>('GET', '/api/do-not-call')
  for (const { id } of body.doNotCall) await admin.ask('DELETE', `/api/do-not-call/${id}`)
  return 200
}

it('every placement has exactly one allowed answer of the gate, for its own call', async () => {
  let rung = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 20 }), async (steps) => {
      for (const each of [...FRESH, ...steps]) {
        expect(await perform(each), JSON.stringify(each)).toBeLessThan(500)
      }
      await until('nothing rings', async () => (await house.live()).length === 0)
      const { requests } = await house.phones.exchanged()
      const placed = requests.filter(({ path }) => path.endsWith('/Calls.json')).map(({ body }) => body as { To: string; Url: string })
      const callIds = placed.map(({ Url }) => new URL(Url).pathname.split('/').at(-1) ?? '')
      expect(new Set(callIds).size).toBe(callIds.length)
      for (const { To } of placed) expect(NUMBERS.slice(0, 3)).toContain(To)
      for (const callId of callIds.slice(rung)) {
        const { body } = await house.admin.ask<{ decisions: unknown[] }>('GET', `/api/gate/decisions?callId=${callId}&allowed=true`)
        expect(body.decisions).toHaveLength(1)
      }
      rung = callIds.length
    }),
    { numRuns: SEQUENCES, endOnFailure: true },
  )
  console.log(`${rung} phones rang`)
  expect(rung).toBeGreaterThan(0)
})
