import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createFullness } from './fullness.ts'
import type { Allowance } from './rules/limits.ts'

const allowance = (over: Partial<Allowance> = {}): Allowance => ({
  ...{ limited: 'number', window: 'perHour', windowMs: 1000, count: 2, column: 'number' },
  ...over,
})
const keys = { number: 'n', asker: null, address: 'a', agent: 'g', organisation: 'o' }

it('knows what was full until its window is over, to the millisecond', () => {
  const fullness = createFullness()
  expect(fullness.known([allowance()], keys, 0)).toBeUndefined()
  fullness.learn([allowance()], [500], keys)
  expect(fullness.known([allowance({ limited: 'agent', column: 'agent' }), allowance()], keys, 1499)).toEqual([undefined, 500])
  expect(fullness.known([allowance()], keys, 1500)).toBeUndefined()
})

it.each([
  ['another number', allowance(), { ...keys, number: 'm' }],
  ['another allowance', allowance({ window: 'perDay' }), keys],
  ['a limit that was changed', allowance({ count: 3 }), keys],
])('knows nothing of %s', (_, other, whose) => {
  const fullness = createFullness()
  fullness.learn([allowance()], [500], keys)
  expect(fullness.known([other], whose, 600)).toBeUndefined()
})

it('keeps nothing of limits of none, nor of nobody', () => {
  const fullness = createFullness()
  fullness.learn([allowance({ count: 0 }), allowance({ column: 'asker' })], [500, 500], keys)
  expect(fullness.known([allowance({ count: 0 }), allowance({ column: 'asker' })], keys, 600)).toBeUndefined()
})

it('never keeps more than its bound, and forgets the oldest', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 60 }), (numbers) => {
      const fullness = createFullness(5)
      for (const number of numbers) fullness.learn([allowance()], [0], { ...keys, number: String(number) })
      const newest = [...new Set(numbers.toReversed())].slice(0, 5)
      const known = [...Array(21).keys()].filter((number) => fullness.known([allowance()], { ...keys, number: String(number) }, 1))
      expect(known.toSorted()).toEqual(newest.toSorted())
    }),
  )
})
