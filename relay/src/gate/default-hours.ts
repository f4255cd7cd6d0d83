import type { z } from 'zod'
import type { PlaceHours, Window } from './calling-rules.ts'

/** When people may be rung who did not just ask for it, by the hour where they are. Cautious, no legal advice; owners put their own over it. */

type Hours = z.infer<typeof PlaceHours>

const WEEKDAYS: Window['days'] = ['mon', 'tue', 'wed', 'thu', 'fri']
const TO_SATURDAY: Window['days'] = [...WEEKDAYS, 'sat']
const EVERY_DAY: Window['days'] = [...TO_SATURDAY, 'sun']
const open = (days: Window['days'], from: string, to: string): Window => ({ days, from, to })

/** French holidays: nobody is rung for marketing. The movable ones are Easter Monday, Ascension and Whit Monday. */
const FRENCH_HOLIDAYS = [
  ...['01-01', '05-01', '05-08', '07-14', '08-15', '11-01', '11-11', '12-25'],
  ...['2026-04-06', '2026-05-14', '2026-05-25', '2027-03-29', '2027-05-06', '2027-05-17', '2028-04-17', '2028-05-25', '2028-06-05'],
]

export const DEFAULT_HOURS: Record<string, Hours> = {
  '*': { service: [open(TO_SATURDAY, '09:00', '20:00')], marketing: [open(WEEKDAYS, '10:00', '18:00')] },
  // Federal law says 8 to 21; what the strictest states but Maine leave of it: from 10 (Kentucky), to 20 (Florida and more), no Sundays (Alabama and more).
  US: { service: [open(EVERY_DAY, '09:00', '20:00')], marketing: [open(TO_SATURDAY, '10:00', '20:00')] },
  // Maine: automated calls on weekdays from 9 to 17.
  '+1207': { marketing: [open(WEEKDAYS, '10:00', '17:00')] },
  CA: { service: [open(EVERY_DAY, '10:00', '18:00')], marketing: [open(WEEKDAYS, '10:00', '20:00'), open(['sat'], '10:00', '18:00')] },
  // No promotional calls from 21 to 9 (TRAI).
  IN: { service: [open(EVERY_DAY, '09:00', '21:00')], marketing: [open(EVERY_DAY, '10:00', '20:00')] },
  FR: {
    service: [open(TO_SATURDAY, '09:00', '20:00')],
    marketing: [open(WEEKDAYS, '10:00', '13:00'), open(WEEKDAYS, '14:00', '20:00')],
    closedDays: FRENCH_HOLIDAYS,
  },
}
