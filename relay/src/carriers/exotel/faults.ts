import { CarrierFault, type CarrierFaultCode } from '../carrier.ts'
import { isRecord } from '../rest.ts'

/** Exotel's own codes are not public: the HTTP status says what happened. */
const STATUSES: Readonly<Record<number, CarrierFaultCode>> = {
  401: 'unauthorized',
  402: 'no_funds',
  403: 'number_not_allowed',
  404: 'not_found',
  408: 'timeout',
  429: 'rate_limited',
}

/** What happened and what to do, for whoever runs the house. Exotel's own words may hold numbers, so they are not used. */
const MESSAGES: Readonly<Partial<Record<CarrierFaultCode, string>>> = {
  unauthorized: 'Exotel does not accept the account’s credentials: check its key, token, SID and region.',
  number_not_allowed:
    'Exotel does not allow this call: check the ExoPhone, KYC and the do-not-disturb list; calls to a stream (EXOTEL_MODE=stream) have to be enabled by Exotel.',
  not_found: 'Exotel knows no such call or account: check the SID and the region.',
  rate_limited: 'Exotel takes no more requests just now: try again later.',
  no_funds: 'The account at Exotel has no money left.',
  server_error: 'Exotel had a fault of its own.',
  timeout: 'Exotel did not answer in time.',
  unreachable: 'Exotel could not be reached.',
  malformed: 'Exotel’s answer could not be understood.',
  refused: 'Exotel refused the request.',
}

export function exotelFault(code: CarrierFaultCode, more: ConstructorParameters<typeof CarrierFault>[2] = {}): CarrierFault {
  return new CarrierFault(code, MESSAGES[code] ?? 'Exotel refused the request.', more)
}

/** The fault of an answer that is no success. Only a clear refusal says that nothing rings: after a 5xx, a call may have been made. */
export function faultOf(status: number, body: unknown, text: string): CarrierFault {
  const refusal = status >= 400 && status < 500 && status !== 408
  const own = ownCode(body, text)
  return exotelFault(STATUSES[status] ?? (status >= 500 ? 'server_error' : 'refused'), {
    placed: refusal ? 'no' : 'unknown',
    carrierCode: own ?? `HTTP ${status}`,
  })
}

/** `{"RestException":{"Code":…}}`, or the same as XML. */
function ownCode(body: unknown, text: string): string | undefined {
  const exception = isRecord(body) && isRecord(body.RestException) ? body.RestException.Code : /<Code>(\d{1,6})<\/Code>/.exec(text)?.[1]
  return /^\d{1,6}$/.test(String(exception)) ? String(exception) : undefined
}
