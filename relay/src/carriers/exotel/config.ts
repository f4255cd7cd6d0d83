import { z } from 'zod'
import { type ConfigKind, credential, originOf } from '../config-kind.ts'

const NO_HOST = 'must be a host such as api.in.exotel.com'

/** A number at Exotel, as the guide's `exotelConfig` gives it. */
export const ExotelConfig = z.object({
  apiKey: credential,
  apiToken: credential,
  /** The account's name at Exotel. */
  sid: credential,
  /** The flow to run. */
  appId: credential.optional(),
  /** API host; the region's own when unset. */
  domain: z
    .string()
    .max(253)
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?$/i, NO_HOST)
    .refine((host) => URL.canParse(`https://${host}`), NO_HOST)
    .optional(),
  region: z.enum(['in', 'us', 'sg', 'ae']).default('in'),
  mode: z.enum(['stream', 'flow', 'numbers']).optional(),
  /** How the ExoPhone is written in requests; national (08022222222) for Indian ones when unset. */
  callerIdFormat: z.enum(['national', 'e164']).optional(),
})
export type ExotelConfig = z.infer<typeof ExotelConfig>

/** No public page names a host for `us` and `ae`: they are asked at the one outside India. */
const HOSTS = { in: 'api.in.exotel.com', sg: 'api.exotel.com', us: 'api.exotel.com', ae: 'api.exotel.com' } as const

export const exotelConfig: ConfigKind<ExotelConfig> = {
  schema: ExotelConfig,
  shown: ['domain', 'region', 'mode', 'callerIdFormat'],
  origin({ domain, region }, { exotel: { EXOTEL_API_BASE_URL: own } }) {
    // The environment's own host may speak plain http on loopback; any other is https.
    if (own !== undefined && (domain === undefined || new URL(own).host === domain)) return new URL(own).origin
    return `https://${domain ?? HOSTS[region]}`
  },
  hosts: ({ exotel }) => ['*.exotel.com', ...(exotel.EXOTEL_ALLOWED_HOSTS ?? [])],
  ownOrigin: ({ exotel }) => originOf(exotel.EXOTEL_API_BASE_URL),
}
