import { z } from 'zod'
import { type CarrierAccount, CarrierFault, type PlaceOrder } from '../carrier.ts'
import { isRecord, type Rest } from '../rest.ts'
import type { OptimaVersion } from './config.ts'
import { faultOf, optimaFault } from './faults.ts'
import { countryOf, type NumberFormat, writtenNumber } from './numbers.ts'
import { readRecord, SessionId } from './record.ts'
import type { Switchboard } from './switchboard.ts'
import type { OptimaAudio } from './wire.ts'

/** Optima's papers name no longest ringing; nobody waits longer. */
const MAX_RING_S = 600

const Placed = z.object({
  sessionId: SessionId,
  /** From 1.0.5 on: the host that this call's sound goes over. */
  endpointUrl: z.string().max(512).optional().catch(undefined),
})
const Envelope = z.object({ status: z.int(), data: z.unknown().optional() })

/** Acts on calls of one token. Keys go with the sound, over the switchboard. */
export function createOptimaAccount(o: {
  rest: Rest
  version: OptimaVersion
  numberFormat: NumberFormat
  /** Whose numbers are local where our own number does not say it. */
  country: string
  audio: OptimaAudio
  board: Switchboard
}): CarrierAccount {
  const { board, rest, version } = o

  return {
    async place(permit, order, signal) {
      if (order.bridgeTo !== undefined) throw refused('Optima joins no two phones: choose another carrier, or let the agent answer.')
      const body = placement(order)
      permit.redeem({ callId: order.callId, number: order.to })
      const placed = Placed.safeParse(opened(await rest({ method: 'POST', path: '/pbx/call', body, signal })))
      if (!placed.success) throw optimaFault('malformed', { placed: 'unknown', cause: placed.error })
      const { endpointUrl, sessionId } = placed.data
      board.note(sessionId, { endpointUrl, ringMs: version === '1.0.3' ? order.answerWithinMs : undefined })
      return { carrierCallId: sessionId, status: 'initiated' }
    },

    async hangUp(carrierCallId) {
      try {
        opened(await rest({ method: 'POST', path: '/pbx/hangup', body: { sessionId: carrierCallId } }))
      } catch (error) {
        // It is over already.
        if (!(error instanceof CarrierFault && error.code === 'not_found')) throw error
      }
    },

    async sendDigits(carrierCallId, digits) {
      if (!/^[0-9*#wW]{1,32}$/.test(digits)) throw refused('Optima presses the keys 0-9, * and #, and nothing else.')
      await board.press(carrierCallId, digits)
    },

    transfer: () => Promise.reject(unsupported('Optima joins no other phone to a call.')),

    /** Its record, from 1.0.5 on, which is written when the call is over: that there is none says nothing. */
    async status(carrierCallId) {
      if (version === '1.0.3') throw unsupported('Optima 1.0.3 cannot be asked how a call stands.')
      const data = opened(await rest({ method: 'GET', path: `/v1/cdr/${encodeURIComponent(carrierCallId)}` }))
      const event = readRecord(data)
      if (event?.carrierCallId !== carrierCallId) throw optimaFault('malformed', { placed: 'unknown' })
      return event
    },
  }

  function placement({ answerWithinMs, from, to }: PlaceOrder): object {
    const country = countryOf(from, o.country)
    if (version === '1.0.3') return { phoneNumber: writtenNumber(to, o.numberFormat, country) }
    // From here on: digits only.
    const digits = (e164: string) => writtenNumber(e164, o.numberFormat, country).replace(/\D/g, '')
    return {
      phoneNumber: digits(to),
      timeout: Math.min(Math.max(1, Math.ceil(answerWithinMs / 1000)), MAX_RING_S),
      ...(from === '' ? {} : { callerId: digits(from) }),
      audio: { input: o.audio, output: o.audio },
    }
  }
}

/** What is in the envelope `{status, errors, data}`, which may tell of a failure that the HTTP status does not. @throws CarrierFault */
function opened(answer: Record<string, unknown>): unknown {
  const envelope = Envelope.safeParse(answer)
  if (!envelope.success) throw optimaFault('malformed', { placed: 'unknown', cause: envelope.error })
  const { data, status } = envelope.data
  if (status < 200 || status > 299) throw faultOf(status, answer, '')
  if (!isRecord(data)) throw optimaFault('malformed', { placed: 'unknown' })
  return data
}

const refused = (message: string) => new CarrierFault('refused', message)
const unsupported = (message: string) => new CarrierFault('unsupported', message)
