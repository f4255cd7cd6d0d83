import type { Clock } from '../../calls/ports.ts'
import type { Settings } from '../../settings.ts'
import { CarrierFault } from '../carrier.ts'
import { hostFault } from '../config-kind.ts'
import { createFormRest, type FormRest } from '../form-rest.ts'
import { type ExotelConfig, exotelConfig } from './config.ts'
import { exotelFault, faultOf } from './faults.ts'

/** Exotel's REST API below one account. @throws CarrierFault refused, when the credentials may not go to the config's host */
export function createExotelRest(config: ExotelConfig, { settings, clock }: { settings: Settings; clock: Clock }): FormRest {
  const fault = hostFault(exotelConfig, config, settings)
  if (fault) throw new CarrierFault('refused', `The credentials of this number may not leave: its domain ${fault}.`)
  const { EXOTEL_API_BASE_URL: own } = settings.exotel
  const origin = exotelConfig.origin(config, settings)
  const base = own !== undefined && exotelConfig.ownOrigin(settings) === origin ? own.replace(/\/$/, '') : origin
  return createFormRest({
    root: `${base}/v1/Accounts/${encodeURIComponent(config.sid)}`,
    user: config.apiKey,
    password: config.apiToken,
    clock,
    words: { fault: exotelFault, faultOf },
  })
}
