import type { CarrierName } from './carrier.ts'
import type { ConfigKind } from './config-kind.ts'
import { exotelConfig } from './exotel/config.ts'
import { jiocxConfig } from './jiocx/config.ts'
import { optimaConfig } from './optima/config.ts'
import { twilioConfig } from './twilio/config.ts'

/** What each carrier's numbers are set up with. Numbers can be kept for every one of them, whether or not its calls work yet. */
export const CONFIGS: Readonly<Record<CarrierName, ConfigKind>> = {
  twilio: twilioConfig,
  exotel: exotelConfig,
  jiocx: jiocxConfig,
  optima: optimaConfig,
}
