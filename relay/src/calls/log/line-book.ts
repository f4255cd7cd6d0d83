import { and, eq, isNull } from 'drizzle-orm'
import type { Store } from '../../store/open.ts'
import { calls } from '../../store/schema.ts'

/** What carriers' callbacks need to know of calls that no relay holds any more. */
export interface LineBook {
  past(callId: string): Promise<{ over: boolean; phoneNumberId: string | undefined } | undefined>
  /** The call that a carrier knows under this name. */
  named(carrier: string, carrierCallId: string): Promise<string | undefined>
  /** Where the carrier keeps the recording. Nothing happens to a call that was erased. */
  recorded(callId: string, recording: string): Promise<void>
}

export function createLineBook({ db }: Store): LineBook {
  return {
    async past(callId) {
      const [row] = await db.select({ endedAt: calls.endedAt, phoneNumberId: calls.phoneNumberId }).from(calls).where(eq(calls.id, callId))
      return row && { over: row.endedAt !== null, phoneNumberId: row.phoneNumberId ?? undefined }
    },
    async named(carrier, carrierCallId) {
      const [row] = await db
        .select({ id: calls.id })
        .from(calls)
        .where(and(eq(calls.carrier, carrier), eq(calls.carrierCallId, carrierCallId)))
      return row?.id
    },
    async recorded(callId, recording) {
      await db
        .update(calls)
        .set({ recording })
        .where(and(eq(calls.id, callId), isNull(calls.erasedAt)))
    },
  }
}
