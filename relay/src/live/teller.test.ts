import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CallRow } from '../protocol/index.ts'
import { createMissedNews } from './missed-news.ts'
import { createTeller } from './teller.ts'

describe('the teller', () => {
  it('never tells a call as it stood before, and tells how it stands in the end, whatever the book’s pace', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 30 }), async (scheduler, changes) => {
        const states = [0, 0, 0]
        const told: number[][] = [[], [], []]
        const { changed, idle } = createTeller({
          view: scheduler.scheduleFunction(async (_, id: string) => ({ id, durationMs: states[Number(id)] }) as CallRow),
          told: (_, { durationMs, id }) => told[Number(id)]?.push(durationMs ?? -1),
          onFault: (error) => expect.unreachable(String(error)),
        })
        for (const call of changes) {
          states[call] = (states[call] ?? 0) + 1
          changed('org', String(call))
          if (states[call] % 2 === 0) await scheduler.waitNext(Math.min(1, scheduler.count()))
        }
        const all = idle()
        await scheduler.waitIdle()
        await all
        for (const [call, seen] of told.entries()) {
          expect(seen).toEqual([...seen].sort((a, b) => a - b))
          if (states[call] !== 0) expect(seen.at(-1)).toBe(states[call])
        }
      }),
    )
  })

  it('goes on after a look that failed', async () => {
    const faults: unknown[] = []
    const told: string[] = []
    let down = true
    const { changed } = createTeller({
      view: async (_, id) => (down ? Promise.reject(new Error('away')) : ({ id } as CallRow)),
      told: (_, { id }) => told.push(id),
      onFault: (error) => faults.push(error),
    })
    changed('org', 'a')
    await expect.poll(() => faults.length).toBe(1)
    down = false
    changed('org', 'a')
    await expect.poll(() => told).toEqual(['a'])
  })
})

describe('what was missed while Redis was away', () => {
  const world = (live: string[]) => {
    const told: string[] = []
    const state = { away: false }
    const missed = createMissedNews({
      calls: { list: () => live.map((id) => ({ id, organisationId: 'org' })) as never },
      isAway: () => state.away,
      changed: (_, id) => told.push(id),
    })
    return { missed, state, told }
  }

  it('is told anew: calls that live, and those that ended meanwhile', () => {
    const { missed, state, told } = world(['lives'])
    missed.note('org', 'long over', 0)
    state.away = true
    missed.note('org', 'ended meanwhile', 100_000)
    missed.note('org', 'lives', 100_001)
    missed.tellAnew(10_000, 105_000)
    expect(told.sort()).toEqual(['ended meanwhile', 'lives'])
  })

  it('is kept as long as the outage lasts, and no longer', () => {
    const { missed, state, told } = world([])
    state.away = true
    for (let at = 0; at < 600_000; at += 60_000) missed.note('org', `call ${at}`, at)
    missed.tellAnew(600_000, 600_000)
    expect(told).toHaveLength(10)
    state.away = false
    missed.note('org', 'next', 600_000)
    told.length = 0
    missed.tellAnew(600_000, 600_000)
    expect(told).toEqual(['next'])
  })
})
