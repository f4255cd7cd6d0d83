import { request } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { type PhoneHouse, startPhoneHouse } from '../carriers/twilio/doors/twilio.test-kit.ts'
import { DEFAULT_RULES } from '../gate/calling-rules.ts'
import { callbacks } from '../store/schema.ts'

/** Strangers who want phones to ring, thousands of times: the real relay, a Twilio that takes every call, and what was rung in the end. */

const AT_ONCE = 32
/** Thousands of requests on a machine that others share: how long it may take, not how long it should. */
const WITHIN_MS = 600_000
const { address, agentVisitors, number } = DEFAULT_RULES.limits

let house: PhoneHouse
afterEach(() => house.close())

const numberAt = (place: number) => `+1212${2_340_000 + place}`
const rung = () => house.asked.filter(({ path }) => path.endsWith('/Calls.json')).map(({ form }) => form.get('To') ?? '')
/** Twilio is asked behind the answer: what has been accepted has to arrive there first. */
const allRung = async (accepted: number) => {
  await expect.poll(() => rung().length, { timeout: 60_000 }).toBe(accepted)
  return rung()
}

/** One wish for a call, from an address of this machine's own. Gives the status. */
function wish(o: { from?: string; forwardedFor?: string; phoneNumber: string; agentId?: string; scheduleAt?: string }): Promise<number> {
  const { agentId = house.agentId, phoneNumber, scheduleAt } = o
  const body = JSON.stringify({ agentId, phoneNumber, scheduleAt, consent: true })
  const headers = {
    origin: house.relay.url,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(o.forwardedFor === undefined ? {} : { 'x-forwarded-for': o.forwardedFor }),
  }
  return new Promise((resolve, reject) => {
    const sending = request(`${house.url}/api/click-to-call`, {
      method: 'POST',
      headers,
      agent: false,
      ...(o.from === undefined ? {} : { localAddress: o.from }),
    })
    sending.on('response', (response) => response.resume().on('end', () => resolve(response.statusCode ?? 0)))
    sending.on('error', reject)
    sending.end(body)
  })
}

async function flood(times: number, one: (place: number) => Promise<number>): Promise<Map<number, number>> {
  const answers = new Map<number, number>()
  let next = 0
  const worker = async () => {
    while (next < times) {
      const status = await one(next++)
      answers.set(status, (answers.get(status) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return answers
}

const another = async () => {
  const made = await house.ask('/api/agents', { method: 'POST', token: house.admin, json: { name: 'Other', modes: ['call-me'] } })
  return ((await made.json()) as { agent: { id: string } }).agent.id
}

describe('ten thousand abusive requests', () => {
  it(
    'from all over 127.0.0.0/8 ring nothing beyond the limits',
    async () => {
      house = await startPhoneHouse()
      const from = (place: number) => `127.${1 + (place % 250)}.${1 + (place % 199)}.${1 + (place % 97)}`
      const answers = await flood(5000, (place) => wish({ from: from(place), phoneNumber: numberAt(place) }))
      expect(Object.fromEntries(answers)).toEqual({ 202: agentVisitors.perHour, 429: 5000 - (agentVisitors.perHour ?? 0) })
      const numbers = await allRung(answers.get(202) ?? 0)
      expect(new Set(numbers).size).toBe(numbers.length)

      // From one address that lies about where it comes from: nobody trusts it, so it is one address.
      const liar = await another()
      const before = rung().length
      const lies = await flood(1000, (place) =>
        wish({ from: '127.251.1.1', forwardedFor: `198.51.100.${place % 250}`, phoneNumber: numberAt(20_000 + place), agentId: liar }),
      )
      expect(lies.get(202)).toBe(address.perHour)
      await allRung(before + (address.perHour ?? 0))

      // All for one number.
      const target = numberAt(30_000)
      await flood(500, (place) => wish({ from: from(6000 + place), phoneNumber: target, agentId: liar }))
      expect(rung().filter((to) => to === target).length).toBeLessThanOrEqual(number.perHour ?? 0)
    },
    WITHIN_MS,
  )

  it(
    'for later are counted when they are asked for: few are kept, and nothing rings',
    async () => {
      house = await startPhoneHouse()
      const scheduleAt = new Date(Date.now() + 24 * 3_600_000).toISOString()
      const kept = async () => (await house.relay.store.db.select().from(callbacks)).length
      const one = await flood(500, (place) => wish({ from: '127.251.1.1', phoneNumber: numberAt(place), scheduleAt }))
      expect(Object.fromEntries(one)).toEqual({ 202: address.perHour, 429: 500 - (address.perHour ?? 0) })
      const from = (place: number) => `127.${1 + (place % 250)}.${1 + (place % 199)}.${1 + (place % 97)}`
      await flood(1000, (place) => wish({ from: from(place), phoneNumber: numberAt(1000 + place), scheduleAt }))
      expect(await kept()).toBe(agentVisitors.perHour)
      const [target, other] = [numberAt(30_000), await another()]
      await flood(100, (place) => wish({ from: from(3000 + place), phoneNumber: target, agentId: other, scheduleAt }))
      expect(await kept()).toBe((agentVisitors.perHour ?? 0) + (number.perHour ?? 0))
      expect(rung()).toEqual([])
    },
    WITHIN_MS,
  )

  it(
    'from many networks behind a trusted proxy ring nothing beyond the limits',
    async () => {
      house = await startPhoneHouse({ env: { TRUST_PROXY: '1' } })
      const from = (place: number) =>
        place % 2 ? `203.0.${place % 113}.${place % 251}` : `2001:db8:${(place % 9000).toString(16)}::${(place % 7).toString(16)}`
      const answers = await flood(3500, (place) => wish({ forwardedFor: `10.9.8.7, ${from(place)}`, phoneNumber: numberAt(place) }))
      expect(answers.get(202)).toBe(agentVisitors.perHour)
      await allRung(agentVisitors.perHour ?? 0)

      // One customer's /64 is one address.
      const other = await another()
      const one = await flood(500, (place) =>
        wish({ forwardedFor: `2001:db8:aa:bb:${(place % 500).toString(16)}::1`, phoneNumber: numberAt(40_000 + place), agentId: other }),
      )
      expect(one.get(202)).toBe(address.perHour)
      await allRung((agentVisitors.perHour ?? 0) + (address.perHour ?? 0))
    },
    WITHIN_MS,
  )
})
