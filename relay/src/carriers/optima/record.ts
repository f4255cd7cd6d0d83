import { z } from 'zod'
import type { LineEvent } from '../carrier.ts'
import { DISPOSITIONS, OF_RECORD } from './statuses.ts'

/** Optima's name for a call. */
export const SessionId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)

const seconds = z
  .union([
    z.number().nonnegative().max(1e7),
    z
      .string()
      .regex(/^\d{1,7}$/)
      .transform(Number),
  ])
  .nullish()
  .catch(null)

/** What Optima writes of a call that is over, from 1.0.4 on. Later copies of its papers disagree on the words' form: `NO_ANSWER`, `no answer`. */
const CallRecord = z.object({
  sessionId: SessionId,
  disposition: z
    .string()
    .max(32)
    .transform((told) => told.trim().toUpperCase().replace(/[_-]/g, ' '))
    .pipe(z.enum(DISPOSITIONS)),
  duration: seconds,
  billableSeconds: seconds,
  hangupCauseCode: z
    .union([z.number().int().nonnegative().max(9999), z.string().regex(/^\d{1,4}$/)])
    .nullish()
    .catch(null),
})

/** How the call ended, in our words; undefined for what is no record. Never throws. */
export function readRecord(told: unknown): LineEvent | undefined {
  const record = CallRecord.safeParse(told).data
  if (!record) return undefined
  const { disposition, hangupCauseCode, sessionId } = record
  const talkedS = disposition === 'ANSWERED' ? (record.billableSeconds ?? record.duration) : 0
  return {
    carrierCallId: sessionId,
    ...OF_RECORD[disposition],
    ...(talkedS == null ? {} : { durationMs: Math.round(talkedS * 1000) }),
    token: `${sessionId} record`,
    said: { record: disposition, ...(hangupCauseCode == null ? {} : { cause: String(hangupCauseCode) }) },
  }
}
