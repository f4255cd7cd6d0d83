import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../../calls/ports.ts'

/** The parameter of a page's connect; Twilio hands it on as a field of its form. */
export const TICKET = 'ticket'
/** From the click to the connect, with the browser's question for the microphone in between. */
export const CONNECT_MS = 60_000

/** - invited: nobody has come yet. claimed: by this call of Twilio's, which may ask again. */
type State = { is: 'invited'; untilMs: number } | { is: 'claimed'; carrierCallId: string }

/** A right to connect once, for a minute: tells the carrier's question for this page from every other. */
export interface Ticket {
  readonly text: string
  /** False when it is wrong, used by another call, or too old. */
  claim(given: string, carrierCallId: string): boolean
}

export function createTicket(clock: Clock): Ticket {
  const text = randomBytes(32).toString('base64url')
  const kept = hash(text)
  let state: State = { is: 'invited', untilMs: clock.monotonicMs() + CONNECT_MS }
  return {
    text,
    claim(given, carrierCallId) {
      if (!timingSafeEqual(kept, hash(given))) return false
      if (state.is === 'claimed') return state.carrierCallId === carrierCallId
      if (clock.monotonicMs() > state.untilMs) return false
      state = { is: 'claimed', carrierCallId }
      return true
    },
  }
}

const hash = (text: string) => createHash('sha256').update(text).digest()
