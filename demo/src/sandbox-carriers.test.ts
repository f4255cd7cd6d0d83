import { expect, test } from 'vitest'
import { SANDBOX_NUMBERS } from './sandbox-carriers.ts'

test('the sandbox’s numbers are the eighteen of the contract', () => {
  expect(SANDBOX_NUMBERS.length).toBe(18)
  expect(SANDBOX_NUMBERS).toEqual(expect.arrayContaining(['+12025550101', '+12025550109', '+919000000001', '+919000000009']))
  for (const number of SANDBOX_NUMBERS) expect(number).toMatch(/^(\+1202555010[1-9]|\+91900000000[1-9])$/)
})
