import type { Settings } from '../../settings.ts'
import type { Carrier } from '../carrier.ts'
import { createTwilioAccount } from './account.ts'
import { TwilioConfig, twilioConfig } from './config.ts'
import { twilioDoors } from './doors/index.ts'
import { examineTwilio } from './examine.ts'
import { openTwilioRest } from './rest.ts'

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

  examine: (examination) => examineTwilio(examination, fromEnvironment(examination.settings)?.config),

  fromEnvironment,

  open: (config, { settings, clock }) => createTwilioAccount(openTwilioRest(config, { settings, clock })),
}

/** The house's own number; undefined where a variable of it is missing. */
function fromEnvironment({ twilio: given }: Settings): { config: TwilioConfig; phoneNumber: string } | undefined {
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
}
