import { z } from 'zod'
import type { Permit } from '../../calls/ports.ts'
import { type CarrierAccount, CarrierFault, type LineEvent, type PlaceOrder } from '../carrier.ts'
import type { Form, FormRest } from '../form-rest.ts'
import { exotelFault } from './faults.ts'
import { callerIdOf } from './numbers.ts'
import { EXOTEL_STATUSES, statusOf } from './statuses.ts'

/** How an agent of ours comes to a call that we place. */
export type ExotelMode = 'stream' | 'flow' | 'numbers'

/** Exotel's name for a call. */
export const CallSid = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)

const seconds = z.union([
  z.number().nonnegative().max(1e7),
  z
    .string()
    .regex(/^\d{1,7}$/)
    .transform(Number),
])

const legStatus = z.enum(EXOTEL_STATUSES).nullish().catch(null)

/** A call that has a name was placed, whatever word Exotel has for how it stands. */
const Placed = z.object({ Sid: CallSid, Status: z.enum(EXOTEL_STATUSES).optional().catch(undefined) })

/** What we read of a call as REST tells it. */
const Call = z.object({
  Sid: CallSid,
  Status: z.enum(EXOTEL_STATUSES),
  Duration: seconds.nullish().catch(null),
  Details: z
    .object({ ConversationDuration: seconds.nullish().catch(null), Leg1Status: legStatus, Leg2Status: legStatus })
    .nullish()
    .catch(null),
})

const CALLBACK_TYPES = { json: 'application/json', multipart: 'multipart/form-data' } as const
const MAX_CALL_S = 14_400
const MAX_RING_S = 600
/** Of an address that sound is brought to. */
const MAX_STREAM_URL = 600

/** Acts on calls of one Exotel account. */
export function createExotelAccount(o: {
  rest: FormRest
  mode: ExotelMode
  /** The account's name, in a flow's address. */
  sid: string
  appId: string | undefined
  callerIdFormat: 'national' | 'e164' | undefined
  callbackType: keyof typeof CALLBACK_TYPES
  recording: NonNullable<CarrierAccount['recording']>
}): CarrierAccount {
  const { rest } = o
  /** The one call that an account is opened for joins two phones: no sound comes to us that would tell that somebody answered. */
  let isBridge = false

  function target(order: PlaceOrder): Form {
    if (order.bridgeTo !== undefined) return { To: order.bridgeTo }
    if (o.mode === 'numbers')
      throw refused('EXOTEL_MODE=numbers joins two phones: give the agent a person to ring, or choose stream or flow.')
    if (o.mode === 'flow') {
      if (o.appId === undefined) throw refused('The flow to run is missing: set EXOTEL_APP_ID, or the number’s appId.')
      return { Url: `http://my.exotel.com/${encodeURIComponent(o.sid)}/exoml/start_voice/${encodeURIComponent(o.appId)}` }
    }
    const { stream } = order.urls
    if (stream === undefined || !/^wss?:/.test(stream) || stream.length >= MAX_STREAM_URL) {
      throw refused('There is no address for the sound of this call: check PUBLIC_URL.')
    }
    return { StreamUrl: stream, StreamType: 'bidirectional' }
  }

  return {
    async place(permit, order, signal) {
      const form = {
        ...placement(order, callerIdOf(order.from, o.callerIdFormat), target(order)),
        StatusCallbackContentType: CALLBACK_TYPES[o.callbackType],
      }
      permit.redeem({ callId: order.callId, number: order.to })
      isBridge = order.bridgeTo !== undefined
      const { Sid, Status } = read(Placed, await rest.post('/Calls/connect.json', form, signal))
      return { carrierCallId: Sid, ...(Status === undefined ? {} : { status: statusOf(Status).status }) }
    },

    // No public request ends a call: what ends it is closing its stream, or its TimeLimit.
    hangUp: () => Promise.reject(unsupported('Exotel has no request that hangs up: the call ends with its sound.')),
    sendDigits: () => Promise.reject(unsupported('Exotel presses no keys.')),
    transfer: (_: Permit) => Promise.reject(unsupported('Exotel joins no other phone to a call that lives: let the flow do it.')),

    recording: o.recording,

    async status(carrierCallId) {
      try {
        const path = `/Calls/${encodeURIComponent(carrierCallId)}.json?details=true`
        return eventOf(read(Call, await rest.get(path), carrierCallId), isBridge)
      } catch (error) {
        if (error instanceof CarrierFault && error.code === 'not_found') return undefined
        throw error
      }
    },
  }
}

/** An answer as a call, of this name where it has one already. @throws CarrierFault malformed */
function read<T extends { Sid: string }>(shape: z.ZodType<T>, answer: Record<string, unknown>, sid?: string): T {
  const call = shape.safeParse(answer.Call)
  if (!call.success || call.data.Sid !== (sid ?? call.data.Sid)) throw exotelFault('malformed', { placed: 'unknown', cause: call.error })
  return call.data
}

function placement(order: PlaceOrder, callerId: string, target: Form): Form {
  return {
    From: order.to,
    CallerId: callerId,
    ...target,
    CallType: 'trans',
    TimeLimit: String(Math.min(wholeSeconds(order.maxDurationMs), MAX_CALL_S)),
    TimeOut: String(Math.min(wholeSeconds(order.answerWithinMs), MAX_RING_S)),
    Record: String(order.record),
    ...(order.record ? { RecordingChannels: 'dual' } : {}),
    CustomField: order.callId,
    StatusCallback: order.urls.status,
    // That it rings is told of calls to a stream alone.
    'StatusCallbackEvents[]': ['terminal', 'answered', ...('StreamUrl' in target ? ['ringing'] : [])],
  }
}

function eventOf(call: z.infer<typeof Call>, isBridge: boolean): LineEvent {
  const told = statusOf(call.Status, firstAnswered(call.Details, isBridge) ? 'answered' : undefined)
  const talked = call.Details?.ConversationDuration ?? call.Duration
  const over = told.status === 'completed' || told.status === 'failed'
  return {
    carrierCallId: call.Sid,
    ...told,
    ...(over && talked != null ? { durationMs: talked * 1000 } : {}),
    said: { status: call.Status },
  }
}

/** The second phone is rung once the first has answered; of one phone alone its leg may be in progress while it rings, as the call itself is. */
function firstAnswered(details: z.infer<typeof Call>['Details'], isBridge: boolean): boolean {
  const { Leg1Status: first, Leg2Status: second } = details ?? {}
  return (second != null && second !== 'queued') || (isBridge && first === 'in-progress')
}

const wholeSeconds = (ms: number) => Math.max(1, Math.ceil(ms / 1000))
const refused = (message: string) => new CarrierFault('refused', message)
const unsupported = (message: string) => new CarrierFault('unsupported', message)
