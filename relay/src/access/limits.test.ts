import { describe, expect, it } from 'vitest'
import { Problem } from '../protocol/problem.ts'
import { createLimits } from './limits.ts'

const call = {
  address: '203.0.113.9',
  agentId: 'a_1',
  organisationId: 'o_1',
  perVisitorPerHour: 3,
  concurrentCalls: 5,
  live: () => ({ ofAgent: 0, all: 0 }),
}

async function refusal(run: Promise<unknown>): Promise<Problem> {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof Problem) return error
  throw new Error('was not refused')
}

describe('limits', () => {
  it('refuses a visitor’s call beyond the agent’s allowance and says when to come back', async () => {
    const limits = createLimits({ maxCalls: 100 })
    for (let n = 0; n < 3; n++) (await limits.openCall(call))()
    const problem = await refusal(limits.openCall(call))
    expect(problem.code).toBe('rate_limited')
    expect(problem.retryAfterMs).toBeGreaterThan(0)
    expect(problem.retryAfterMs).toBeLessThanOrEqual(3_600_000)
    // Somebody else, and the same visitor at another agent, are not meant.
    ;(await limits.openCall({ ...call, address: '203.0.113.10' }))()
    ;(await limits.openCall({ ...call, agentId: 'a_2' }))()
  })

  it('counts one IPv6 customer as one visitor', async () => {
    const limits = createLimits({ maxCalls: 100 })
    for (let n = 0; n < 3; n++) (await limits.openCall({ ...call, address: `2001:db8:1:2::${n}` }))()
    expect((await refusal(limits.openCall({ ...call, address: '2001:db8:1:2:ffff::1' }))).code).toBe('rate_limited')
  })

  it('admits exactly as many calls at once as the agent may hold, however they arrive', async () => {
    const limits = createLimits({ maxCalls: 100 })
    const tries = Array.from({ length: 20 }, (_, n) => limits.openCall({ ...call, address: `203.0.113.${n}` }))
    const settled = await Promise.allSettled(tries)
    expect(settled.filter((each) => each.status === 'fulfilled')).toHaveLength(5)
  })

  it('gives the place back when opening is over', async () => {
    const limits = createLimits({ maxCalls: 1 })
    const done = await limits.openCall(call)
    expect((await refusal(limits.openCall(call))).message).toContain('full')
    done()
    done()
    ;(await limits.openCall(call))()
    expect((await refusal(limits.openCall({ ...call, live: () => ({ ofAgent: 0, all: 1 }) }))).code).toBe('rate_limited')
  })

  it('stops guessing of one person’s password, and of many people’s from one address', async () => {
    const { signIn } = createLimits({ maxCalls: 1 })
    const tries = await Promise.allSettled(Array.from({ length: 30 }, () => signIn.attempt('203.0.113.9', 'Admin@shop.example')))
    expect(tries.filter((each) => each.status === 'fulfilled')).toHaveLength(10)
    expect((await refusal(signIn.attempt('203.0.113.9', 'ADMIN@shop.example'))).code).toBe('rate_limited')
    await signIn.attempt('203.0.113.10', 'admin@shop.example')
    for (let n = 0; n < 50; n++) await signIn.attempt('203.0.113.7', `person${n}@shop.example`)
    expect((await refusal(signIn.attempt('203.0.113.7', 'new@shop.example'))).code).toBe('rate_limited')
  })

  it('does not count who signs in', async () => {
    const { signIn } = createLimits({ maxCalls: 1 })
    for (let n = 0; n < 9; n++) await signIn.attempt('203.0.113.9', 'a@shop.example')
    for (let n = 0; n < 100; n++) {
      await signIn.attempt('203.0.113.9', 'a@shop.example')
      await signIn.succeeded('203.0.113.9', 'a@shop.example')
    }
  })
})
