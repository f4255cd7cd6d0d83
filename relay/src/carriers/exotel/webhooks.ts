import { z } from 'zod'
import type { LineEvent } from '../carrier.ts'
import { CallSid } from './account.ts'
import type { Fields } from './fields.ts'
import { EXOTEL_EVENTS, EXOTEL_STATUSES, type ExotelStatus, statusOf } from './statuses.ts'

/**
 * What Exotel's webhooks say: fields in, plain events out, undefined for what cannot be understood.
 * Nothing here proves who sent it: that is the address's secret.
 */

const word = z.string().max(256).optional().catch(undefined)
const lower = (told: unknown) => (typeof told === 'string' ? told.trim().toLowerCase() : told)
const seconds = z
  .union([
    z.number().nonnegative().max(1e7),
    z
      .string()
      .regex(/^\d{1,7}$/)
      .transform(Number),
  ])
  .optional()
  .catch(undefined)

const address = z
  .url({ protocol: /^https?$/ })
  .max(2048)
  .optional()
  .catch(undefined)

const Status = z.object({
  CallSid,
  Status: z.preprocess(lower, z.enum(EXOTEL_STATUSES)).optional(),
  EventType: z.preprocess(lower, z.enum(EXOTEL_EVENTS)).optional().catch(undefined),
  ConversationDuration: seconds,
  Duration: seconds,
  CustomField: word,
})

const Call = z.object({ CallSid, CallFrom: word, From: word, CallTo: word, To: word, Direction: word })

const CALL_TYPES = ['call-attempt', 'completed', 'client-hangup', 'incomplete', 'voicemail'] as const
const Passthru = z.object({
  CallSid,
  CallType: z.preprocess(lower, z.enum(CALL_TYPES)),
  DialCallDuration: seconds,
  digits: word,
})

/** In Exotel's words: how a call that a flow tells of came off. */
const PASSED: Readonly<Record<(typeof CALL_TYPES)[number], ExotelStatus>> = {
  'call-attempt': 'in-progress',
  completed: 'completed',
  'client-hangup': 'completed',
  incomplete: 'no-answer',
  voicemail: 'completed',
}

export interface StatusNews {
  readonly event: LineEvent
  /** Our own name for the call; Exotel says it at the end only. */
  readonly customField: string | undefined
}

/** A call that wants to know what to do, by POST (the guide) or GET (a flow's dynamic address). Numbers as they were told. */
export interface CallNews {
  readonly carrierCallId: string
  readonly from: string
  readonly to: string
  readonly inbound: boolean
}

export function readStatus(fields: Fields): StatusNews | undefined {
  const told = Status.safeParse(fields).data
  if (!told || (told.Status === undefined && told.EventType === undefined)) return undefined
  const status = told.Status ?? (told.EventType === 'terminal' ? 'completed' : 'in-progress')
  const talked = told.ConversationDuration ?? told.Duration
  const ours = statusOf(status, told.EventType)
  const over = ours.status === 'completed' || ours.status === 'failed'
  return {
    event: {
      carrierCallId: told.CallSid,
      ...ours,
      token: `${told.CallSid} ${told.EventType ?? ''} ${status}`,
      ...(over && talked !== undefined ? { durationMs: talked * 1000 } : {}),
      // Its status is in-progress all the while: what has happened is the event's word.
      said: { status: over ? status : (told.EventType ?? status), ...(told.EventType ? { event: told.EventType } : {}) },
    },
    customField: told.CustomField,
  }
}

export function readCall(fields: Fields): CallNews | undefined {
  const told = Call.safeParse(fields).data
  if (!told) return undefined
  return {
    carrierCallId: told.CallSid,
    from: told.CallFrom ?? told.From ?? '',
    // Where both are told, `To` is the number behind the one that was dialled.
    to: told.CallTo ?? told.To ?? '',
    inbound: !told.Direction?.toLowerCase().startsWith('out'),
  }
}

/** A flow's Passthru tells how a call stands. */
export function readPassthru(fields: Fields): LineEvent | undefined {
  const told = Passthru.safeParse(fields).data
  if (!told) return undefined
  return {
    carrierCallId: told.CallSid,
    ...statusOf(PASSED[told.CallType]),
    token: `${told.CallSid} passthru ${told.CallType}`,
    ...(told.CallType !== 'call-attempt' && told.DialCallDuration ? { durationMs: told.DialCallDuration * 1000 } : {}),
    said: { callType: told.CallType },
  }
}

/** Where a recording is kept that a webhook of any kind tells of: asks for the account's credentials, and is for the relay alone. */
export function readRecordingUrl(fields: Fields): string | undefined {
  return address.parse(fields.RecordingUrl)
}
