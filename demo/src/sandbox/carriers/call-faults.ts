import type { Fault, FaultBook, Service } from '../faults.ts'

/** The faults that a call meets all its life. */
export interface CallFaults {
  callbacks?: Fault | undefined
  stream?: Fault | undefined
  /** Of what is asked for when a session of words has ended. */
  action?: Fault | undefined
  stuck?: boolean
}

/** Picks them by the call's number. */
export function callFaults(faults: FaultBook, service: Service, number: string): CallFaults {
  return {
    stuck: faults.next(service, number, ({ kind }) => kind === 'place-stuck') !== undefined,
    callbacks: faults.next(service, number, ({ kind }) => kind.startsWith('callbacks-')),
    stream: faults.next(service, number, ({ kind }) => kind.startsWith('stream-')),
    action: faults.next(service, number, ({ kind }) => kind.startsWith('action-')),
  }
}
