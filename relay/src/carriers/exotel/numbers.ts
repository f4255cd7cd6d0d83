import { parsePhoneNumberFromString } from 'libphonenumber-js/max'

/** Exotel writes Indian numbers without their country: `08022222222`. */

/** An ExoPhone as `CallerId` wants it. @param format of the number's owner; unset: national where it is Indian */
export function callerIdOf(e164: string, format?: 'national' | 'e164'): string {
  const wanted = format ?? (e164.startsWith('+91') ? 'national' : 'e164')
  const national = wanted === 'national' ? parsePhoneNumberFromString(e164)?.nationalNumber : undefined
  return national === undefined ? e164 : `0${national}`
}

/** A number as Exotel tells it, in E.164 of the country that `near` is in; as it came where it is no number. */
export function e164Of(told: string, near: string): string {
  const country = parsePhoneNumberFromString(near)?.country
  const number = parsePhoneNumberFromString(told.trim(), country ?? 'IN')
  return number?.isPossible() ? number.number : told.trim()
}
