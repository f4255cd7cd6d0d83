import { z } from 'zod'
import type { Settings } from '../../settings.ts'
import { apiBase, type ConfigKind, credential, originOf } from '../config-kind.ts'
import { RelaySettings } from '../conversation-relay-settings.ts'
import { orJson } from '../or-json.ts'

/** A number at Twilio, as its owner gives it (`twilioConfig`). */
export const TwilioConfig = z.object({
  accountSid: z.string().regex(/^AC[0-9a-f]{32}$/i, 'must be AC and 32 hexadecimal digits'),
  authToken: credential,
  /** For calls in the page, and instead of the auth token for requests where given. */
  apiKeySid: z
    .string()
    .regex(/^SK[0-9a-f]{32}$/i, 'must be SK and 32 hexadecimal digits')
    .optional(),
  apiKeySecret: credential.optional(),
  twimlAppSid: z
    .string()
    .regex(/^AP[0-9a-f]{32}$/i, 'must be AP and 32 hexadecimal digits')
    .optional(),
  /** Without /2010-04-01. */
  apiBaseUrl: apiBase('/2010-04-01').optional(),
  /** This number's own choice of how sound reaches us. */
  media: z.enum(['media-streams', 'conversation-relay']).optional(),
  /** What is set of ConversationRelay for calls over this number; an agent's own goes before it. */
  relay: orJson(RelaySettings).optional(),
})
export type TwilioConfig = z.infer<typeof TwilioConfig>

export const TWILIO_API = 'https://api.twilio.com'

const baseOf = ({ apiBaseUrl }: TwilioConfig, { twilio }: Pick<Settings, 'twilio'>) =>
  apiBaseUrl ?? twilio.TWILIO_API_BASE_URL ?? TWILIO_API

/** Where the account lives outside the United States (`ie1`, `au1`), as its API's address says: `api.{edge}.{region}.twilio.com`. */
export function regionOf(config: TwilioConfig, settings: Pick<Settings, 'twilio'>): string | undefined {
  return /^api\.[a-z-]+\.([a-z]{2}\d)\.twilio\.com$/.exec(new URL(baseOf(config, settings)).hostname)?.[1]
}

export const twilioConfig: ConfigKind<TwilioConfig> = {
  schema: TwilioConfig,
  shown: ['apiBaseUrl', 'media', 'relay'],
  origin: (config, settings) => new URL(baseOf(config, settings)).origin,
  hosts: () => ['*.twilio.com'],
  ownOrigin: ({ twilio }) => originOf(twilio.TWILIO_API_BASE_URL),
}
