import type { Clock, Permit } from '../../../calls/ports.ts'
import { CarrierFault } from '../../carrier.ts'
import type { ConferenceRest } from './rest.ts'

/** An operator's phone, rung into a conference once: as soon as the caller is there and it is known what Twilio calls the conference. */
export interface OperatorPhone {
  /** This one is wanted. */
  want(permit: Permit | undefined): void
  /** The caller is there. */
  open(): void
  /** What Twilio calls the conference. */
  named(conferenceId: string): void
  /** Twilio's name for the phone's call, once it rings. */
  readonly carrierCallId: string | undefined
  /** Twilio's name for the conference, or what stands for it. */
  readonly conferenceId: string | undefined
  /** Rings no more. */
  close(): void
}

const RING_MS = 30_000
/** Who comes in is told within a second. */
const UNTOLD_MS = 3000

export function createOperatorPhone(o: {
  /** Whose conference it is. */
  callId: string
  /** The conference's own name. */
  name: string
  from: string
  status: string
  rest: ConferenceRest
  clock: Clock
  note: (type: string, payload?: Record<string, unknown>) => void
  /** It does not ring, and will not. */
  onRefused: (error: unknown) => void
  /** It rings, and nobody wants it any more. */
  onUnwanted: (carrierCallId: string) => void
  onFault: (error: unknown) => void
}): OperatorPhone {
  const { rest } = o
  let wanted: Permit | undefined
  let isOpen = false
  let conferenceId: string | undefined
  let carrierCallId: string | undefined
  let cancelUntold: (() => void) | undefined

  function ring() {
    const permit = wanted
    if (!permit || conferenceId === undefined || !isOpen) return
    wanted = undefined
    const { callId, from, status } = o
    rest.ring(permit, conferenceId, { callId, to: permit.number, from, label: 'operator', status, answerWithinMs: RING_MS }).then(
      (id) => {
        carrierCallId = id
        o.note('conference.phone-rings')
        if (!isOpen) o.onUnwanted(id)
      },
      (error: unknown) => {
        const fault = error instanceof CarrierFault ? error : undefined
        o.onFault(error)
        o.note('conference.phone-refused', { fault: fault?.code ?? 'error' })
        // A phone may ring all the same: then its coming in is waited for.
        if (fault?.placed !== 'unknown') o.onRefused(error)
      },
    )
  }

  /** Nobody told Twilio's name for the conference: it is asked for, or the conference's own has to do. */
  async function ringUntold() {
    if (!wanted || conferenceId !== undefined) return
    const found = await rest.named(o.name).catch(() => undefined)
    conferenceId ??= found ?? o.name
    ring()
  }

  /** Whenever a phone is wanted there, not only at first. */
  function next() {
    ring()
    if (!wanted || !isOpen || cancelUntold) return
    cancelUntold = o.clock.after(UNTOLD_MS, () => {
      cancelUntold = undefined
      ringUntold().catch(o.onFault)
    })
  }

  return {
    want(permit) {
      wanted = permit
      next()
    },
    open() {
      if (isOpen) return
      isOpen = true
      next()
    },
    named(told) {
      conferenceId = told
      ring()
    },
    get carrierCallId() {
      return carrierCallId
    },
    get conferenceId() {
      return conferenceId
    },
    close() {
      isOpen = false
      wanted = undefined
      cancelUntold?.()
      cancelUntold = undefined
    },
  }
}
