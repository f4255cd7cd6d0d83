/**
 * By what a phone is known when whoever calls may show it with its country, without it, or with a zero before it: +919876543210, 919876543210 and
 * 09876543210 are the same phone; anonymous is nobody's.
 */

/** Ten digits tell an Indian or American number without its country. */
const NATIONAL_DIGITS = 10

/** Without what countries and carriers write before them; empty when it is no number. */
const digitsOf = (number: string) => (/^\+?[\d\s().-]{5,24}$/.test(number) ? number.replace(/\D/g, '').replace(/^0+/, '') : '')

export function sameNumber(kept: string, asked: string): boolean {
  const marks = marksAsked(asked)
  return marksKept(kept).some((mark) => marks.includes(mark))
}

/** By what a caller is counted. Whose number is not told, or told in words (`anonymous`), is a stranger of their own, named by their call. */
export const countedAs = (from: string, call: string): string => (/\d/.test(from) ? from : call)

/** What is kept of a number, to be compared where neither number may be seen: it is the same as another one when they have a mark in common. */
export const marksKept = (number: string): string[] => marks(number, { withCountry: 'long', without: 'short' })
/** The same of a number that is asked for. */
export const marksAsked = (number: string): string[] => marks(number, { withCountry: 'short', without: 'long' })

/** The last ten digits count only between a number with its country and one without. */
function marks(number: string, of: { withCountry: string; without: string }): string[] {
  const digits = digitsOf(number)
  if (digits === '') return []
  if (digits.length < NATIONAL_DIGITS) return [digits]
  return [digits, `${digits.length > NATIONAL_DIGITS ? of.withCountry : of.without} ${digits.slice(-NATIONAL_DIGITS)}`]
}
