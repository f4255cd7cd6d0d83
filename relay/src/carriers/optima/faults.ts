import { CarrierFault, type CarrierFaultCode } from '../carrier.ts'
import { isRecord } from '../rest.ts'

const STATUSES: Readonly<Record<number, CarrierFaultCode>> = {
  401: 'unauthorized',
  402: 'no_funds',
  403: 'number_not_allowed',
  404: 'not_found',
  408: 'timeout',
  429: 'rate_limited',
}

/** What happened and what to do, for whoever runs the house. Optima's own words may hold numbers, so they are not used. */
const MESSAGES: Readonly<Partial<Record<CarrierFaultCode, string>>> = {
  unauthorized:
    'Optima does not accept the token: check OPTIMA_TOKEN or the number’s token, and ask Optima whether this server’s address is let in.',
  no_funds: 'The account at Optima has no money left.',
  number_not_allowed: 'Optima does not allow this call: ask Optima which numbers the account may call.',
  invalid_number: 'Optima does not take this number: check OPTIMA_NUMBER_FORMAT and OPTIMA_COUNTRY.',
  not_found: 'Optima knows no such call, or has nothing at this address: check OPTIMA_VERSION and OPTIMA_API_BASE_URL.',
  rate_limited: 'Optima takes no more requests just now: try again later.',
  server_error: 'Optima had a fault of its own.',
  timeout: 'Optima did not answer in time.',
  unreachable: 'Optima could not be reached.',
  malformed: 'Optima’s answer could not be understood: check OPTIMA_VERSION.',
}

export function optimaFault(code: CarrierFaultCode, more: ConstructorParameters<typeof CarrierFault>[2] = {}): CarrierFault {
  return new CarrierFault(code, MESSAGES[code] ?? 'Optima refused the request.', more)
}

/** The fault of an answer that is no success. Only a clear refusal says that nothing rings: after a 5xx, a call may have been made. */
export function faultOf(status: number, body?: unknown): CarrierFault {
  const refusal = status >= 400 && status < 500 && status !== 408
  return optimaFault(STATUSES[status] ?? (!refusal ? 'server_error' : ofNumber(body) ? 'invalid_number' : 'refused'), {
    placed: refusal ? 'no' : 'unknown',
    carrierCode: `HTTP ${status}`,
  })
}

/** `{errors: "Invalid phone number format"}`, or from 1.0.5 on `{errors: {phoneNumber: […]}}`. */
function ofNumber(body: unknown): boolean {
  const errors = isRecord(body) ? body.errors : undefined
  return typeof errors === 'string' ? /number/i.test(errors.slice(0, 500)) : isRecord(errors) && Object.hasOwn(errors, 'phoneNumber')
}
