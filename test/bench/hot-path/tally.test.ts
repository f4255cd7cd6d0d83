import { expect, test } from 'vitest'
import { Course, Delays } from './tally.ts'

test('a course knows what is lost, what came twice, and what is still on its way', () => {
  const course = new Course()
  for (let frame = 0; frame < 10; frame++) course.leaves(frame)
  // Two of the beginning were sent before the line stood.
  for (const frame of [2, 3, 4, 7, 7, 6]) course.arrives(frame, 20)
  expect(course).toMatchObject({ lost: 2, odd: 2, came: 6, missing: 2 })
  expect(course.arrives(8, 20.5)).toBe(12.5)
  expect(course.missing).toBe(1)
})

test('a course of which nothing came has lost everything', () => {
  const course = new Course()
  for (let frame = 0; frame < 3; frame++) course.leaves(frame)
  expect(course.missing).toBe(3)
})

test('a muted while bears no numbers, and is no loss', () => {
  const course = new Course()
  for (let frame = 0; frame < 10; frame++) course.leaves(frame)
  course.arrives(0, 0)
  for (let frame = 1; frame < 9; frame++) course.skip()
  course.arrives(9, 0)
  expect(course).toMatchObject({ lost: 0, odd: 0, missing: 0 })
})

test('delays give their percentiles within ten microseconds', () => {
  const delays = new Delays()
  for (let ms = 1; ms <= 100; ms++) delays.add(ms)
  expect(delays.percentile(0.5)).toBeCloseTo(50, 1)
  expect(delays.percentile(0.99)).toBeCloseTo(99, 1)
  expect(new Delays().percentile(0.5)).toBeNaN()
})

test('jitter is by how much one frame took longer than the one right before it', () => {
  const course = new Course()
  for (let frame = 0; frame < 6; frame++) course.leaves(frame * 20)
  const jitters = [
    [0, 5],
    [1, 28],
    [2, 44],
    // The third is lost: there is nothing to compare with.
    [4, 90],
    [5, 110],
  ].map(([frame = 0, atMs = 0]) => {
    course.arrives(frame, atMs)
    return course.jitterMs
  })
  expect(jitters).toEqual([undefined, 3, 4, undefined, 0])
})
