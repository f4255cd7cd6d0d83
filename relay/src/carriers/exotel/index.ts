import { type Settings, SettingsError } from '../../settings.ts'
import type { Carrier } from '../carrier.ts'
import { hostFault } from '../config-kind.ts'
import { createExotelAccount } from './account.ts'
import { ExotelConfig, exotelConfig } from './config.ts'
import { exotelDoors } from './doors/index.ts'
import { examineExotel } from './examine.ts'
import { e164Of } from './numbers.ts'
import { fetchRecording } from './recording.ts'
import { createExotelRest } from './rest.ts'

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

  guide: new URL('./GUIDE.md', import.meta.url),

  doors: exotelDoors,

  fromEnvironment,

  async examine(examination) {
    const fault = domainFault(examination.settings)
    if (fault) return [{ state: 'broken', about: 'carrier exotel', text: fault.message }]
    return examineExotel(examination, fromEnvironment(examination.settings))
  },

  open(config, o) {
    const { EXOTEL_CALLBACK_TYPE, EXOTEL_CALLER_ID_FORMAT, EXOTEL_MODE } = o.settings.exotel
    const rest = createExotelRest(config, o)
    return createExotelAccount({
      rest,
      mode: config.mode ?? EXOTEL_MODE ?? (config.appId === undefined ? 'stream' : 'flow'),
      sid: config.sid,
      appId: config.appId,
      callerIdFormat: config.callerIdFormat ?? EXOTEL_CALLER_ID_FORMAT,
      callbackType: EXOTEL_CALLBACK_TYPE,
      recording: (address, signal) => fetchRecording(config, o, address, signal),
    })
  },
}

/** Where the credentials may not go is no host to begin with: each call would be refused for it. */
function domainFault(settings: Settings): SettingsError | undefined {
  const { EXOTEL_DOMAIN: domain, EXOTEL_REGION: region } = settings.exotel
  const fault = domain === undefined ? undefined : hostFault(exotelConfig, { domain, region }, settings)
  return fault === undefined ? undefined : new SettingsError('EXOTEL_DOMAIN', `${fault}: other hosts are allowed by EXOTEL_ALLOWED_HOSTS`)
}

/** The house's own number; undefined where a variable of it is missing. @throws SettingsError */
function fromEnvironment(settings: Settings): { config: ExotelConfig; phoneNumber: string } | undefined {
  const fault = domainFault(settings)
  if (fault) throw fault
  const given = settings.exotel
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
}
