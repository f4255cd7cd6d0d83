import { expect, it } from 'vitest'
import { TestClock } from '../../clock.test-kit.ts'
import { Lingering } from './lingering.ts'

function setUp() {
  const clock = new TestClock()
  const lingering = new Lingering(clock)
  const looked: string[] = []
  const one = (name: string, untilMs: number) => ({
    stillWaits(nowMs: number) {
      looked.push(`${name} ${nowMs}`)
      return nowMs < untilMs
    },
  })
  return { clock, lingering, looked, one, from: clock.monotonicMs() }
}

it('one timer looks at all who wait, and rests when nobody does', async () => {
  const { clock, from, lingering, looked, one } = setUp()
  lingering.add(one('a', from + 100))
  await clock.advance(10)
  lingering.add(one('b', from + 50))
  expect(clock.waiting).toBe(1)
  await clock.advance(200)
  expect(looked).toEqual([`a ${from + 50}`, `b ${from + 50}`, `a ${from + 100}`])
  expect(clock.waiting).toBe(0)
})

it('who leaves is not looked at, and the last takes the timer along', async () => {
  const { clock, from, lingering, looked, one } = setUp()
  const [a, b] = [one('a', from + 1000), one('b', from + 1000)]
  lingering.add(a)
  lingering.add(b)
  lingering.remove(a)
  await clock.advance(50)
  expect(looked).toEqual([`b ${from + 50}`])
  lingering.remove(b)
  expect(clock.waiting).toBe(0)
})

it('one that fails keeps nobody else waiting', async () => {
  const { clock, from, lingering, looked, one } = setUp()
  let fails = true
  lingering.add({
    stillWaits() {
      if (!fails) return false
      fails = false
      throw new Error('a fault of ours')
    },
  })
  lingering.add(one('b', from + 100))
  await expect(clock.advance(50)).rejects.toThrow('a fault of ours')
  await clock.advance(100)
  expect(looked.at(-1)).toBe(`b ${from + 100}`)
  expect(clock.waiting).toBe(0)
})
