import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Permit } from '../calls/ports.ts'
import { TestClock } from '../clock.test-kit.ts'
import { givePermit, isPermit, NoPermit, PERMIT_MS, takePermit } from './permit.ts'

const right = { callId: 'call', number: '+12125550123', decisionId: 'gd_1' }

describe('a permit', () => {
  it('is good once', () => {
    const permit = givePermit(right, new TestClock())
    expect(isPermit(permit)).toBe(true)
    permit.redeem(right)
    expect(isPermit(permit)).toBe(false)
    expect(() => permit.redeem(right)).toThrow(NoPermit)
    expect(() => takePermit(permit, right)).toThrow(NoPermit)
  })

  it('is good for less than a minute, by a clock that nobody sets back', async () => {
    const clock = new TestClock()
    const [early, late] = [givePermit(right, clock), givePermit(right, clock)]
    await clock.advance(PERMIT_MS - 1)
    early.redeem(right)
    await clock.advance(1)
    expect(() => late.redeem(right)).toThrow('too old')
    expect(() => late.redeem(right)).toThrow('gave no such permit')
  })

  it('is good for its own call and number, and a wrong try does not use it up', () => {
    const permit = givePermit(right, new TestClock())
    expect(() => takePermit(permit, { ...right, number: '+12125550124' })).toThrow('another call or number')
    expect(() => takePermit(permit, { ...right, callId: 'other' })).toThrow('another call or number')
    expect(() => permit.redeem({ ...right, number: '+12125550124' })).toThrow('another call or number')
    expect(() => permit.redeem({ ...right, callId: 'other' })).toThrow('another call or number')
    permit.redeem(right)
  })

  it('cannot be changed to another number', () => {
    const permit = givePermit(right, new TestClock()) as { -readonly [K in keyof Permit]: Permit[K] }
    expect(() => {
      permit.number = '+19005551234'
    }).toThrow(TypeError)
    expect(() => Object.defineProperty(permit, 'redeem', { value: () => undefined })).toThrow(TypeError)
  })

  it('cannot be made by anybody else', () => {
    const real = givePermit(right, new TestClock())
    const forged: [string, Permit][] = [
      ['a copy', { ...right, redeem: real.redeem }],
      ['an heir', Object.create(real) as Permit],
      ['a clone', Object.assign(Object.create(Object.getPrototypeOf(real)), real) as Permit],
      ['one of the same class', new (real.constructor as new (o: typeof right) => Permit)(right)],
      ['a proxy', new Proxy(real, {})],
    ]
    for (const [what, permit] of forged) {
      expect([what, isPermit(permit)]).toEqual([what, false])
      expect(() => permit.redeem(right), what).toThrow(NoPermit)
      expect(() => takePermit(permit, right), what).toThrow(NoPermit)
    }
    expect(isPermit({ ...right, redeem: () => undefined })).toBe(false)
    for (const thing of [undefined, null, 'permit', 7]) expect(isPermit(thing)).toBe(false)
    real.redeem(right)
  })

  it('whatever is done in whatever order: each is taken at most once, and in time', async () => {
    const act = fc.oneof(
      fc.record({ is: fc.constant('give' as const), number: fc.constantFrom('+1', '+2') }),
      fc.record({ is: fc.constant('take' as const), which: fc.nat(5), number: fc.constantFrom('+1', '+2') }),
      fc.record({ is: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: PERMIT_MS }) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 25 }), async (acts) => {
        const clock = new TestClock()
        const given: { permit: Permit; number: string; atMs: number; taken: boolean }[] = []
        for (const it of acts) {
          if (it.is === 'wait') await clock.advance(it.ms)
          else if (it.is === 'give') {
            const permit = givePermit({ callId: 'c', number: it.number, decisionId: 'd' }, clock)
            given.push({ permit, number: it.number, atMs: clock.monotonicMs(), taken: false })
          } else {
            const one = given[it.which]
            if (!one) continue
            const good = !one.taken && one.number === it.number && clock.monotonicMs() - one.atMs < PERMIT_MS
            const take = () => takePermit(one.permit, { callId: 'c', number: it.number })
            if (good) take()
            else expect(take).toThrow(NoPermit)
            one.taken ||= good
          }
        }
      }),
      { numRuns: 60 },
    )
  })
})
