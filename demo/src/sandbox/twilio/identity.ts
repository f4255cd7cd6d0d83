import { TWILIO_ACCOUNT } from './account.ts'

export const API_VERSION = '2010-04-01'

/** Whom a request to the customer is about: the fields that all of them carry. Cities are not known, as they were not in recorded calls. */
export function identity(call: { sid: string; from: string; to: string; direction: string; parentSid?: string | undefined }) {
  return {
    CallSid: call.sid,
    AccountSid: TWILIO_ACCOUNT.accountSid,
    ApiVersion: API_VERSION,
    Direction: call.direction,
    From: call.from,
    To: call.to,
    Caller: call.from,
    Called: call.to,
    ...place('From', call.from),
    ...place('To', call.to),
    ...place('Caller', call.from),
    ...place('Called', call.to),
    ...(call.parentSid && { ParentCallSid: call.parentSid }),
  }
}

function place(whose: string, number: string): Record<string, string> {
  return { [`${whose}City`]: '', [`${whose}State`]: '', [`${whose}Zip`]: '', [`${whose}Country`]: country(number) }
}

function country(number: string): string {
  if (number.startsWith('+1')) return 'US'
  return number.startsWith('+91') ? 'IN' : ''
}

/** Twilio's way to write a time: RFC 2822, in UTC. */
export const rfc2822 = (time: Date): string => time.toUTCString().replace('GMT', '+0000')
