import { expect, it } from 'vitest'
import { TestClock } from '../../clock.test-kit.ts'
import { Lingering } from './lingering.ts'

function setUp() {
  const clock = new TestClock()
  const lingering = new Lingering(clock)
  const looked: string[] = []
  const one = (name: string, untilMs: number) => ({
    waitsMs(nowMs: number) {
      looked.push(`${name} ${nowMs}`)
      return Math.max(0, untilMs - nowMs)
    },
  })
  return { clock, lingering, looked, one, from: clock.monotonicMs() }
}

it('one timer looks at all when the first is due, and rests when nobody waits', async () => {
  const { clock, from, lingering, looked, one } = setUp()
  lingering.add(one('a', from + 230), from + 150)
  await clock.advance(10)
  lingering.add(one('b', from + 160), from + 160)
  expect(clock.waiting).toBe(1)
  await clock.advance(300)
  expect(looked).toEqual([`a ${from + 150}`, `b ${from + 150}`, `a ${from + 200}`, `b ${from + 200}`, `a ${from + 250}`])
  expect(clock.waiting).toBe(0)
})

it('who leaves is not looked at, and the last takes the timer along', async () => {
  const { clock, from, lingering, looked, one } = setUp()
  const [a, b] = [one('a', from + 1000), one('b', from + 1000)]
  lingering.add(a, from + 150)
  lingering.add(b, from + 150)
  lingering.remove(a)
  await clock.advance(150)
  expect(looked).toEqual([`b ${from + 150}`])
  lingering.remove(b)
  expect(clock.waiting).toBe(0)
})

it('one that fails keeps nobody else waiting', async () => {
  const { clock, from, lingering, looked, one } = setUp()
  let fails = true
  lingering.add(
    {
      waitsMs() {
        if (!fails) return 0
        fails = false
        throw new Error('a fault of ours')
      },
    },
    from + 150,
  )
  lingering.add(one('b', from + 200), from + 150)
  await expect(clock.advance(150)).rejects.toThrow('a fault of ours')
  await clock.advance(200)
  expect(looked.at(-1)).toBe(`b ${from + 300}`)
  expect(clock.waiting).toBe(0)
})

it('who is due sooner than the next look is looked at in time', async () => {
  const { clock, from, lingering, looked, one } = setUp()
  lingering.add(one('a', from + 150), from + 150)
  lingering.add(one('b', from + 80), from + 80)
  expect(clock.waiting).toBe(1)
  await clock.advance(80)
  expect(looked).toEqual([`a ${from + 80}`, `b ${from + 80}`])
})
