import { createFaultWords } from '../faults.ts'
import { isRecord } from '../rest.ts'

export const { fault: jiocxFault, faultOf } = createFaultWords({
  carrier: 'JioCX',
  statuses: { 403: 'number_not_allowed', 422: 'invalid_number' },
  messages: {
    unauthorized: 'JioCX does not accept the account’s credentials: check organisation, user name, password and API key.',
    number_not_allowed: 'JioCX does not allow this call: check that the sender id and the DLT entity are registered with it.',
    not_found: 'JioCX knows no such call or address: check JIOCX_API_BASE_URL and JIOCX_PATHS.',
    invalid_number: 'JioCX does not take this number: check JIOCX_NUMBER_FORMAT.',
    no_funds: 'The account at JioCX has no credit left.',
    malformed: 'JioCX’s answer could not be understood: check JIOCX_ANSWERS.',
  },
  // Its codes are not public: they are shown, and the HTTP status says what happened.
  own: ({ body }) => ({
    carrierCode: isRecord(body) && /^[A-Za-z_]{0,20}\d{1,6}$/.test(String(body.code)) ? String(body.code) : undefined,
  }),
})
