import { z } from 'zod'
import { apiBase, type ConfigKind, credential, originOf } from '../config-kind.ts'

const name = z
  .string()
  .trim()
  .min(1)
  .max(256)
  .regex(/^\P{C}*$/u, 'must not hold control characters')

/** A number at JioCX, as its owner gives it (`jiocxConfig`). */
export const JiocxConfig = z.object({
  organizationName: name,
  username: name,
  password: z
    .string()
    .min(1)
    .max(512)
    .regex(/^\P{C}*$/u, 'must not hold control characters'),
  apiKey: credential.optional(),
  senderId: credential.optional(),
  dltEntityId: credential.optional(),
  apiBaseUrl: apiBase().optional(),
})
export type JiocxConfig = z.infer<typeof JiocxConfig>

export const jiocxConfig: ConfigKind<JiocxConfig> = {
  schema: JiocxConfig,
  shown: ['apiBaseUrl'],
  origin: (config, { jiocx }) => new URL(config.apiBaseUrl ?? jiocx.JIOCX_API_BASE_URL).origin,
  hosts: () => ['*.jiocx.com'],
  ownOrigin: ({ jiocx }) => originOf(jiocx.JIOCX_API_BASE_URL),
}
