import type { Clock } from '../../calls/ports.ts'
import { createFormRest, type FormRest } from '../form-rest.ts'
import { faultOf, twilioFault } from './faults.ts'

/** Twilio's REST API of one account. `base` without /2010-04-01. */
export function createTwilioRest(o: {
  base: string
  accountSid: string
  /** An API key in place of the account's own token, where there is one. */
  user: string
  password: string
  clock: Clock
}): FormRest {
  const root = `${o.base}/2010-04-01/Accounts/${encodeURIComponent(o.accountSid)}`
  return createFormRest({ ...o, root, words: { fault: twilioFault, faultOf } })
}
