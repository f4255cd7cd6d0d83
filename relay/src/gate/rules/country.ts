import { type Facts, type Finding, passed, refused } from '../rule.ts'

/** The agent's own list, else the organisation's, else the house's. */
export function country({ question, reading, rules, alwaysRing, houseCountries }: Facts): Finding {
  const allowed = countriesFor(question.countries, rules.countries, houseCountries)
  const inputs = { country: reading.country ?? null, countries: [...allowed] }
  if (alwaysRing || (reading.country !== undefined && allowed.includes(reading.country))) return passed(inputs)
  return refused(
    'country',
    'country_blocked',
    `We do not call numbers in ${nameOf(reading.country)}. Give a number in ${listOf(allowed)}, or talk with us here on the page.`,
    { inputs },
  )
}

/** The first list that has anything in it. */
export function countriesFor(...lists: (readonly string[])[]): readonly string[] {
  return lists.find((list) => list.length > 0) ?? []
}

const NAMES = new Intl.DisplayNames('en', { type: 'region' })
const nameOf = (code: string | undefined) => (code === undefined ? 'that country' : (NAMES.of(code) ?? code))
const SHOWN = 6

function listOf(codes: readonly string[]): string {
  if (codes.length === 0) return 'a country that is allowed'
  const names = codes.slice(0, SHOWN).map(nameOf)
  if (codes.length > SHOWN) names.push('some other countries')
  return new Intl.ListFormat('en', { type: 'disjunction' }).format(names)
}
