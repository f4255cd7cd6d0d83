import { type Carrier, CarrierFault } from '../carrier.ts'
import { hostFault } from '../config-kind.ts'
import { createTwilioAccount } from './account.ts'
import { TWILIO_API, TwilioConfig, twilioConfig } from './config.ts'
import { twilioDoors } from './doors/index.ts'
import { examineTwilio } from './examine.ts'
import { createTwilioRest } from './rest.ts'

export const twilio: Carrier<TwilioConfig> = {
  name: 'twilio',
  abilities: {
    places: true,
    receives: true,
    streams: true,
    bridges: true,
    playsRecording: true,
    sendsDigits: true,
    hearsDigits: true,
    transfers: true,
    hangsUp: true,
    records: true,
    detectsMachines: true,
    needsPolling: false,
    signs: true,
  },
  config: twilioConfig,

  guide: new URL('./GUIDE.md', import.meta.url),

  doors: twilioDoors,

  examine: examineTwilio,

  fromEnvironment({ twilio: given }) {
    const { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_PHONE_NUMBER } = given
    if (!TWILIO_ACCOUNT_SID || !TWILIO_AUTH_TOKEN || !TWILIO_PHONE_NUMBER) return undefined
    const config = TwilioConfig.parse({
      accountSid: TWILIO_ACCOUNT_SID,
      authToken: TWILIO_AUTH_TOKEN,
      apiKeySid: given.TWILIO_API_KEY_SID,
      apiKeySecret: given.TWILIO_API_KEY_SECRET,
      twimlAppSid: given.TWILIO_TWIML_APP_SID,
    })
    return { config, phoneNumber: TWILIO_PHONE_NUMBER }
  },

  open(config, { settings, clock }) {
    const fault = hostFault(twilioConfig, config, settings)
    if (fault) throw new CarrierFault('refused', `The credentials of this number may not leave: its apiBaseUrl ${fault}.`)
    const base = config.apiBaseUrl ?? settings.twilio.TWILIO_API_BASE_URL ?? TWILIO_API
    if (!/^https?:/.test(base)) throw new CarrierFault('refused', 'Twilio’s API address must begin with https://.')
    const key = config.apiKeySid !== undefined && config.apiKeySecret !== undefined
    const rest = createTwilioRest({
      base,
      accountSid: config.accountSid,
      user: key ? (config.apiKeySid ?? '') : config.accountSid,
      password: key ? (config.apiKeySecret ?? '') : config.authToken,
      clock,
    })
    return createTwilioAccount(rest)
  },
}
