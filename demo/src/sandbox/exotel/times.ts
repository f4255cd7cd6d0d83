/** Exotel of the Indian region tells India's time, without a zone. */
const AHEAD_MS = 5.5 * 3_600_000

/** `2026-08-25 12:07:08` */
export const exotelTime = (time: Date): string => new Date(time.getTime() + AHEAD_MS).toISOString().slice(0, 19).replace('T', ' ')
export const exotelTimeOrNull = (time: Date | undefined): string | null => (time ? exotelTime(time) : null)

/** `Tue, 25 Aug 2026 12:07:08` */
export const createdTime = (time: Date): string => new Date(time.getTime() + AHEAD_MS).toUTCString().slice(0, -4)

/** What a call that is on has as its end. */
export const NO_END = exotelTime(new Date(0))
