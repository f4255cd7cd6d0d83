import { type Facts, type Finding, passed, refused } from '../rule.ts'

/** Kinds of numbers that cost whoever rings them, or that are nobody's phone. */
const REFUSED: Record<string, string> = {
  PREMIUM_RATE: 'a premium-rate number',
  SHARED_COST: 'a shared-cost number',
  UAN: 'a company’s universal access number',
  PAGER: 'a pager',
  VOICEMAIL: 'a voicemail box',
  PERSONAL_NUMBER: 'a personal number that forwards at a higher rate',
  TOLL_FREE: 'a toll-free number, which charges whoever owns it',
}

/** Ordinary phones only. Numbers of no country are satellites, ships and worldwide premium services. */
export function numberType({ reading, alwaysRing }: Facts): Finding {
  const inputs = { type: reading.type ?? null, country: reading.country ?? null }
  if (alwaysRing) return passed(inputs)
  const what = reading.country === undefined ? 'a satellite or worldwide service number' : REFUSED[reading.type ?? '']
  if (what === undefined) return passed(inputs)
  return refused('number_type', 'number_blocked', `This is ${what}, which we do not call. Give an ordinary landline or mobile number.`, {
    inputs,
  })
}
