import { and, eq } from 'drizzle-orm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import { gateDecisions } from '../store/schema.ts'
import { eachStore } from '../store/store.test-kit.ts'
import { allowed, fresh, numberAt, openGate, question, refusal } from './gate.test-kit.ts'
import { isPermit } from './index.ts'
import type { GateAnswer, GateQuestion } from './question.ts'

const HOUR = 3_600_000

/** So that nothing but what a test is about refuses. */
const WIDE = {
  number: { perHour: 1000, perDay: 1000 },
  visitor: { perHour: 1000, perDay: 1000 },
  address: { perHour: 1000, perDay: 1000 },
}
const wide = (over: object = {}) => ({
  limits: { ...WIDE, ...over },
  ceilings: {
    number: { perDay: 100_000, perMonth: 100_000 },
    agent: { perDay: 100_000, perMonth: 100_000 },
    organisation: { perDay: 100_000, perMonth: 100_000 },
  },
})

/** Counts of one test never meet those of another: each begins a day after the last. */
let day = 0
async function laterClock(): Promise<TestClock> {
  const clock = new TestClock()
  day += 40
  await clock.advance(day * 24 * HOUR)
  return clock
}

eachStore('what the gate counts', (room) => {
  const setUp = async (rules: Record<string, unknown>, settings = {}) => {
    const gate = openGate(room.store, { clock: await laterClock(), settings })
    for (const organisation of ['org', 'other']) {
      await gate.ruleBook.patch(organisation, { limits: null, ceilings: null, prices: null, hours: null })
      await gate.ruleBook.patch(organisation, rules)
    }
    return gate
  }
  const permits = (answers: GateAnswer[]) => answers.filter((answer) => answer.allowed && isPermit(answer.permit)).length

  describe('a limit', () => {
    const own = (over: Partial<GateQuestion>) => question({ agentId: fresh('agent'), ...over })
    const visitor = (address: string, visitorId?: string) =>
      ({ kind: 'visitor', address, ...(visitorId === undefined ? {} : { visitorId }) }) as const
    it.each([
      [
        'a number, across organisations',
        'number',
        () => own({ organisationId: day++ % 2 ? 'org' : 'other', asker: { kind: 'operator', id: fresh('op') } }),
      ],
      [
        'a visitor, whatever the address',
        'visitor',
        () => own({ number: numberAt(day++), asker: visitor(`203.0.113.${day % 250}`, 'one-visitor') }),
      ],
      ['an address', 'address', () => own({ number: numberAt(day++), asker: visitor('198.51.100.9', fresh('v')) })],
      ['an IPv6 /64', 'address', () => own({ number: numberAt(day++), asker: visitor(`2001:db8:1:2:${(day++).toString(16)}::1`) })],
      ['an operator', 'operator', () => own({ number: numberAt(day++), asker: { kind: 'operator', id: 'one-operator' } })],
      ['an agent', 'agent', () => question({ number: numberAt(day++), asker: { kind: 'operator', id: fresh('op') } })],
      ['an agent’s strangers', 'agentVisitors', () => question({ number: numberAt(day++), asker: visitor(`10.0.${day % 200}.1`) })],
      ['an organisation', 'organisation', () => own({ number: numberAt(day++), asker: { kind: 'operator', id: fresh('op') } })],
    ] as const)('of %s holds, slides, and says when to come back', async (_, limited, ask) => {
      const gate = await setUp(wide({ [limited]: { perHour: 3, perDay: 4 } }))
      for (let i = 0; i < 3; i++) {
        allowed(await gate.ask(ask()))
        await gate.clock.advance(10 * 60_000)
      }
      // The first was 30 minutes ago.
      const no = refusal(await gate.ask(ask()))
      expect(no).toMatchObject({ code: 'rate_limited', retryAfterMs: 30 * 60_000 })
      await gate.clock.advance(30 * 60_000 - 1)
      expect(refusal(await gate.ask(ask())).retryAfterMs).toBe(1000)
      await gate.clock.advance(1)
      allowed(await gate.ask(ask()))
      await gate.clock.advance(3 * HOUR)
      // Four in this day, though none in this hour.
      expect(refusal(await gate.ask(ask())).rule).toBe(no.rule)
      await gate.clock.advance(24 * HOUR)
      allowed(await gate.ask(ask()))
    })

    it('counts neighbours apart', async () => {
      const gate = await setUp(wide({ address: { perHour: 1 } }))
      for (const address of ['192.0.2.1', '192.0.2.2', '2001:db8:1:2::1', '2001:db8:1:3::1']) {
        allowed(await gate.ask(own({ number: numberAt(day++), asker: visitor(address) })))
      }
    })

    it('of an agent’s strangers leaves its operators alone, and counts no calls of theirs', async () => {
      const gate = await setUp(wide({ agentVisitors: { perHour: 1 } }))
      const agentId = fresh('agent')
      const ask = (asker: GateQuestion['asker']) => gate.ask(question({ agentId, asker, number: numberAt(day++) }))
      for (let i = 0; i < 3; i++) allowed(await ask({ kind: 'operator', id: 'u1' }))
      allowed(await ask(visitor('203.0.113.1')))
      expect(refusal(await ask(visitor('203.0.113.2'))).rule).toBe('limit_agent_visitors')
      allowed(await ask({ kind: 'operator', id: 'u1' }))
    })

    it('of one number does not shut the phone that the owner named, which has a limit of its own', async () => {
      const gate = await setUp(wide({ number: { perHour: 1 }, person: { perHour: 3 } }))
      const desk = numberAt(4100)
      const join = () => gate.ask(own({ number: desk, namedByOwner: true, asker: { kind: 'operator', id: fresh('agent') } }))
      for (let i = 0; i < 3; i++) allowed(await join())
      expect(refusal(await join()).rule).toBe('limit_person')
      // To whoever types it, it is a number like any other.
      expect(refusal(await gate.ask(own({ number: desk }))).rule).toBe('limit_number')
    })

    it('of marketing counts marketing alone', async () => {
      const always = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' }]
      const gate = await setUp({ ...wide({ marketingNumber: { perDay: 1 } }), hours: { US: { marketing: always } } })
      const ask = (purpose: GateQuestion['purpose']) => gate.ask(own({ purpose, number: numberAt(4000) }))
      allowed(await ask('requested'))
      allowed(await ask('marketing'))
      expect(refusal(await ask('marketing'))).toMatchObject({ rule: 'limit_marketing_number', code: 'rate_limited' })
      allowed(await ask('requested'))
    })

    it('holds over a restart, and over several relays', async () => {
      const gate = await setUp(wide({ number: { perHour: 2 } }))
      allowed(await gate.ask(own({})))
      const second = openGate(room.store, { clock: gate.clock })
      allowed(await second.ask(own({})))
      expect(refusal(await openGate(room.store, { clock: gate.clock }).ask(own({}))).rule).toBe('limit_number')
    })
  })

  describe('questions at once', () => {
    it('do not slip through a limit', async () => {
      const gate = await setUp(wide({ number: { perHour: 3 } }))
      const answers = await Promise.all(
        Array.from({ length: 40 }, () => gate.ask(question({ asker: { kind: 'operator', id: fresh('op') } }))),
      )
      expect(permits(answers)).toBe(3)
    })

    it('do not slip through from two relays', async () => {
      const gate = await setUp(wide({ number: { perHour: 3 }, agent: { perHour: 5 } }))
      const again = await room.again?.()
      const relays = [gate, openGate(again ?? room.store, { clock: gate.clock })]
      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, i) => {
          const number = i % 3 === 0 ? numberAt(5000) : numberAt(5100 + i)
          return relays[i % 2]?.ask(question({ number, agentId: 'agent-at-once', asker: { kind: 'operator', id: fresh('op') } }))
        }),
      )
      await again?.close()
      const given = answers.filter((answer) => answer !== undefined)
      expect(permits(given)).toBe(5)
      expect(given.filter((answer) => answer.allowed && answer.number === numberAt(5000)).length).toBeLessThanOrEqual(3)
    })

    it('do not set aside more than a ceiling', async () => {
      // 10 minutes at 0.50: 5 a call, and 12 a day.
      const gate = await setUp({ ...wide(), prices: { '*': { '+1212': 0.5 } }, ceilings: { agent: { perDay: 12 } } })
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => gate.ask(question({ number: numberAt(day++), agentId: 'agent-dear' }))),
      )
      expect(permits(answers)).toBe(2)
      expect(answers.filter((answer) => !answer.allowed).every((answer) => answer.rule === 'spend_agent_day')).toBe(true)
    })
  })

  describe('what a call costs', () => {
    const amounts = async (callId: string) =>
      (
        await room.store.db
          .select()
          .from(gateDecisions)
          .where(and(eq(gateDecisions.callId, callId), eq(gateDecisions.allowed, true)))
      ).map(({ amountMicros }) => amountMicros / 1_000_000)
    const dear = { ...wide(), prices: { '*': { '+1212': 0.5 } } }

    it('is set aside when it is asked for, and replaced by what it was', async () => {
      const gate = await setUp({ ...dear, ceilings: { number: { perDay: 9 } } })
      const [first, second] = [question({ number: numberAt(6000) }), question({ number: numberAt(6000) })]
      allowed(await gate.ask(first))
      expect(await amounts(first.callId)).toEqual([5])
      expect(refusal(await gate.ask(question({ number: numberAt(6000) }))).rule).toBe('spend_number_day')
      await gate.settle(first.callId, { durationMs: 61_000 })
      expect(await amounts(first.callId)).toEqual([1])
      allowed(await gate.ask(second))
      // Nobody answered.
      await gate.settle(second.callId, { durationMs: 0 })
      expect(await amounts(second.callId)).toEqual([0])
      // The carrier's own price comes later, and as what it took.
      await gate.settle(first.callId, { durationMs: 61_000, amount: -0.75 })
      expect(await amounts(first.callId)).toEqual([0.75])
    })

    it('settling a call that nobody asked for does nothing', async () => {
      const gate = await setUp(dear)
      await gate.settle('nobody', { durationMs: 1 })
      expect(await amounts('nobody')).toEqual([])
    })

    it('a call with two phones has two prices', async () => {
      const gate = await setUp(dear)
      const callId = fresh('bridge')
      allowed(await gate.ask(question({ callId, number: numberAt(6010) })))
      await gate.clock.advance(1)
      allowed(await gate.ask(question({ callId, number: numberAt(6011) })))
      await gate.settle(callId, { durationMs: 90_000, amount: 0.2 })
      expect((await amounts(callId)).toSorted()).toEqual([0.2, 1])
    })

    it('counts for the house over all organisations, until midnight UTC', async () => {
      const gate = await setUp(dear, { dailySpendLimit: 11 })
      const ask = (organisationId: string) => gate.ask(question({ organisationId, number: numberAt(day++), agentId: fresh('agent') }))
      allowed(await ask('org'))
      allowed(await ask('other'))
      expect(refusal(await ask('other'))).toMatchObject({ rule: 'spend_house_day', code: 'spend_limit' })
      await gate.clock.advance(24 * HOUR)
      allowed(await ask('other'))
    })

    it('the sandbox’s calls cost nothing, and ring though everything else is shut', async () => {
      const sandbox = ['+12025550101', '+919000000001']
      const gate = await setUp(
        { ...dear, ceilings: { number: { perDay: 0 }, agent: { perDay: 0 } }, limits: { number: { perHour: 0 } } },
        { alwaysRing: sandbox },
      )
      for (const number of sandbox) {
        const asked = question({ number, purpose: 'marketing', countries: ['DE'] })
        expect(allowed(await gate.ask(asked))).toMatchObject({ rule: 'sandbox', number })
        expect(await amounts(asked.callId)).toEqual([0])
      }
      expect(refusal(await gate.ask(question({ number: '+12025550110', countries: [] })))).toMatchObject({ rule: 'limit_number' })
      await gate.doNotCall.add('org', { e164: '+12025550101' })
      expect(refusal(await gate.ask(question({ number: '+12025550101' }))).rule).toBe('do_not_call')
      await gate.doNotCall.remove('org', { e164: '+12025550101' })
    })
  })

  it('no sequence of questions gets more permits than the limits allow', async () => {
    const LIMITS = {
      number: { perHour: 2 },
      visitor: { perHour: 3 },
      address: { perHour: 4 },
      agent: { perHour: 6 },
      organisation: { perHour: 8 },
    }
    const act = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          is: fc.constant('ask' as const),
          number: fc.nat(2),
          visitor: fc.nat(2),
          address: fc.nat(2),
          agent: fc.nat(1),
          org: fc.nat(1),
          times: fc.integer({ min: 1, max: 4 }),
        }),
      },
      { weight: 2, arbitrary: fc.record({ is: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 50 }) }) },
      { weight: 1, arbitrary: fc.record({ is: fc.constant('restart' as const) }) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 25 }), async (acts) => {
        let gate = await setUp(wide(LIMITS))
        const run = fresh('run')
        const given: Record<'number' | 'visitor' | 'address' | 'agent' | 'organisation', string>[] = []
        const at: number[] = []
        for (const it of acts) {
          if (it.is === 'wait') await gate.clock.advance(it.minutes * 60_000)
          else if (it.is === 'restart') gate = openGate(room.store, { clock: gate.clock })
          else {
            const who = {
              number: numberAt(7000 + it.number),
              visitor: `${run} ${it.visitor}`,
              address: `198.51.100.${it.address}`,
              agent: `${run} ${it.agent}`,
              organisation: it.org === 0 ? 'org' : 'other',
            }
            const asked = () =>
              gate.ask(
                question({
                  number: who.number,
                  asker: { kind: 'visitor', visitorId: who.visitor, address: who.address },
                  agentId: who.agent,
                  organisationId: who.organisation,
                }),
              )
            const nowMs = gate.clock.nowMs()
            for (const answer of await Promise.all(Array.from({ length: it.times }, asked))) {
              if (!answer.allowed) continue
              given.push(who)
              at.push(nowMs)
            }
          }
        }
        for (const [limited, { perHour }] of Object.entries(LIMITS) as [keyof (typeof given)[0], { perHour: number }][]) {
          for (const [i, one] of given.entries()) {
            const sameHour = given.filter(
              (other, j) => other[limited] === one[limited] && (at[j] ?? 0) > (at[i] ?? 0) - HOUR && (at[j] ?? 0) <= (at[i] ?? 0),
            )
            expect(sameHour.length).toBeLessThanOrEqual(perHour)
          }
        }
        // And it is not simply shut: the first question of all is let through.
        if (acts.some(({ is }) => is === 'ask')) expect(given.length).toBeGreaterThan(0)
      }),
      { numRuns: 12 },
    )
  })
})
