import { expect, test } from 'vitest'
import type { Counting, Tx } from './counting.ts'
import type { Allowance } from './rules/limits.ts'
import { createUnlessFull } from './unless-full.ts'

const KEYS = { number: 'n', asker: null, address: null, agent: 'a', organisation: 'o' }
const ALLOWANCES: Allowance[] = [{ limited: 'agent', window: 'perHour', windowMs: 3_600_000, column: 'agent', count: 5 }]

/** One after the other, as over a store. */
function counting(): Counting {
  let turn: Promise<unknown> = Promise.resolve()
  return {
    inTurn<T>(work: () => Promise<T>) {
      const mine = turn.then(work)
      turn = mine.catch(() => undefined)
      return mine
    },
    alone: (work) => work({} as Tx),
  }
}

test('what was counted full is refused without counting, also to those who waited for their turn, until there is room again', async () => {
  const unlessFull = createUnlessFull(counting())
  const done: string[] = []
  const ask = (nowMs: number) =>
    unlessFull(
      { keys: KEYS, nowMs, allowances: ALLOWANCES },
      async ([since]) => void done.push(`refused ${since}`),
      async (_, learn) => {
        done.push('counted')
        learn([1000])
      },
    )
  await Promise.all([ask(2000), ask(2000), ask(2000)])
  expect(done).toEqual(['counted', 'refused 1000', 'refused 1000'])
  await ask(3_601_000)
  expect(done.at(-1)).toBe('counted')
})

test('who fails in counting lets the next one count', async () => {
  const unlessFull = createUnlessFull(counting())
  const what = { keys: KEYS, nowMs: 0, allowances: ALLOWANCES }
  const count = async () => {
    throw new Error('the store is away')
  }
  await expect(unlessFull(what, async () => {}, count)).rejects.toThrow('away')
  let counted = 0
  await unlessFull(
    what,
    async () => {},
    async () => void counted++,
  )
  expect(counted).toBe(1)
})
