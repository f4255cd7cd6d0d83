import type { HouseNumber } from '../agents/house-number.ts'
import type { PhoneBook } from '../agents/number-book.ts'
import type { SharedArrivals } from './shared-arrivals.ts'

const E164 = /^\+\d{7,15}$/

/** Which call of ours an incoming one belongs to, before anything of it is proven: so the relay that waits for it hears of it. Nothing is taken. */
export function expectedCall(o: { numbers: Pick<PhoneBook, 'claimants'>; arrivals: Pick<SharedArrivals, 'whose'> }) {
  return async (came: {
    carrier: string
    carrierCallId: string
    /** Where the address says it; else everybody is asked who says that it is theirs. */
    number: HouseNumber | undefined
    from: string
    to: string
  }): Promise<string | undefined> => {
    const { carrier, carrierCallId, from, number, to } = came
    // What comes is remembered by this text, and nobody has proven anything yet.
    const claimants = number ? [number] : E164.test(to) ? await o.numbers.claimants(carrier, to) : []
    for (const { id } of claimants) {
      const claim = await o.arrivals.whose({ numberId: id, carrierCallId, from })
      if (claim?.is === 'ours') return claim.callId
    }
    return undefined
  }
}
