import { createFaultWords } from '../faults.ts'
import { isRecord } from '../rest.ts'

/** Optima’s faults in our words. */
export const { fault: optimaFault, faultOf } = createFaultWords({
  carrier: 'Optima',
  statuses: { 403: 'number_not_allowed' },
  messages: {
    unauthorized:
      'Optima does not accept the token: check OPTIMA_TOKEN or the number’s token, and ask Optima whether this server’s address is let in.',
    number_not_allowed: 'Optima does not allow this call: ask Optima which numbers the account may call.',
    invalid_number: 'Optima does not take this number: check OPTIMA_NUMBER_FORMAT and OPTIMA_COUNTRY.',
    not_found: 'Optima knows no such call, or has nothing at this address: check OPTIMA_VERSION and OPTIMA_API_BASE_URL.',
    malformed: 'Optima’s answer could not be understood: check OPTIMA_VERSION.',
  },
  own: ({ body, byStatus }) => (byStatus === 'refused' && isOfNumber(body) ? { code: 'invalid_number' } : {}),
})

/** `{errors: "Invalid phone number format"}`, or from 1.0.5 on `{errors: {phoneNumber: […]}}`. */
function isOfNumber(body: unknown): boolean {
  const errors = isRecord(body) ? body.errors : undefined
  return typeof errors === 'string' ? /number/i.test(errors.slice(0, 500)) : isRecord(errors) && Object.hasOwn(errors, 'phoneNumber')
}
