import { simulatedExotel } from './sandbox-exotel.ts'
import { simulatedJiocx } from './sandbox-jiocx.ts'
import { simulatedOptima } from './sandbox-optima.ts'
import type { SimulatedCarrier } from './sandbox-setup.ts'
import { simulatedTwilio } from './sandbox-twilio.ts'

/** The carriers that the demo's relay rings over, one line each; the first is the shop's unless its agent names another. */
export const SIMULATED_CARRIERS: readonly SimulatedCarrier[] = [simulatedTwilio, simulatedExotel, simulatedJiocx, simulatedOptima]

/** Every number of the sandbox's network: phones on the page, and those that only tests answer. They always ring. */
export const SANDBOX_NUMBERS: readonly string[] = Array.from({ length: 9 }, (_, n) => [
  `+1202555010${n + 1}`,
  `+91900000000${n + 1}`,
]).flat()
