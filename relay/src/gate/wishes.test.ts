import { eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import { callbacks } from '../store/schema.ts'
import { eachStore } from '../store/store.test-kit.ts'
import { allowed, fresh, numberAt, openGate, question, wish } from './gate.test-kit.ts'
import type { GateQuestion } from './question.ts'

/** Calls that are asked for ahead are counted when they are asked for. */

const HOUR = 3_600_000
const DAY = 24 * HOUR
const PLENTY = { perHour: 1000, perDay: 1000 }
const LIMITS = { number: PLENTY, visitor: PLENTY, address: PLENTY, agentVisitors: PLENTY }
let numbers = 0

eachStore('a wish for later', (room) => {
  const setUp = async (limits: object = {}) => {
    const gate = openGate(room.store, { clock: new TestClock() })
    await gate.ruleBook.patch('org', { limits: { ...LIMITS, ...limits } })
    const own = { agentId: fresh('agent'), number: numberAt(++numbers), visitorId: fresh('v'), address: `198.51.${++numbers % 250}.9` }
    const ask = (same: Partial<typeof own> = {}): GateQuestion => {
      const of = {
        agentId: fresh('agent'),
        number: numberAt(++numbers),
        visitorId: fresh('v'),
        address: `10.1.${numbers % 250}.${numbers % 99}`,
      }
      const { address, visitorId, ...rest } = { ...of, ...same }
      return question({ ...rest, asker: { kind: 'visitor', address, visitorId } })
    }
    return { ask, gate, own }
  }
  const kept = async (agentId: string) => (await room.store.db.select().from(callbacks).where(eq(callbacks.agentId, agentId))).length

  it.each([
    ['number', 'number'],
    ['visitor', 'visitorId'],
    ['address', 'address'],
    ['agentVisitors', 'agentId'],
  ] as const)('is held to the limit of %s, slides, and leaves nothing where it is refused', async (limited, same) => {
    const { ask, gate, own } = await setUp({ [limited]: { perHour: 3, perDay: 5 } })
    const one = () => wish(gate, ask({ [same]: own[same] }))
    const before = (await room.store.db.select().from(callbacks)).length
    const answers = await Promise.all(Array.from({ length: 12 }, one))
    expect(answers.filter((answer) => answer.allowed).length).toBe(3)
    expect(answers.find((answer) => !answer.allowed)).toMatchObject({ code: 'rate_limited', retryAfterMs: HOUR })
    await gate.clock.advance(HOUR)
    expect([(await one()).allowed, (await one()).allowed, (await one()).allowed]).toEqual([true, true, false])
    expect((await room.store.db.select().from(callbacks)).length).toBe(before + 5)
  })

  it('is counted among wishes, and what rings among calls', async () => {
    const { ask, gate, own } = await setUp({ address: { perHour: 2 } })
    const same = () => ask({ address: own.address })
    expect([(await wish(gate, same())).allowed, (await wish(gate, same())).allowed]).toEqual([true, true])
    allowed(await gate.ask(same()))
    allowed(await gate.ask(same()))
    // Where calls have no room, wishes have none.
    await gate.clock.advance(HOUR - 1)
    expect(await wish(gate, same())).toMatchObject({ allowed: false, rule: 'limit_address' })
  })

  it('does not slip through from two relays', async () => {
    const { ask, gate, own } = await setUp({ agentVisitors: { perHour: 4 } })
    const again = await room.again?.()
    const relays = [gate, openGate(again ?? room.store, { clock: gate.clock })] as const
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => wish(relays[i % 2] ?? gate, ask({ agentId: own.agentId }))))
    await again?.close()
    expect(answers.filter((answer) => answer.allowed).length).toBe(4)
    expect(await kept(own.agentId)).toBe(4)
  })

  it('is forgotten 90 days after its time', async () => {
    const { ask, gate, own } = await setUp()
    await wish(gate, ask({ agentId: own.agentId }))
    let tidy: ((payload: unknown, signal: AbortSignal) => Promise<void>) | undefined
    await gate.tidyDaily({
      add: async () => undefined,
      handle: (_, run) => {
        tidy = run
      },
    })
    await gate.clock.advance(91 * DAY)
    await tidy?.({}, new AbortController().signal)
    expect(await kept(own.agentId)).toBe(1)
    await gate.clock.advance(1)
    await tidy?.({}, new AbortController().signal)
    expect(await kept(own.agentId)).toBe(0)
  })
})
