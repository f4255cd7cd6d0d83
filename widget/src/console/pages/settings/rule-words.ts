import type { WordTable } from '../../forms/words.ts'

const DAYS = { mon: 'Monday', tue: 'Tuesday', wed: 'Wednesday', thu: 'Thursday', fri: 'Friday', sat: 'Saturday', sun: 'Sunday' }

export const RULE_WORDS: WordTable = {
  countries: { label: 'Countries that may be rung', hint: 'Two letters such as IN or US, for agents that list none. Empty: the house’s.' },
  currency: { label: 'Currency', hint: 'Three letters such as USD: every amount here is in it.' },
  consent: { label: 'Consent is asked first for' },
  'consent.requested': { label: 'Calls that somebody just asked for' },
  'consent.service': { label: 'Service calls' },
  'consent.marketing': { label: 'Marketing calls' },
  hours: {
    label: 'Calling hours',
    hint: 'By the hour where the phone is. A place is a country (US), the beginning of a number (+1207), or * for everywhere.',
    item: 'Place',
  },
  'hours.*.service': { label: 'Service calls', item: 'Hours' },
  'hours.*.marketing': { label: 'Marketing calls', item: 'Hours' },
  'hours.*.service.*.days': { label: 'Days', options: DAYS },
  'hours.*.marketing.*.days': { label: 'Days', options: DAYS },
  'hours.*.closedDays': { label: 'Days without marketing', hint: '12-25 every year, 2027-03-29 once.' },
  limits: { label: 'Calls at most' },
  'limits.number': { label: 'To one number' },
  'limits.person': { label: 'To one person whom callers are joined with' },
  'limits.marketingNumber': { label: 'To one number, for marketing' },
  'limits.visitor': { label: 'For one visitor' },
  'limits.address': { label: 'For one network address' },
  'limits.operator': { label: 'By one operator or key' },
  'limits.agent': { label: 'By one agent' },
  'limits.agentVisitors': { label: 'By one agent, for all visitors' },
  'limits.organisation': { label: 'By the whole organisation' },
  'limits.sandboxNumber': { label: 'Sandbox: one number' },
  'limits.sandboxAsker': { label: 'Sandbox: one visitor or operator' },
  'limits.sandboxAddress': { label: 'Sandbox: one network address' },
  'limits.*.perHour': { label: 'In an hour' },
  'limits.*.perDay': { label: 'In a day' },
  'limits.*.perMonth': { label: 'In a month' },
  ceilings: { label: 'Spending at most' },
  'ceilings.number': { label: 'On one number' },
  'ceilings.agent': { label: 'By one agent' },
  'ceilings.organisation': { label: 'By the whole organisation' },
  'ceilings.*.perDay': { label: 'In a day' },
  'ceilings.*.perMonth': { label: 'In a month' },
  prices: { label: 'Price of a minute', hint: 'By carrier, or * for all.', item: 'Carrier' },
  'prices.*': { label: 'By the beginning of the number', hint: '+ stands for every number that nothing longer names.', item: 'Beginning' },
  'prices.*.*': { label: 'A minute' },
}

export const RULE_PARTS = [
  { name: 'hours', label: 'Calling hours', fields: ['hours'] },
  { name: 'limits', label: 'Limits', fields: ['limits', 'ceilings'] },
  { name: 'prices', label: 'Prices', fields: ['currency', 'prices'] },
  { name: 'consent', label: 'Consent and countries', fields: ['consent', 'countries'] },
] as const
