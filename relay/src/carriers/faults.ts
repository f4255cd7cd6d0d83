import { CarrierFault, type CarrierFaultCode } from './carrier.ts'
import type { FaultWords } from './rest.ts'

/** What HTTP itself says, at every carrier. */
const STATUSES: Readonly<Record<number, CarrierFaultCode>> = {
  401: 'unauthorized',
  402: 'no_funds',
  404: 'not_found',
  408: 'timeout',
  429: 'rate_limited',
}

/** What a carrier's own words in an answer add to its HTTP status. */
export interface OwnFault {
  readonly code?: CarrierFaultCode | undefined
  /** The carrier's own code, as it is shown to whoever runs the house. */
  readonly carrierCode?: string | undefined
  /** A refusal by its status that is none: the call may have been made. */
  readonly unclear?: boolean
}

export interface FaultTable {
  /** As people call it: `Twilio`. */
  readonly carrier: string
  /** What this carrier means by its statuses beyond HTTP's own. */
  readonly statuses: Readonly<Record<number, CarrierFaultCode>>
  /** What happened and what to do, where that is more than can be said of every carrier. */
  readonly messages: Readonly<Partial<Record<CarrierFaultCode, string>>>
  /** Reads the carrier's own words; `byStatus` is what counts without them. */
  own?(answer: { body: unknown; text: string; byStatus: CarrierFaultCode }): OwnFault
}

/** A carrier's faults in our words. Its own words may hold numbers, so they are not used. */
export function createFaultWords(table: FaultTable): FaultWords {
  const { carrier } = table
  const messages: Readonly<Partial<Record<CarrierFaultCode, string>>> = {
    rate_limited: `${carrier} takes no more requests just now: try again later.`,
    no_funds: `The account at ${carrier} has no money left. Top it up there.`,
    server_error: `${carrier} had a fault of its own. Try again; when it stays, look at its status page.`,
    timeout: `${carrier} did not answer in time. Check that this machine reaches it, then try again.`,
    unreachable: `${carrier} could not be reached. Check that this machine reaches it, then try again.`,
    malformed: `${carrier}’s answer could not be understood. Check that its address leads to it.`,
    ...table.messages,
  }
  const fault: FaultWords['fault'] = (code, more = {}) =>
    new CarrierFault(code, messages[code] ?? `${carrier} refused the request. Its own console may say why.`, more)

  return {
    fault,
    /** Only a clear refusal says that nothing rings: after a 5xx, a call may have been made. */
    faultOf(status, body, text) {
      const byStatus = table.statuses[status] ?? STATUSES[status] ?? (status >= 500 ? 'server_error' : 'refused')
      const own = table.own?.({ body, text, byStatus }) ?? {}
      const refused = status >= 400 && status < 500 && status !== 408 && !own.unclear
      return fault(own.code ?? byStatus, { placed: refused ? 'no' : 'unknown', carrierCode: own.carrierCode ?? `HTTP ${status}` })
    },
  }
}
