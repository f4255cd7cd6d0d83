import type { Idempotency } from '../access/idempotency.ts'
import { Problem } from '../protocol/index.ts'

/** A call that every relay of a house hears of, where one of them is to take it. */
export interface OneTaker {
  /**
   * Runs `take` at the first that comes with this call; all others, and all later words of it, do nothing. One that answers `no-room` has done nothing
   * either: the next may. Rejects as `take` does, while the store is away, and where nobody knows what became of who took it: that call may be lost.
   */
  of(carrier: string, carrierCallId: string, take: () => Promise<'done' | 'no-room'>): Promise<void>
}

/** No two bodies of one call. */
const BODY = ''

export function createOneTaker(idempotency: Pick<Idempotency, 'run'>): OneTaker {
  return {
    async of(carrier, carrierCallId, take) {
      const work = async () => {
        if ((await take()) === 'no-room') throw new Problem('provider_unavailable', 'There is no room for this call here.')
        return { status: 204, body: null }
      }
      await idempotency
        .run({ scope: `${carrier} calls that come in`, key: carrierCallId, bodyHash: BODY }, work)
        .catch((error: unknown) => {
          if (!(error instanceof Problem) || error.code === 'conflict') throw error
        })
    },
  }
}
