import type { Carrier } from './carrier.ts'
import { exotel } from './exotel/index.ts'
import { jiocx } from './jiocx/index.ts'
import { optima } from './optima/index.ts'
import { twilio } from './twilio/index.ts'

/** Every carrier of this house, one line each; what else may say a carrier’s name stands in names.test.ts. */
export const CARRIER_TABLE: readonly Carrier[] = [twilio as Carrier, exotel as Carrier, jiocx as Carrier, optima as Carrier]
