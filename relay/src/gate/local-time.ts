import { DAYS } from './calling-rules.ts'

export interface LocalTime {
  readonly day: (typeof DAYS)[number]
  /** `2026-11-21` */
  readonly date: string
  /** `09:30` */
  readonly time: string
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
  formats.set(zone, format)
  return format
}

/** What calendar and clock show there, summer time included. @throws RangeError for a zone that is none */
export function localTime(atMs: number, zone: string): LocalTime {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, value]),
  )
  const day = DAYS.find((each) => each === parts.weekday?.toLowerCase())
  if (!day) throw new Error('The calendar names a day that is none of seven.')
  return { day, date: `${parts.year}-${parts.month}-${parts.day}`, time: `${parts.hour}:${parts.minute}` }
}
