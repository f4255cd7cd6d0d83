import { OPTIMA_ACCOUNT } from './account.ts'

/** The network's name of a number as it is asked for: local (`089608675796`), or with its country's code. */
export function networkNumber(asked: string): string {
  const digits = asked.replace(/^\+/, '')
  return digits.startsWith('0') ? `+${OPTIMA_ACCOUNT.callingCode}${digits.slice(1)}` : `+${digits}`
}

/** As the account's own country writes it. */
export const localNumber = (number: string): string => number.replace(new RegExp(`^[+]${OPTIMA_ACCOUNT.callingCode}`), '0')
