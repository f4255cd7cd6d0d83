import { z } from 'zod'
import { apiBase, type ConfigKind, credential } from '../config-kind.ts'

/** A number on a string between two tin cans. */
export const TincanConfig = z.object({ key: credential, apiBaseUrl: apiBase() })
export type TincanConfig = z.infer<typeof TincanConfig>

export const tincanConfig: ConfigKind<TincanConfig> = {
  schema: TincanConfig,
  shown: ['apiBaseUrl'],
  origin: ({ apiBaseUrl }) => new URL(apiBaseUrl).origin,
  hosts: () => ['127.0.0.1'],
  ownOrigin: () => undefined,
}
