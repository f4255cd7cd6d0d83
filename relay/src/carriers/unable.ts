import type { Abilities } from './carrier.ts'

/** What a carrier can do over which no calls go: its numbers can be kept. */
export const UNABLE: Abilities = {
  places: false,
  receives: false,
  streams: false,
  bridges: false,
  playsRecording: false,
  sendsDigits: false,
  hearsDigits: false,
  transfers: false,
  hangsUp: false,
  records: false,
  detectsMachines: false,
  needsPolling: false,
  signs: false,
}
