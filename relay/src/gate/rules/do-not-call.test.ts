import { expect, it } from 'vitest'
import { doNotCall } from './do-not-call.ts'

it.each([
  [undefined, true],
  ['organisation', false],
  ['house', false],
] as const)('listed by %s: allowed %s', (listed, ok) => {
  expect(doNotCall(listed)).toMatchObject(ok ? { ok } : { ok, rule: 'do_not_call', code: 'number_blocked', inputs: { doNotCall: listed } })
})
