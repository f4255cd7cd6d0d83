import { type Carrier, type CarrierAccount, CarrierFault } from './carrier.ts'
import type { ConfigKind } from './config-kind.ts'
import { UNABLE } from './unable.ts'

/** A carrier whose numbers can be kept before its calls work. */
export function keptOnly<Config>(name: string, config: ConfigKind<Config>): Carrier {
  const never = (): Promise<never> => Promise.reject(new CarrierFault('unsupported', `This relay does not call over ${name} yet.`))
  const account: CarrierAccount = { place: never, hangUp: never, sendDigits: never, transfer: never, status: never }
  return { name, abilities: UNABLE, config: config as ConfigKind, fromEnvironment: () => undefined, open: () => account }
}
