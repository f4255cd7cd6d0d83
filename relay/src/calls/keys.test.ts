import { expect, test } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import { createKeys } from './keys.ts'

function setUp(menu: string[] = []) {
  const clock = new TestClock()
  const inputs: string[] = []
  return { clock, inputs, keys: createKeys({ menu, clock, onInput: (digits) => inputs.push(digits) }) }
}

test('keys within 1.2 s are one input', async () => {
  const { clock, inputs, keys } = setUp(['1'])
  keys.press('4')
  await clock.advance(1100)
  keys.press('2')
  await clock.advance(1100)
  expect(inputs).toEqual([])
  await clock.advance(100)
  expect(inputs).toEqual(['42'])
})

test('a key of the menu acts at once, but not in the middle of a number', async () => {
  const { clock, inputs, keys } = setUp(['1'])
  keys.press('1')
  expect(inputs).toEqual(['1'])
  keys.press('2')
  keys.press('1')
  expect(inputs).toEqual(['1'])
  await clock.advance(1200)
  expect(inputs).toEqual(['1', '21'])
})

test('a pause is no key; what is gathered at the end is forgotten', async () => {
  const { clock, inputs, keys } = setUp()
  keys.press('ww')
  await clock.advance(1200)
  keys.press('5')
  keys.close()
  await clock.advance(5000)
  expect(inputs).toEqual([])
  expect(clock.waiting).toBe(0)
})
