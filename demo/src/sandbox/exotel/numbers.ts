import { PhoneNumber } from '../phones/script.ts'

/** Exotel tells Indian numbers in their national form, `09441233609`; others as they are. */
export const national = (e164: string): string => (e164.startsWith('+91') ? `0${e164.slice(3)}` : e164)

/** A number as anybody writes it, in E.164; undefined when it is none. */
export function e164(given: string): string | undefined {
  const number = /^0\d{10}$/.test(given) ? `+91${given.slice(1)}` : given
  return PhoneNumber.safeParse(number).data
}
