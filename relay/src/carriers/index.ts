import type { Carrier, CarrierName } from './carrier.ts'
import { exotel } from './exotel/index.ts'
import { twilio } from './twilio/index.ts'

/** The carriers whose calls work, one line each. */
export const CARRIER_TABLE: Readonly<Partial<Record<CarrierName, Carrier>>> = {
  twilio: twilio as Carrier,
  exotel: exotel as Carrier,
}
