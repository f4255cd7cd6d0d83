import { type Carrier, CarrierFault } from '../carrier.ts'
import { hostFault } from '../config-kind.ts'
import { createFormRest } from '../form-rest.ts'
import { createExotelAccount } from './account.ts'
import { ExotelConfig, exotelConfig } from './config.ts'
import { exotelDoors } from './doors/index.ts'
import { exotelFault, faultOf } from './faults.ts'
import { e164Of } from './numbers.ts'

export const exotel: Carrier<ExotelConfig> = {
  name: 'exotel',
  abilities: {
    places: true,
    receives: true,
    streams: true,
    bridges: true,
    bridgesAtOnce: true,
    playsRecording: false,
    sendsDigits: false,
    hearsDigits: true,
    transfers: false,
    // Only by closing its stream.
    hangsUp: false,
    records: true,
    detectsMachines: false,
    needsPolling: false,
    signs: false,
  },
  config: exotelConfig,

  doors: exotelDoors,

  fromEnvironment({ exotel: given }) {
    const { EXOTEL_API_KEY, EXOTEL_API_TOKEN, EXOTEL_CALLER_ID, EXOTEL_SID } = given
    if (!EXOTEL_API_KEY || !EXOTEL_API_TOKEN || !EXOTEL_SID || !EXOTEL_CALLER_ID) return undefined
    const config = ExotelConfig.parse({
      apiKey: EXOTEL_API_KEY,
      apiToken: EXOTEL_API_TOKEN,
      sid: EXOTEL_SID,
      appId: given.EXOTEL_APP_ID,
      domain: given.EXOTEL_DOMAIN,
      region: given.EXOTEL_REGION,
      mode: given.EXOTEL_MODE,
      callerIdFormat: given.EXOTEL_CALLER_ID_FORMAT,
    })
    return { config, phoneNumber: e164Of(EXOTEL_CALLER_ID, '+91') }
  },

  open(config, { settings, clock }) {
    const fault = hostFault(exotelConfig, config, settings)
    if (fault) throw new CarrierFault('refused', `The credentials of this number may not leave: its domain ${fault}.`)
    const { EXOTEL_API_BASE_URL: own, EXOTEL_CALLBACK_TYPE, EXOTEL_CALLER_ID_FORMAT, EXOTEL_MODE } = settings.exotel
    const origin = exotelConfig.origin(config, settings)
    const base = own !== undefined && exotelConfig.ownOrigin(settings) === origin ? own.replace(/\/$/, '') : origin
    const rest = createFormRest({
      root: `${base}/v1/Accounts/${encodeURIComponent(config.sid)}`,
      user: config.apiKey,
      password: config.apiToken,
      clock,
      words: { fault: exotelFault, faultOf },
    })
    return createExotelAccount({
      rest,
      mode: config.mode ?? EXOTEL_MODE ?? (config.appId === undefined ? 'stream' : 'flow'),
      sid: config.sid,
      appId: config.appId,
      callerIdFormat: config.callerIdFormat ?? EXOTEL_CALLER_ID_FORMAT,
      callbackType: EXOTEL_CALLBACK_TYPE,
    })
  },
}
