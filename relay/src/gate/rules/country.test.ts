import { expect, it } from 'vitest'
import { country } from './country.ts'
import { factsOf } from './facts.test-kit.ts'

const INDIA = '+919876543210'
const JAMAICA = '+18765551234'

it.each([
  ['the agent’s list counts', { number: INDIA, question: { countries: ['IN'] } }],
  ['then the organisation’s', { number: INDIA, rules: { countries: ['IN'] } }],
  ['then the house’s', { number: INDIA, houseCountries: ['IN'] }],
  ['the sandbox rings anywhere', { number: INDIA, question: { countries: ['US'] }, alwaysRing: true }],
])('%s', (_, facts) => {
  expect(country(factsOf(facts))).toMatchObject({ ok: true })
})

it.each([
  [
    'the agent’s list is the only one when it has one',
    { number: INDIA, question: { countries: ['US'] }, rules: { countries: ['IN'] } },
    'India',
  ],
  ['the organisation’s goes before the house’s', { number: INDIA, rules: { countries: ['US'] }, houseCountries: ['IN'] }, 'United States'],
  ['the house’s default', { number: INDIA }, 'United Kingdom'],
  ['+1 is more than the United States', { number: JAMAICA, question: { countries: ['US', 'CA'] } }, 'Jamaica'],
  ['a number of no country', { number: '+881612345678', houseCountries: ['US'] }, 'that country'],
  ['no list at all', { number: INDIA, houseCountries: [] }, 'India'],
])('refused: %s', (_, facts, named) => {
  expect(country(factsOf(facts))).toMatchObject({
    ok: false,
    rule: 'country',
    code: 'country_blocked',
    message: expect.stringContaining(named),
  })
})
