import { z } from 'zod'
import type { Settings } from '../../settings.ts'
import { apiBase, type ConfigKind, credential, originOf } from '../config-kind.ts'

/** A number on a string between two tin cans. */
export const TincanConfig = z.object({ key: credential, apiBaseUrl: apiBase().optional() })
export type TincanConfig = z.infer<typeof TincanConfig>

/** What a carrier that ships would have in the table of settings: where the house's own can is. */
export interface TincanSettings extends Settings {
  readonly tincan?: { readonly TINCAN_API_BASE_URL: string }
}
const houses = (settings: TincanSettings) => settings.tincan?.TINCAN_API_BASE_URL
export const baseOf = (config: TincanConfig, settings: Settings) => config.apiBaseUrl ?? houses(settings) ?? 'https://tincan.example'

export const tincanConfig: ConfigKind<TincanConfig> = {
  schema: TincanConfig,
  shown: ['apiBaseUrl'],
  origin: (config, settings) => new URL(baseOf(config, settings)).origin,
  hosts: () => ['*.tincan.example', 'localhost'],
  ownOrigin: (settings) => originOf(houses(settings)),
}
