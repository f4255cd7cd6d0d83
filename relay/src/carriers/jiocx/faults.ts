import { CarrierFault, type CarrierFaultCode } from '../carrier.ts'
import { isRecord } from '../rest.ts'

/** JioCX's own codes are not public: the HTTP status says what happened. */
const STATUSES: Readonly<Record<number, CarrierFaultCode>> = {
  401: 'unauthorized',
  402: 'no_funds',
  403: 'number_not_allowed',
  404: 'not_found',
  408: 'timeout',
  422: 'invalid_number',
  429: 'rate_limited',
}

/** What happened and what to do, for whoever runs the house. JioCX's own words may hold numbers, so they are not used. */
const MESSAGES: Readonly<Partial<Record<CarrierFaultCode, string>>> = {
  unauthorized: 'JioCX does not accept the account’s credentials: check organisation, user name, password and API key.',
  number_not_allowed: 'JioCX does not allow this call: check that the sender id and the DLT entity are registered with it.',
  not_found: 'JioCX knows no such call or address: check JIOCX_API_BASE_URL and JIOCX_PATHS.',
  invalid_number: 'JioCX does not take this number: check JIOCX_NUMBER_FORMAT.',
  rate_limited: 'JioCX takes no more requests just now: try again later.',
  no_funds: 'The account at JioCX has no credit left.',
  server_error: 'JioCX had a fault of its own.',
  timeout: 'JioCX did not answer in time.',
  unreachable: 'JioCX could not be reached.',
  malformed: 'JioCX’s answer could not be understood: check JIOCX_ANSWERS.',
  refused: 'JioCX refused the request.',
}

export function jiocxFault(code: CarrierFaultCode, more: ConstructorParameters<typeof CarrierFault>[2] = {}): CarrierFault {
  return new CarrierFault(code, MESSAGES[code] ?? 'JioCX refused the request.', more)
}

/** The fault of an answer that is no success. Only a clear refusal says that nothing rings: after a 5xx, a call may have been made. */
export function faultOf(status: number, body: unknown): CarrierFault {
  const refusal = status >= 400 && status < 500 && status !== 408
  const own = isRecord(body) ? body.code : undefined
  return jiocxFault(STATUSES[status] ?? (status >= 500 ? 'server_error' : 'refused'), {
    placed: refusal ? 'no' : 'unknown',
    carrierCode: /^[A-Za-z_]{0,20}\d{0,6}$/.test(String(own)) && own !== '' && own !== undefined ? String(own) : `HTTP ${status}`,
  })
}
