import { createFaultWords } from '../faults.ts'
import { isRecord } from '../rest.ts'

export const { fault: exotelFault, faultOf } = createFaultWords({
  carrier: 'Exotel',
  statuses: { 403: 'number_not_allowed' },
  messages: {
    unauthorized: 'Exotel does not accept the account’s credentials: check its key, token, SID and region.',
    number_not_allowed:
      'Exotel does not allow this call: check the ExoPhone, KYC and the do-not-disturb list; calls to a stream (EXOTEL_MODE=stream) have to be enabled by Exotel.',
    not_found: 'Exotel knows no such call or account: check the SID and the region.',
  },
  // Its codes are not public: they are shown, and the HTTP status says what happened.
  own: ({ body, text }) => ({ carrierCode: ownCode(body, text) }),
})

/** `{"RestException":{"Code":…}}`, or the same as XML. */
function ownCode(body: unknown, text: string): string | undefined {
  const exception = isRecord(body) && isRecord(body.RestException) ? body.RestException.Code : /<Code>(\d{1,6})<\/Code>/.exec(text)?.[1]
  return /^\d{1,6}$/.test(String(exception)) ? String(exception) : undefined
}
