import type { Clock } from '../../calls/ports.ts'
import type { Settings } from '../../settings.ts'
import { CarrierFault } from '../carrier.ts'
import { hostFault } from '../config-kind.ts'
import { createFormRest, type FormRest } from '../form-rest.ts'
import { TWILIO_API, type TwilioConfig, twilioConfig } from './config.ts'
import { faultOf, twilioFault } from './faults.ts'

/** The REST API of one number's account, with its credentials. @throws CarrierFault when they may not go where the number says */
export function openTwilioRest(config: TwilioConfig, { clock, settings }: { settings: Settings; clock: Clock }): FormRest {
  const fault = hostFault(twilioConfig, config, settings)
  if (fault) throw new CarrierFault('refused', `The credentials of this number may not leave: its apiBaseUrl ${fault}.`)
  const base = config.apiBaseUrl ?? settings.twilio.TWILIO_API_BASE_URL ?? TWILIO_API
  if (!/^https?:/.test(base)) throw new CarrierFault('refused', 'Twilio’s API address must begin with https://.')
  const key = config.apiKeySid !== undefined && config.apiKeySecret !== undefined
  return createTwilioRest({
    base,
    accountSid: config.accountSid,
    user: key ? (config.apiKeySid ?? '') : config.accountSid,
    password: key ? (config.apiKeySecret ?? '') : config.authToken,
    clock,
  })
}

/** Twilio's REST API of one account. `base` without /2010-04-01. */
function createTwilioRest(o: {
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
