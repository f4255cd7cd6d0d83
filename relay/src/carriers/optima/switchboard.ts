import type { Settings } from '../../settings.ts'
import { CarrierFault } from '../carrier.ts'

/** Where the accounts of a house meet its sockets: what a placement has learnt of a call, and keys, which go the way of its sound. */
export interface Switchboard {
  /** The media host that Optima named for a call. */
  noteEndpoint(sessionId: string, url: string): void
  /** Told once. */
  takeEndpoint(sessionId: string): string | undefined
  /** @throws CarrierFault when the call's sound is not here */
  press(sessionId: string, digits: string): Promise<void>
  /** How keys are pressed from now on. */
  pressBy(press: Switchboard['press']): void
}

/** Placements whose call did not come to be are forgotten. */
const KEPT = 256

export function createSwitchboard(): Switchboard {
  const endpoints = new Map<string, string>()
  let press: Switchboard['press'] = () => Promise.reject(new CarrierFault('not_found', 'The sound of this call is not here.'))
  return {
    noteEndpoint(sessionId, url) {
      endpoints.set(sessionId, url)
      const [oldest] = endpoints.keys()
      if (endpoints.size > KEPT && oldest !== undefined) endpoints.delete(oldest)
    },
    takeEndpoint(sessionId) {
      const url = endpoints.get(sessionId)
      endpoints.delete(sessionId)
      return url
    },
    press: (sessionId, digits) => press(sessionId, digits),
    pressBy(next) {
      press = next
    },
  }
}

const boards = new WeakMap<Settings, Switchboard>()

/** The one of the house that these settings are of. */
export function switchboardOf(settings: Settings): Switchboard {
  const known = boards.get(settings) ?? createSwitchboard()
  boards.set(settings, known)
  return known
}
