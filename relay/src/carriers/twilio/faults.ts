import type { CarrierFaultCode } from '../carrier.ts'
import { createFaultWords } from '../faults.ts'
import { isRecord } from '../rest.ts'

/** Twilio's own numbers, in our words. */
const CODES: Readonly<Record<number, CarrierFaultCode>> = {
  20003: 'unauthorized',
  20404: 'not_found',
  20429: 'rate_limited',
  20500: 'server_error',
  21205: 'refused',
  21210: 'number_not_allowed',
  21211: 'invalid_number',
  21212: 'number_not_allowed',
  21214: 'unreachable_number',
  21215: 'country_not_allowed',
  21216: 'number_not_allowed',
  21219: 'number_not_allowed',
  21220: 'over_already',
  13224: 'invalid_number',
  13225: 'number_not_allowed',
}
const SERVER_ERROR = 20500

export const { fault: twilioFault, faultOf } = createFaultWords({
  carrier: 'Twilio',
  statuses: { 403: 'unauthorized' },
  messages: {
    unauthorized: 'Twilio does not accept the account’s credentials: check its SID and auth token.',
    invalid_number: 'Twilio says that there is no such number.',
    unreachable_number: 'Twilio cannot reach this number.',
    country_not_allowed: 'Twilio may not call this country: allow it in the account’s geographic permissions.',
    number_not_allowed:
      'Twilio does not allow this number: the caller’s must belong to the account, and a trial account rings verified ones only.',
    not_found: 'Twilio knows no such call.',
    over_already: 'The call is over already.',
  },
  own({ body }) {
    const code = isRecord(body) && typeof body.code === 'number' ? body.code : undefined
    return code === undefined ? {} : { code: CODES[code], carrierCode: String(code), unclear: code === SERVER_ERROR }
  },
})
