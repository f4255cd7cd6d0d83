import { parsePhoneNumberFromString } from 'libphonenumber-js/max'

/** `+91 98765 43210` → `+919876543210`; undefined for anything that is no number of any country, or has no country code. */
export function e164(text: string): string | undefined {
  const read = parsePhoneNumberFromString(text, { extract: false })
  return read?.isValid() && read.ext === undefined ? read.number : undefined
}
