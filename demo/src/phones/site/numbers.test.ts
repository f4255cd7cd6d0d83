import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clock, dialable, readable } from './numbers.js'

test('numbers are shown as people write them', () => {
  expect(readable('+12025550199')).toBe('+1 202 555 0199')
  expect(readable('+919000000001')).toBe('+91 90000 00001')
  expect(readable('+442079460000')).toBe('+442079460000')
})

test('what people type can be dialled, what is no number cannot', () => {
  const cases: [typed: string, own: string, to: string | undefined][] = [
    ['+1 (202) 555-0199', '+12025550101', '+12025550199'],
    ['202.555.0199', '+12025550101', '+12025550199'],
    ['12025550199', '+12025550101', '+12025550199'],
    ['0012025550199', '+919000000001', '+12025550199'],
    ['90000 00002', '+919000000001', '+919000000002'],
    ['911', '+12025550101', undefined],
    ['', '+12025550101', undefined],
    ['+911', '+12025550101', undefined],
    ['hello', '+12025550101', undefined],
    ['+0123456789', '+12025550101', undefined],
  ]
  for (const [typed, own, to] of cases) expect([typed, dialable(typed, own)]).toEqual([typed, to])
})

test('whatever is typed: E.164 or nothing, and what is shown can be dialled again', () => {
  const typed = fc.oneof(fc.string(), fc.stringMatching(/^\+?[\d ().-]{0,20}$/))
  fc.assert(
    fc.property(typed, (text) => {
      const to = dialable(text, '+12025550101')
      if (to === undefined) return
      expect(to).toMatch(/^\+[1-9]\d{6,14}$/)
      expect(dialable(readable(to), '+12025550101')).toBe(to)
    }),
  )
})

test('the timer counts like a phone', () => {
  expect([-5, 0, 999, 1000, 61_000, 3_600_000].map(clock)).toEqual(['0:00', '0:00', '0:00', '0:01', '1:01', '60:00'])
})
