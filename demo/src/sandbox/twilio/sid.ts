import { randomBytes } from 'node:crypto'

/** A new name in Twilio's form: two letters for the kind, 32 hex digits. */
export const newSid = (kind: 'CA' | 'CF' | 'MZ' | 'RE' | 'VX'): string => kind + randomBytes(16).toString('hex')
