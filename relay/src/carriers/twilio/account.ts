import { z } from 'zod'
import { type CarrierAccount, CarrierFault, type LineEvent, type PlaceOrder, type RecordingOrder } from '../carrier.ts'
import type { Form, FormRest } from '../form-rest.ts'
import { sessionOf } from './conversation-relay/sessions.ts'
import { twilioFault } from './faults.ts'
import { statusOf, TWILIO_STATUSES } from './statuses.ts'
import { dialTwiml, digitsTwiml, playTwiml, seconds } from './twiml.ts'

/** What we read of a call as REST tells it. */
const Call = z.object({
  sid: z.string().regex(/^CA[0-9a-zA-Z]{1,62}$/),
  status: z.enum(TWILIO_STATUSES),
  duration: z.union([z.string().regex(/^\d{1,7}$/), z.number().nonnegative().max(1e7)]).nullish(),
  price: z.union([z.string().regex(/^-?\d{1,9}(\.\d{1,9})?$/), z.number()]).nullish(),
  price_unit: z
    .string()
    .regex(/^[a-z]{3}$/i)
    .nullish(),
})

/** Twilio rings at most so long. */
const MAX_RING_S = 600
const MAX_CALL_S = 86_400
const DIGITS = /^[0-9A-D*#wW]{1,32}$/
const RELAYED_DIGITS = /^[0-9*#wW]+$/
const EVENTS = ['initiated', 'ringing', 'answered', 'completed']

/** Acts on calls of one Twilio account. */
export function createTwilioAccount(rest: FormRest): CarrierAccount {
  async function update(carrierCallId: string, form: Form): Promise<void> {
    read(await rest.post(pathOf(carrierCallId), form), carrierCallId)
  }

  async function ring(form: Form, signal: AbortSignal | undefined) {
    const { sid, status } = read(await rest.post('/Calls.json', form, signal))
    return { carrierCallId: sid, status: statusOf(status).status }
  }

  return {
    async place(permit, order, signal) {
      permit.redeem({ callId: order.callId, number: order.to })
      return ring(placement(order), signal)
    },

    async playRecording(permit, order, signal) {
      permit.redeem({ callId: order.callId, number: order.to })
      return ring(playing(order), signal)
    },

    async hangUp(carrierCallId) {
      try {
        await update(carrierCallId, { Status: 'completed' })
      } catch (error) {
        if (!isOver(error)) throw error
      }
    },

    async sendDigits(carrierCallId, digits, back) {
      if (!DIGITS.test(digits)) throw new CarrierFault('refused', 'Keys are 0-9, A-D, * and #, with w for a pause; at most 32 at once.')
      // Where words go over a session the keys follow them; a new TwiML would end it.
      if (RELAYED_DIGITS.test(digits) && sessionOf(carrierCallId)?.sendDigits(digits)) return
      await update(carrierCallId, { Twiml: digitsTwiml(digits, back.answer) })
    },

    async transfer(permit, carrierCallId, o) {
      permit.redeem({ callId: o.callId, number: o.to })
      const { to: number, callerId, statusUrl: action, answerWithinMs } = o
      const next = dialTwiml({ number, callerId, action, answerWithinMs })
      if (sessionOf(carrierCallId)?.handOff(() => next)) return
      await update(carrierCallId, { Twiml: next })
    },

    async status(carrierCallId) {
      try {
        return eventOf(read(await rest.get(pathOf(carrierCallId)), carrierCallId))
      } catch (error) {
        if (error instanceof CarrierFault && error.code === 'not_found') return undefined
        throw error
      }
    },
  }
}

/** An answer as a call, of this name where it has one already. @throws CarrierFault malformed */
function read(answer: unknown, sid?: string): z.infer<typeof Call> {
  const call = Call.safeParse(answer)
  if (!call.success || call.data.sid !== (sid ?? call.data.sid)) throw twilioFault('malformed', { placed: 'unknown', cause: call.error })
  return call.data
}

function placement(order: PlaceOrder): Form {
  return {
    To: order.to,
    From: order.from,
    Url: order.urls.answer,
    Method: 'POST',
    StatusCallback: order.urls.status,
    StatusCallbackMethod: 'POST',
    StatusCallbackEvent: EVENTS,
    Timeout: String(Math.min(seconds(order.answerWithinMs), MAX_RING_S)),
    TimeLimit: String(Math.min(seconds(order.maxDurationMs), MAX_CALL_S)),
    ...(order.record
      ? {
          Record: 'true',
          RecordingChannels: 'dual',
          RecordingStatusCallback: order.urls.recording,
          RecordingStatusCallbackMethod: 'POST',
          RecordingStatusCallbackEvent: ['completed', 'absent'],
        }
      : {}),
    ...(order.detectMachine === 'no'
      ? {}
      : {
          MachineDetection: order.detectMachine === 'message-end' ? 'DetectMessageEnd' : 'Enable',
          AsyncAmd: 'true',
          AsyncAmdStatusCallback: order.urls.machine,
          AsyncAmdStatusCallbackMethod: 'POST',
        }),
  }
}

const playing = ({ audioUrl, from, statusUrl, to }: RecordingOrder): Form => ({
  To: to,
  From: from,
  Twiml: playTwiml(audioUrl),
  StatusCallback: statusUrl,
  StatusCallbackMethod: 'POST',
  StatusCallbackEvent: EVENTS,
})

const pathOf = (carrierCallId: string) => `/Calls/${encodeURIComponent(carrierCallId)}.json`
const isOver = (error: unknown) => error instanceof CarrierFault && (error.code === 'over_already' || error.code === 'not_found')

function eventOf(call: z.infer<typeof Call>): LineEvent {
  const priced = call.price != null && call.price_unit != null
  return {
    carrierCallId: call.sid,
    ...statusOf(call.status),
    ...(call.duration == null ? {} : { durationMs: Number(call.duration) * 1000 }),
    // What it costs is told as a negative number.
    ...(priced ? { price: { amount: Math.abs(Number(call.price)), currency: String(call.price_unit).toUpperCase() } } : {}),
    said: { status: call.status },
  }
}
