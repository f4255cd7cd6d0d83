import type { CountryCode, NumberType, PhoneNumber } from 'libphonenumber-js'
import { isSupportedCountry, parsePhoneNumberWithError } from 'libphonenumber-js/max'

/** What a typed number is, as far as its digits tell. */
export interface Reading {
  readonly e164: string
  /** ISO 3166 alpha-2; undefined for numbers of no country: satellites and other worldwide services. */
  readonly country: string | undefined
  readonly type: Exclude<NumberType, undefined> | undefined
  readonly phone: PhoneNumber
}

const LONGEST = 40

/** E.164, or national with the country's alpha-2 code. Undefined for what cannot be somebody's number. */
export function readNumber(text: string, country?: string): Reading | undefined {
  if (text.length > LONGEST) return undefined
  try {
    const phone = parsePhoneNumberWithError(text, {
      ...(country !== undefined && isSupportedCountry(country) ? { defaultCountry: country as CountryCode } : {}),
      // The whole text is the number: none is looked for inside other words.
      extract: false,
    })
    // Nobody can key an extension in for us, so the wrong person would be rung.
    if (!phone.isValid() || phone.ext) return undefined
    return { e164: phone.number, country: phone.country, type: phone.getType(), phone }
  } catch {
    return undefined
  }
}

/** For logs and lists: where it leads and its last two digits. */
export function maskNumber(text: string): string {
  const digits = text.replace(/\D/g, '')
  if (digits.length < 7) return '•'.repeat(Math.min(digits.length, 6))
  return `${text.trim().startsWith('+') ? '+' : ''}${digits.slice(0, 3)}${'•'.repeat(Math.min(digits.length, 15) - 5)}${digits.slice(-2)}`
}
