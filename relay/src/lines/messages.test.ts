import { pino } from 'pino'
import { expect, it } from 'vitest'
import type { Agent } from '../agents/agents.ts'
import type { KeptNumber } from '../agents/kept-number.ts'
import { CarrierFault } from '../carriers/carrier.ts'
import { DEFAULT_RULES } from '../gate/calling-rules.ts'
import { fresh, keyring, numberAt, openGate } from '../gate/gate.test-kit.ts'
import { eachStore } from '../store/store.test-kit.ts'
import { NUMBER, type OtherCarriers, phoneWorld } from './lines.test-kit.ts'
import { createMessages } from './messages.ts'

/** Whoever leaves a message is a stranger, and is called back as strangers are. */

interface Job {
  payload: unknown
  runAt: number
}
let numbers = 9000

eachStore('a message', (room) => {
  /** Lines that ask the real gate. */
  function setUp(gate = true, phone: object = {}, other?: OtherCarriers) {
    const world = phoneWorld({ phone: { afterRecording: 'call-back', ...phone } }, {}, other)
    const real = openGate(room.store, { clock: world.clock })
    if (gate) world.gate.ask = real.ask
    const jobs: Job[] = []
    let run: ((payload: unknown) => Promise<void>) | undefined
    let leaving = false
    const agentId = fresh('agent')
    const agentOf = (organisationId: string): Agent => ({ ...world.agent, id: agentId, organisationId })
    const numberOf = (organisationId: string) => ({ ...NUMBER, id: organisationId, organisationId }) as unknown as KeptNumber
    const messages = createMessages({
      store: room.store,
      keyring,
      jobs: {
        add: async (_, payload, more) => void jobs.push({ payload, runAt: more?.runAt ?? world.clock.nowMs() }),
        handle: (_, handler) => {
          run = (payload) => handler(payload, new AbortController().signal)
        },
        start: () => undefined,
        stop: async () => undefined,
      },
      numbers: { find: async (id) => numberOf(id), answeringAgent: async () => agentId },
      agents: { get: async (organisationId) => agentOf(organisationId) },
      lines: world.lines,
      calls: world.calls,
      stored: async () => undefined,
      open: () => world.account,
      draining: () => leaving,
      clock: world.clock,
      logger: pino({ level: 'silent' }),
    })
    const work = async () => {
      const due = jobs.filter(({ runAt }) => runAt <= world.clock.nowMs())
      for (const job of due) {
        await run?.(job.payload)
        jobs.splice(jobs.indexOf(job), 1)
      }
      await world.clock.advance(0)
    }
    return {
      ...{ jobs, real, work, world },
      leave: (leaves: boolean) => {
        leaving = leaves
      },
      left: (organisationId = 'org', from = numberAt(++numbers)) =>
        messages.left(numberOf(organisationId), { carrierCallId: fresh('sid'), from, address: 'https://x.example/r.mp3' }),
      rung: () => world.account.placed.length,
    }
  }

  it('of one organisation takes nothing from another’s, nor from operators', async () => {
    const { left, real, rung, work } = setUp()
    for (const organisation of ['org', 'other']) await real.ruleBook.patch(organisation, { limits: { operator: { perHour: 1 } } })
    for (const organisation of ['org', 'org', 'other']) await left(organisation)
    await work()
    for (const organisation of ['org', 'other']) await real.ruleBook.patch(organisation, { limits: null })
    expect(rung()).toBe(3)
  })

  it('is one of those that all strangers together may make an agent ring for', async () => {
    const { jobs, left, rung, work, world } = setUp()
    const most = DEFAULT_RULES.limits.agentVisitors.perHour ?? 0
    for (let n = 0; n < most; n++) await left()
    await work()
    await world.clock.advance(1000)
    await left()
    await work()
    expect([rung(), jobs.length]).toEqual([most, 1])
  })

  it('is answered once the gate says that it may be, and understood once', async () => {
    const { jobs, left, rung, work, world } = setUp(false)
    let heard = 0
    world.account.recording = async () => {
      heard += 1
      // Nothing that can be understood.
      return new Uint8Array()
    }
    world.gate.refusal = { allowed: false, rule: 'limit_number', code: 'rate_limited', message: 'often', retryAfterMs: 600_000 }
    await left()
    await work()
    expect([rung(), jobs.map(({ runAt }) => runAt - world.clock.nowMs())]).toEqual([0, [600_000]])
    world.gate.refusal = undefined
    await world.clock.advance(600_000)
    await work()
    expect([rung(), heard, jobs]).toEqual([1, 1, []])
  })

  it('is not answered long after it was left, nor where the gate will not have it', async () => {
    const { jobs, left, rung, work, world } = setUp(false)
    world.gate.refusal = { allowed: false, rule: 'limit_number', code: 'rate_limited', message: 'often', retryAfterMs: 3_600_000 }
    await left()
    await work()
    world.gate.refusal = { allowed: false, rule: 'do_not_call', code: 'number_blocked', message: 'no' }
    await left()
    await work()
    expect([rung(), jobs]).toEqual([0, []])
  })

  it('is answered over the next carrier where the one that was rung clearly rings nobody', async () => {
    const placed: string[] = []
    const numbers = [
      { ...NUMBER, id: 'org', provider: 'exotel' },
      { ...NUMBER, id: 'pn_newer', provider: 'exotel' },
      { ...NUMBER, id: 'pn_twilio', provider: 'twilio' },
    ]
    const { left, work } = setUp(
      false,
      { carriers: ['exotel', 'twilio'] },
      {
        numbers,
        account: ({ id, provider }) => ({
          ...phoneWorld().account,
          async place(permit, order) {
            permit.redeem({ callId: order.callId, number: order.to })
            placed.push(id)
            if (provider === 'exotel') throw new CarrierFault('number_not_allowed', 'no streams')
            return { carrierCallId: 'CA1' }
          },
        }),
        ready: async () => undefined,
      },
    )
    await left()
    await work()
    expect(placed).toEqual(['org', 'pn_twilio'])
  })

  it('is left to another relay by one that leaves', async () => {
    const { jobs, leave, left, rung, work } = setUp(false)
    await left()
    leave(true)
    await expect(work()).rejects.toThrow('leaves')
    expect([rung(), jobs.length]).toEqual([0, 1])
    leave(false)
    await work()
    expect([rung(), jobs.length]).toEqual([1, 0])
  })
})
