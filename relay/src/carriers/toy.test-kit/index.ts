import { type Carrier, CarrierFault } from '../carrier.ts'
import { hostFault } from '../config-kind.ts'
import { createRest } from '../rest.ts'
import { createTincanAccount, words } from './account.ts'
import { baseOf, type TincanConfig, tincanConfig } from './config.ts'
import { type StringOfTheCan, tincanDoors } from './doors.ts'

/** A carrier of two tin cans and a string: what the next one costs, for tests alone. */
export const tincanWith = (string: StringOfTheCan): Carrier<TincanConfig> => ({
  name: 'tincan',
  abilities: {
    places: true,
    receives: true,
    streams: true,
    bridges: false,
    playsRecording: false,
    sendsDigits: false,
    hearsDigits: true,
    transfers: false,
    hangsUp: true,
    records: false,
    detectsMachines: false,
    needsPolling: false,
    signs: false,
  },
  config: tincanConfig,
  guide: new URL('./GUIDE.md', import.meta.url),
  doors: (house) => tincanDoors(house, string),
  fromEnvironment: () => undefined,
  examine: async () => [
    { state: 'note', about: 'carrier tincan', text: 'pull the string tight, then import a number under /api/phone-numbers' },
  ],
  open(config, { clock, settings }) {
    if (hostFault(tincanConfig, config, settings)) throw new CarrierFault('refused', 'The key of this can may not leave.')
    return createTincanAccount(createRest({ root: baseOf(config, settings), authorization: `Can ${config.key}`, clock, words }))
  },
})
