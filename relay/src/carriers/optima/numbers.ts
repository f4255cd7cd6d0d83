import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max'

/** How Optima wants numbers is not said; its examples are local: `089608675796`. */
export const NUMBER_FORMATS = ['local', 'digits', 'e164'] as const
export type NumberFormat = (typeof NUMBER_FORMATS)[number]

/** @param country whose numbers are local; those of any other keep their country's code */
export function writtenNumber(e164: string, format: NumberFormat, country: string): string {
  if (format === 'e164') return e164
  const digits = e164.replace(/\D/g, '')
  if (format === 'digits') return digits
  const number = parsePhoneNumberFromString(e164)
  return number?.country === country ? number.formatNational().replace(/\D/g, '') : digits
}

/** The country of our own number, or `fallback` where there is none. */
export function countryOf(own: string, fallback: string): CountryCode | string {
  return parsePhoneNumberFromString(own)?.country ?? fallback
}
