import { and, eq, isNotNull, isNull } from 'drizzle-orm'
import type { HouseNumber, NumberBook } from '../agents/house-number.ts'
import type { CarrierAccount } from '../carriers/carrier.ts'
import type { Logger } from '../logger.ts'
import type { Store } from '../store/open.ts'
import { calls } from '../store/schema.ts'

/** Calls that an earlier run of this relay left open at a carrier. */
export interface Orphan {
  readonly callId: string
  readonly carrierCallId: string
  readonly phoneNumberId: string
}

/** To be asked before the sweeper settles them. `owner` undefined: whoever held them. */
export async function findOrphans(store: Store, owner: string | undefined): Promise<Orphan[]> {
  const rows = await store.db
    .select({ callId: calls.id, carrierCallId: calls.carrierCallId, phoneNumberId: calls.phoneNumberId })
    .from(calls)
    .where(and(isNull(calls.endedAt), isNotNull(calls.carrierCallId), owner === undefined ? undefined : eq(calls.owner, owner)))
  return rows.flatMap(({ callId, carrierCallId, phoneNumberId }) =>
    carrierCallId !== null && phoneNumberId !== null ? [{ callId, carrierCallId, phoneNumberId }] : [],
  )
}

/** Nobody is left on a line whose agent died: each is hung up. Those that cannot be, or not before `until`, are told in the log. */
export async function hangUpOrphans(
  orphans: readonly Orphan[],
  o: { numbers: NumberBook; open: (number: HouseNumber) => CarrierAccount; logger: Logger; until: AbortSignal },
): Promise<void> {
  for (const { callId, carrierCallId, phoneNumberId } of orphans) {
    if (o.until.aborted) {
      o.logger.warn({ callId }, 'a call that an earlier run left open was not hung up: the relay leaves')
      continue
    }
    try {
      const number = await o.numbers.find(phoneNumberId)
      if (number) await o.open(number).hangUp(carrierCallId)
    } catch (error) {
      o.logger.warn({ err: error, callId }, 'a call that an earlier run left open was not hung up')
    }
  }
}
