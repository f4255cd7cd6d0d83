import { z } from 'zod'
import type { Settings } from '../../settings.ts'
import { CarrierFault } from '../carrier.ts'
import { apiBase, type ConfigKind, hostFault, hostMatches, originOf } from '../config-kind.ts'

/** How Optima is spoken with: sound over Socket.IO, or from 1.0.5 on over a WebSocket of each call. */
export const OPTIMA_VERSIONS = ['1.0.3', '1.0.5', '1.0.5-ws'] as const
export type OptimaVersion = (typeof OPTIMA_VERSIONS)[number]

/** A number at Optima, as its owner gives it (`optimaConfig`). */
export const OptimaConfig = z.object({
  token: z
    .string()
    .min(1)
    .max(4096)
    .regex(/^[\x21-\x7e]+$/, 'must not hold spaces or characters outside ASCII'),
  version: z.enum(OPTIMA_VERSIONS).optional(),
  apiBaseUrl: apiBase().optional(),
  /** How numbers are written in requests. */
  numberFormat: z.enum(['local', 'digits', 'e164']).optional(),
})
export type OptimaConfig = z.infer<typeof OptimaConfig>

const VENDOR = '*.optimaccs.com'
/** The vendor's own addresses: another one from 1.0.5 on. */
const addressOf = (version: OptimaVersion) => (version === '1.0.3' ? 'https://api-call.optimaccs.com' : 'https://voice.optimaccs.com')

export const optimaConfig: ConfigKind<OptimaConfig> = {
  schema: OptimaConfig,
  shown: ['version', 'apiBaseUrl', 'numberFormat'],
  origin: (config, settings) => accessOf(config, settings).origin,
  hosts: () => [VENDOR],
  ownOrigin: ({ optima }) => originOf(optima.OPTIMA_API_BASE_URL),
}

/** Where a number's calls are asked for, and with what. */
export interface Access {
  readonly token: string
  readonly version: OptimaVersion
  /** REST stands below it. */
  readonly base: string
  /** Socket.IO stands at it. */
  readonly origin: string
}

export function accessOf(config: OptimaConfig, { optima }: Settings): Access {
  const ofHouse = optima.OPTIMA_VERSION as OptimaVersion
  const version = config.version ?? ofHouse
  const base = config.apiBaseUrl ?? ownBase(version, { ofHouse, own: optima.OPTIMA_API_BASE_URL }) ?? addressOf(version)
  return { token: config.token, version, base, origin: new URL(base).origin }
}

/** The environment's address. One of the vendor's is for the house's own version: others live at another. */
function ownBase(version: OptimaVersion, { own, ofHouse }: { own: string | undefined; ofHouse: OptimaVersion }): string | undefined {
  const isOther = addressOf(version) !== addressOf(ofHouse)
  return own !== undefined && isOther && hostMatches(new URL(own).hostname, VENDOR) ? undefined : own
}

/** The same, where the token may go there. @throws CarrierFault when the config names another host */
export function allowedAccess(config: OptimaConfig, settings: Settings): Access {
  const fault = hostFault(optimaConfig, config, settings)
  if (fault) throw new CarrierFault('refused', `The token of this number may not leave: its address ${fault}.`)
  return accessOf(config, settings)
}
