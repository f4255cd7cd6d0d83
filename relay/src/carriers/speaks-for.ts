import type { HouseNumber } from '../agents/house-number.ts'
import type { House } from './house.ts'

/** Carriers' names for calls are no secret: what one number proves counts for a call only where that number speaks for the call's own. */

/** Whether what one number proves counts for a call of another number; never for a call without a number. */
export type SpeaksFor = (number: HouseNumber, theirs: HouseNumber | undefined) => boolean
/** For an address that was given to calls of one number. */
export const ofItself: SpeaksFor = (number, theirs) => number.id === theirs?.id
/** For one address that serves several numbers of its owner. */
export const withinOrganisation: SpeaksFor = (number, theirs) => number.organisationId === theirs?.organisationId

/** Over which number a call goes, or went: without one where it goes over none that there is; undefined when nobody knows the call. */
export type NumberOf = (callId: string) => Promise<{ readonly number: HouseNumber | undefined } | undefined>

export function createNumberOf({ book, lines, numbers }: Pick<House, 'book' | 'lines' | 'numbers'>): NumberOf {
  return async (callId) => {
    const live = lines.get(callId)
    if (live) return { number: live.number }
    const past = await book.past(callId)
    return past && { number: past.phoneNumberId === undefined ? undefined : await numbers.find(past.phoneNumberId) }
  }
}
