import type { FaultBook } from '../faults.ts'
import type { CallOrder } from './order.ts'

/** Picks the faults that a call meets all its life, by its number. */
export function callFaults(faults: FaultBook, number: string): CallOrder['faults'] {
  return {
    stuck: faults.next('twilio', number, ({ kind }) => kind === 'place-stuck') !== undefined,
    callbacks: faults.next('twilio', number, ({ kind }) => kind.startsWith('callbacks-')),
    stream: faults.next('twilio', number, ({ kind }) => kind.startsWith('stream-')),
  }
}
