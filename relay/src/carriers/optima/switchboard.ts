import type { Settings } from '../../settings.ts'
import { CarrierFault } from '../carrier.ts'

/** What a placement has learnt of its call. */
export interface Placed {
  /** The media host that Optima named for it. */
  readonly endpointUrl: string | undefined
  /** How long it may ring, where Optima was not told. */
  readonly ringMs: number | undefined
}

/** Where the accounts of a house meet its sockets: what is known of a call that was placed, and keys, which go the way of its sound. */
export interface Switchboard {
  note(sessionId: string, placed: Placed): void
  /** Told once. */
  take(sessionId: string): Placed | undefined
  /** @throws CarrierFault when the call's sound is not here */
  press(sessionId: string, digits: string): Promise<void>
  /** How keys are pressed from now on. */
  pressBy(press: Switchboard['press']): void
}

/** Placements whose call did not come to be are forgotten. */
const KEPT = 256

function createSwitchboard(): Switchboard {
  const placements = new Map<string, Placed>()
  let press: Switchboard['press'] = () => Promise.reject(new CarrierFault('not_found', 'The sound of this call is not here.'))
  return {
    note(sessionId, placed) {
      placements.set(sessionId, placed)
      const [oldest] = placements.keys()
      if (placements.size > KEPT && oldest !== undefined) placements.delete(oldest)
    },
    take(sessionId) {
      const placed = placements.get(sessionId)
      placements.delete(sessionId)
      return placed
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
