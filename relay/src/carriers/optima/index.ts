import type { Carrier } from '../carrier.ts'
import { createRest } from '../rest.ts'
import { createOptimaAccount } from './account.ts'
import { allowedAccess, OptimaConfig, optimaConfig } from './config.ts'
import { optimaDoors } from './doors.ts'
import { examineOptima } from './examine.ts'
import { faultOf, optimaFault } from './faults.ts'
import type { NumberFormat } from './numbers.ts'
import { switchboardOf } from './switchboard.ts'
import type { OptimaAudio } from './wire.ts'

export const optima: Carrier<OptimaConfig> = {
  name: 'optima',
  abilities: {
    places: true,
    receives: true,
    streams: true,
    bridges: false,
    playsRecording: false,
    sendsDigits: true,
    hearsDigits: true,
    transfers: false,
    hangsUp: true,
    records: false,
    detectsMachines: false,
    needsPolling: false,
    signs: false,
  },
  config: optimaConfig,

  fromEnvironment({ optima: { OPTIMA_PHONE_NUMBER, OPTIMA_TOKEN } }) {
    // Up to 1.0.3 Optima calls from a number that it does not tell.
    return OPTIMA_TOKEN === undefined ? undefined : { config: { token: OPTIMA_TOKEN }, phoneNumber: OPTIMA_PHONE_NUMBER ?? '' }
  },

  examine: (o) => examineOptima(o, optima.fromEnvironment(o.settings)?.config),
  guide: new URL('./GUIDE.md', import.meta.url),
  doors: optimaDoors(({ config }, house) => optima.open(OptimaConfig.parse(config), house)),

  open(config, { settings, clock }) {
    const { base, token, version } = allowedAccess(config, settings)
    const { OPTIMA_AUDIO, OPTIMA_COUNTRY, OPTIMA_NUMBER_FORMAT } = settings.optima
    return createOptimaAccount({
      rest: createRest({ root: base, authorization: `Bearer ${token}`, clock, words: { fault: optimaFault, faultOf } }),
      version,
      numberFormat: config.numberFormat ?? (OPTIMA_NUMBER_FORMAT as NumberFormat),
      country: OPTIMA_COUNTRY,
      audio: OPTIMA_AUDIO as OptimaAudio,
      board: switchboardOf(settings),
    })
  },
}
