import { expect, test } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import { createBeat } from './beat.ts'

function setUp() {
  const clock = new TestClock()
  const faults: unknown[] = []
  const beat = createBeat({ clock, everyMs: 20, onFault: (error) => faults.push(error) })
  return { clock, faults, beat }
}

test('one timer for all, on one origin, and none when nobody is there', async () => {
  const { clock, beat } = setUp()
  await clock.advance(7)
  const times: number[] = []
  const leave = [0, 1, 2].map(() => beat.join(() => times.push(clock.monotonicMs())))
  expect(clock.waiting).toBe(1)
  await clock.advance(60)
  expect(times).toEqual([27, 27, 27, 47, 47, 47, 67, 67, 67])
  expect(clock.waiting).toBe(1)
  for (const go of leave) go()
  expect(beat.members).toBe(0)
  expect(clock.waiting).toBe(0)
})

test('a late beat is not made up for, and moves no later one', async () => {
  const late: { run: () => void; delayMs: number }[] = []
  let now = 0
  const clock = {
    nowMs: () => now,
    monotonicMs: () => now,
    after: (delayMs: number, run: () => void) => {
      late.push({ run, delayMs })
      return () => undefined
    },
  }
  const beat = createBeat({ clock, everyMs: 20, onFault: () => undefined })
  let beats = 0
  beat.join(() => {
    beats += 1
  })
  now = 75
  late[0]?.run()
  expect(beats).toBe(1)
  expect(late[1]?.delayMs).toBe(5)
  now = 80.4
  late[1]?.run()
  expect(late[2]?.delayMs).toBeCloseTo(19.6)
})

test('who throws leaves, the others go on; who leaves inside a beat hurts nobody', async () => {
  const { clock, beat, faults } = setUp()
  let good = 0
  beat.join(() => {
    throw new Error('bad')
  })
  const leave = beat.join(() => {
    good += 1
    if (good === 3) leave()
  })
  await clock.advance(200)
  expect(faults).toHaveLength(1)
  expect(good).toBe(3)
  expect(beat.members).toBe(0)
  expect(clock.waiting).toBe(0)
})
