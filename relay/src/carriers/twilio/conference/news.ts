import { z } from 'zod'
import type { FormBody } from '../form.ts'
import { TWILIO_STATUSES } from '../statuses.ts'

/** What Twilio tells of a conference, and of a phone that it rings for one. */
export interface ConferenceNews {
  readonly what: 'joined' | 'left' | 'ended' | 'phone-up' | 'phone-over' | 'other'
  /** Whom it is of. */
  readonly carrierCallId: string | undefined
  readonly conferenceId: string | undefined
  /** Twilio's own order of a conference's news: a lower one than was heard of the same call is old. */
  readonly order: number | undefined
}

const sid = (prefix: string) => z.string().regex(new RegExp(`^${prefix}[0-9a-zA-Z]{1,62}$`))
const News = z.object({
  ConferenceSid: sid('CF').optional().catch(undefined),
  CallSid: sid('CA').optional().catch(undefined),
  StatusCallbackEvent: z.string().max(64).optional(),
  CallStatus: z.enum(TWILIO_STATUSES).optional().catch(undefined),
  SequenceNumber: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .optional()
    .catch(undefined),
})

const EVENTS: Readonly<Record<string, ConferenceNews['what']>> = {
  'participant-join': 'joined',
  'participant-leave': 'left',
  'conference-end': 'ended',
}
const PHONE_OVER = new Set(['completed', 'busy', 'failed', 'no-answer', 'canceled'])

function ofPhone(event: string | undefined, status: string | undefined): ConferenceNews['what'] {
  // What is told of a conference tells no status of its own.
  if (status === undefined || event?.includes('-')) return 'other'
  if (status === 'in-progress') return 'phone-up'
  return PHONE_OVER.has(status) ? 'phone-over' : 'other'
}

/** Undefined for what cannot be understood. */
export function readConferenceNews(form: FormBody): ConferenceNews | undefined {
  const fields = Object.fromEntries(Object.keys(News.shape).flatMap((name) => (form.has(name) ? [[name, form.get(name)?.[0]]] : [])))
  const told = News.safeParse(fields).data
  if (!told || (told.StatusCallbackEvent === undefined && told.CallStatus === undefined)) return undefined
  const { CallSid, CallStatus, ConferenceSid, SequenceNumber, StatusCallbackEvent } = told
  const what = (StatusCallbackEvent === undefined ? undefined : EVENTS[StatusCallbackEvent]) ?? ofPhone(StatusCallbackEvent, CallStatus)
  // A phone's own news are counted by themselves.
  const order = StatusCallbackEvent?.startsWith('participant-') ? SequenceNumber : undefined
  return { what, carrierCallId: CallSid, conferenceId: ConferenceSid, order }
}
