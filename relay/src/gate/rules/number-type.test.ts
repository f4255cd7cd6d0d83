import { expect, it } from 'vitest'
import { factsOf } from './facts.test-kit.ts'
import { numberType } from './number-type.ts'

it.each([
  ['+12125550123', 'landline or mobile'],
  ['+4915112345678', 'mobile'],
  ['+493012345678', 'landline'],
  ['+919000000001', 'mobile'],
  ['+61412345678', 'mobile'],
])('%s is an ordinary phone (%s)', (number) => {
  expect(numberType(factsOf({ number }))).toMatchObject({ ok: true })
})

it.each([
  ['+19005551234', 'premium-rate'],
  ['+448451234567', 'premium-rate'],
  ['+41900123456', 'premium-rate'],
  ['+4918012345678', 'shared-cost'],
  ['+447012345678', 'personal number'],
  ['+18005551234', 'toll-free'],
  ['+881612345678', 'satellite'],
  ['+870773123456', 'satellite'],
  ['+8821612345678', 'satellite'],
  ['+447640123456', 'pager'],
])('%s is refused: %s', (number, why) => {
  expect(numberType(factsOf({ number }))).toMatchObject({
    ok: false,
    rule: 'number_type',
    code: 'number_blocked',
    message: expect.stringContaining(why),
  })
})

it('rings a number of the sandbox whatever it is', () => {
  expect(numberType(factsOf({ number: '+19005551234', alwaysRing: true }))).toMatchObject({ ok: true })
})
