import { z } from 'zod'
import { apiBase, type ConfigKind, originOf } from '../config-kind.ts'

/** A number at Optima, as its owner gives it (`optimaConfig`). */
export const OptimaConfig = z.object({
  token: z
    .string()
    .min(1)
    .max(4096)
    .regex(/^[\x21-\x7e]+$/, 'must not hold spaces or characters outside ASCII'),
  version: z.enum(['1.0.3', '1.0.5', '1.0.5-ws']).optional(),
  apiBaseUrl: apiBase().optional(),
})
export type OptimaConfig = z.infer<typeof OptimaConfig>

/** The vendor's own addresses: another one from 1.0.5 on. */
const addressOf = (version: string) => (version === '1.0.3' ? 'https://api-call.optimaccs.com' : 'https://voice.optimaccs.com')

export const optimaConfig: ConfigKind<OptimaConfig> = {
  schema: OptimaConfig,
  shown: ['version', 'apiBaseUrl'],
  origin: (config, { optima }) =>
    new URL(config.apiBaseUrl ?? optima.OPTIMA_API_BASE_URL ?? addressOf(config.version ?? optima.OPTIMA_VERSION)).origin,
  hosts: () => ['*.optimaccs.com'],
  ownOrigin: ({ optima }) => originOf(optima.OPTIMA_API_BASE_URL),
}
