import { expect, it } from 'vitest'
import { consent } from './consent.ts'
import { factsOf } from './facts.test-kit.ts'

it.each([
  ['requested', true, true],
  ['requested', false, false],
  ['marketing', true, true],
  ['marketing', false, false],
  ['service', true, true],
  ['service', false, true],
] as const)('%s with consent %s: %s', (purpose, given, ok) => {
  expect(consent(factsOf({ question: { purpose, consent: given } })).ok).toBe(ok)
})

it('is asked for where the organisation wants it, and says so', () => {
  const facts = factsOf({ question: { purpose: 'service', consent: false }, rules: { consent: { service: true } } })
  expect(consent(facts)).toMatchObject({ rule: 'consent', code: 'consent_required', message: expect.stringContaining('Agree') })
})
