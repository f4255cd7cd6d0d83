import { z } from 'zod'
import type { HistoryQuery } from '../calls/log/history.ts'
import { readNumber } from '../gate/reading.ts'
import { CALL_STATUSES, Id, Problem, SessionId } from '../protocol/index.ts'
import { PageQuery } from './paging.ts'

/** Which calls are asked for. */

const Time = z.iso.datetime({ offset: true, message: 'must be a time such as 2026-01-31T09:00:00Z' })

export const CallQuery = PageQuery.extend({
  agentId: Id.optional(),
  sessionId: SessionId.optional(),
  status: z.enum(CALL_STATUSES).optional(),
  ai: z.enum(['active', 'paused', 'off']).optional(),
  direction: z.enum(['inbound', 'outbound']).optional(),
  kind: z.enum(['web', 'phone', 'bridge']).optional(),
  carrier: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .optional(),
  /** Begun then or later. */
  from: Time.optional(),
  /** Begun before then. */
  to: Time.optional(),
  /** With its country code; at either end of the call. */
  number: z.string().min(3).max(40).optional(),
  /** All of them were said, in whatever order. A page may be short, or empty, while `nextCursor` says that the search goes on. */
  words: z.string().trim().min(1).max(200).optional(),
  /** So many things were said at least: 3 for conversations of more than two messages. */
  minMessages: z.coerce.number().int().min(0).max(1000).optional(),
})

/** @throws Problem invalid_phone_number */
export function historyQuery({ from, number, to, ...rest }: z.infer<typeof CallQuery>): HistoryQuery {
  return {
    ...rest,
    ...(from === undefined ? {} : { from: new Date(from) }),
    ...(to === undefined ? {} : { to: new Date(to) }),
    ...(number === undefined ? {} : { number: numberOf(number) }),
  }
}

/** A plus that was not escaped arrives as a space. */
function numberOf(text: string): string {
  const reading = readNumber(text.replace(/^ (?=\d)/, '+'))
  if (!reading) throw new Problem('invalid_phone_number', 'Give the number with its country code, such as +1 202 555 0123.')
  return reading.e164
}
