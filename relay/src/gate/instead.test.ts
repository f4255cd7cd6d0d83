import { eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import { gateDecisions, organisations } from '../store/schema.ts'
import { eachStore } from '../store/store.test-kit.ts'
import { allowed, fresh, numberAt, openGate, question, refusal } from './gate.test-kit.ts'
import { isPermit } from './permit.ts'

/** A permit for the same wish over another carrier, once a phone clearly did not ring. */

const CEILING = { perDay: 100_000, perMonth: 100_000 }
const PRICES = { cheap: { '+1212': 0.1 }, dear: { '+1212': 1 } }
let numbers = 7000

eachStore('another carrier', (room) => {
  const setUp = async (rules: Record<string, unknown> = {}) => {
    const gate = openGate(room.store, { clock: new TestClock() })
    const organisationId = fresh('org')
    await room.store.db.insert(organisations).values({ id: organisationId, name: 'Own', createdAt: new Date(0) })
    await gate.ruleBook.patch(organisationId, {
      limits: {
        number: { perHour: 2 },
        visitor: { perHour: 2 },
        address: { perHour: 2 },
        agentVisitors: { perHour: 2 },
        agent: { perHour: 2 },
      },
      ceilings: { number: CEILING, agent: CEILING, organisation: CEILING },
      prices: PRICES,
      ...rules,
    })
    numbers += 1
    const own = {
      organisationId,
      agentId: fresh('agent'),
      number: numberAt(numbers),
      asker: { kind: 'visitor', address: `203.0.113.${numbers % 250}`, visitorId: fresh('visitor') },
      carrier: 'cheap',
    } as const
    return { gate, ask: (over = {}) => question({ ...own, ...over }) }
  }
  const rows = (callId: string) =>
    room.store.db.select().from(gateDecisions).where(eq(gateDecisions.callId, callId)).orderBy(gateDecisions.at, gateDecisions.insteadOf)
  const amounts = async (callId: string) => (await rows(callId)).map(({ amountMicros }) => amountMicros / 1_000_000)

  it('is a permit of its own, counts nobody twice, and leaves nothing of the first', async () => {
    const { ask, gate } = await setUp()
    for (let calls = 0; calls < 2; calls++) {
      const wish = ask()
      let permit = allowed(await gate.ask(wish)).permit
      for (let carriers = 0; carriers < 5; carriers++) {
        await gate.clock.advance(1)
        const next = allowed(await gate.instead({ ...wish, carrier: 'dear' }, permit))
        expect(next.rule).toBe('other_carrier')
        expect(next.permit.decisionId).not.toBe(permit.decisionId)
        // Not redeemed, and yet good for nothing: there is one right to ring, never two.
        expect([isPermit(permit), isPermit(next.permit)]).toEqual([false, true])
        expect(() => permit.redeem(permit)).toThrow()
        permit = next.permit
      }
      permit.redeem(permit)
    }
    // Two wishes were allowed, and that was all.
    expect(refusal(await gate.ask(ask())).rule).toMatch(/^limit_/)
  })

  it('sets aside what the other carrier costs, and nothing for the one that failed', async () => {
    const { ask, gate } = await setUp()
    const wish = ask()
    const first = allowed(await gate.ask(wish))
    expect(await amounts(wish.callId)).toEqual([1])
    await gate.clock.advance(1)
    allowed(await gate.instead({ ...wish, carrier: 'dear' }, first.permit))
    expect(await amounts(wish.callId)).toEqual([0, 10])
    await gate.settle(wish.callId, { durationMs: 61_000 })
    expect(await amounts(wish.callId)).toEqual([0, 2])
    await gate.settle(wish.callId, { durationMs: 61_000, amount: -1.7 })
    expect(await amounts(wish.callId)).toEqual([0, 1.7])
  })

  it('asks the ceilings with the failed one’s share given back', async () => {
    const { ask, gate } = await setUp({ ceilings: { number: { perDay: 10, perMonth: 10 }, agent: CEILING, organisation: CEILING } })
    const fits = ask({ carrier: 'dear' })
    allowed(await gate.instead(fits, allowed(await gate.ask(fits)).permit))
    await gate.settle(fits.callId, { durationMs: 0 })
    const dear = ask({ maxDurationMs: 660_000 })
    const first = allowed(await gate.ask(dear))
    expect(refusal(await gate.instead({ ...dear, carrier: 'dear' }, first.permit)).rule).toBe('spend_number_day')
    expect(isPermit(first.permit)).toBe(false)
    expect(await amounts(dear.callId)).toEqual([0, 0])
  })

  it('hears all other rules again', async () => {
    const { ask, gate } = await setUp()
    const wish = ask()
    const { permit } = allowed(await gate.ask(wish))
    await gate.doNotCall.add(wish.organisationId, { e164: wish.number })
    expect(refusal(await gate.instead(wish, permit)).rule).toBe('do_not_call')
    expect(isPermit(permit)).toBe(false)
  })

  it('is not to be had for another call or number, nor twice for the same failure', async () => {
    const { ask, gate } = await setUp()
    const wish = ask()
    const { permit } = allowed(await gate.ask(wish))
    await expect(gate.instead(ask(), permit)).rejects.toThrow()
    await expect(gate.instead({ ...wish, number: numberAt(1) }, permit)).rejects.toThrow()
    const outcomes = await Promise.allSettled([gate.instead(wish, permit), gate.instead(wish, permit)])
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  })
})
