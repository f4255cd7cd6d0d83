import type { Carrier } from './carrier.ts'
import { exotel } from './exotel/index.ts'
import { jiocx } from './jiocx/index.ts'
import { optima } from './optima/index.ts'
import { twilio } from './twilio/index.ts'

/** Every carrier of this house, one line each; nothing else names one. */
export const CARRIER_TABLE: readonly Carrier[] = [twilio as Carrier, exotel as Carrier, jiocx as Carrier, optima as Carrier]
