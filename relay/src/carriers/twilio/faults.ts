import { CarrierFault, type CarrierFaultCode } from '../carrier.ts'
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

const STATUSES: Readonly<Record<number, CarrierFaultCode>> = {
  401: 'unauthorized',
  402: 'no_funds',
  403: 'unauthorized',
  404: 'not_found',
  408: 'timeout',
  429: 'rate_limited',
}

/** What happened and what to do, for whoever runs the house. Twilio's own words may hold numbers, so they are not used. */
const MESSAGES: Readonly<Partial<Record<CarrierFaultCode, string>>> = {
  unauthorized: 'Twilio does not accept the account’s credentials: check its SID and auth token.',
  invalid_number: 'Twilio says that there is no such number.',
  unreachable_number: 'Twilio cannot reach this number.',
  country_not_allowed: 'Twilio may not call this country: allow it in the account’s geographic permissions.',
  number_not_allowed:
    'Twilio does not allow this number: the caller’s must belong to the account, and a trial account rings verified ones only.',
  not_found: 'Twilio knows no such call.',
  over_already: 'The call is over already.',
  rate_limited: 'Twilio takes no more requests just now: try again later.',
  no_funds: 'The account at Twilio has no money left.',
  server_error: 'Twilio had a fault of its own.',
  timeout: 'Twilio did not answer in time.',
  unreachable: 'Twilio could not be reached.',
  malformed: 'Twilio’s answer could not be understood.',
  refused: 'Twilio refused the request.',
}

export function twilioFault(code: CarrierFaultCode, more: ConstructorParameters<typeof CarrierFault>[2] = {}): CarrierFault {
  return new CarrierFault(code, MESSAGES[code] ?? 'Twilio refused the request.', more)
}

/** The fault of an answer that is no success. Only a clear refusal says that nothing rings: after a 5xx, a call may have been made. */
export function faultOf(status: number, body: unknown): CarrierFault {
  const own = isRecord(body) && typeof body.code === 'number' ? body.code : undefined
  const refusal = status >= 400 && status < 500 && status !== 408 && own !== 20500
  const byStatus = STATUSES[status] ?? (status >= 500 ? 'server_error' : 'refused')
  return twilioFault((own === undefined ? undefined : CODES[own]) ?? byStatus, {
    placed: refusal ? 'no' : 'unknown',
    carrierCode: own === undefined ? `HTTP ${status}` : String(own),
  })
}
