import type { CallingRules, Window } from '../calling-rules.ts'
import { type LocalTime, localTime } from '../local-time.ts'
import type { Purpose } from '../question.ts'
import { type Facts, type Finding, passed, refused } from '../rule.ts'

/** How far ahead the next open minute is looked for. */
const AHEAD_MS = 8 * 24 * 3_600_000
const MINUTE_MS = 60_000
const STEP_MS = 15 * MINUTE_MS
/** More zones than this are shown as a number. */
const ZONES_SHOWN = 3

/** The hour where the callee is, for everybody who did not just ask to be called: open in every zone they may be in. */
export function callingHours({ question, reading, rules, nowMs, alwaysRing, zones }: Facts & { zones: readonly string[] }): Finding {
  const { purpose } = question
  if (purpose === 'requested' || alwaysRing) return passed({ purpose, hours: 'free' })
  const hours = hoursFor(rules, purpose, reading)
  const inputs = { purpose, place: hours.place, zones: zones.slice(0, 50), local: Object.fromEntries(zones.slice(0, 50).map(shown)) }
  const openAt = (atMs: number) => zones.length > 0 && zones.every((zone) => isOpen(hours, localTime(atMs, zone)))
  if (openAt(nowMs)) return passed(inputs)
  if (zones.length === 0) {
    const message =
      'We cannot tell what time it is where this number is. Give the contact’s time zone, or wait until they ask to be called.'
    return refused('calling_hours', 'outside_calling_hours', message, { inputs })
  }
  const nextMs = nextOpening(nowMs, openAt)
  const message = `${nowThere(zones, nowMs)}: outside the hours in which such calls are allowed (${wordsOf(hours.windows)}). ${
    nextMs === undefined
      ? 'No hour suits all the places this number may be in: give the contact’s time zone, or wait until they ask to be called.'
      : `Try again from ${new Date(nextMs).toISOString().slice(0, 16).replace('T', ' ')} UTC, or schedule the call for then.`
  }`
  return refused('calling_hours', 'outside_calling_hours', message, {
    inputs,
    ...(nextMs === undefined ? {} : { retryAfterMs: nextMs - nowMs }),
  })

  function shown(zone: string): [string, string] {
    const { day, time } = localTime(nowMs, zone)
    return [zone, `${day} ${time}`]
  }
}

interface Hours {
  readonly place: string
  readonly windows: readonly Window[]
  readonly closedDays: readonly string[]
}

/**
 * Which hours count for a number: those set for the longest beginning of it (`+9180` before `+91`), else those of its country, else
 * everybody's (`*`). A place without hours for this purpose is passed over.
 */
export function hoursFor(
  rules: CallingRules,
  purpose: Exclude<Purpose, 'requested'>,
  reading: { e164: string; country: string | undefined },
): Hours {
  const prefixes = Array.from({ length: reading.e164.length - 1 }, (_, cut) => reading.e164.slice(0, reading.e164.length - cut))
  const places = [...prefixes, ...(reading.country ? [reading.country] : []), '*'].flatMap((place) => {
    const hours = rules.hours[place]
    return hours ? [{ place, hours }] : []
  })
  const found = places.find(({ hours }) => hours[purpose])
  const closed = purpose === 'marketing' ? (places.find(({ hours }) => hours.closedDays)?.hours.closedDays ?? []) : []
  return { place: found?.place ?? '*', windows: found?.hours[purpose] ?? [], closedDays: closed }
}

function isOpen({ windows, closedDays }: Hours, local: LocalTime): boolean {
  if (closedDays.includes(local.date) || closedDays.includes(local.date.slice(5))) return false
  return windows.some(({ days, from, to }) => days.includes(local.day) && from <= local.time && local.time < to)
}

/** The first open minute after now; windows shorter than a quarter of an hour may be passed over. */
function nextOpening(nowMs: number, openAt: (atMs: number) => boolean): number | undefined {
  const fromMs = Math.floor(nowMs / STEP_MS) * STEP_MS
  for (let atMs = fromMs + STEP_MS; atMs <= fromMs + AHEAD_MS; atMs += STEP_MS) {
    if (!openAt(atMs)) continue
    let firstMs = atMs
    while (firstMs - MINUTE_MS > nowMs && openAt(firstMs - MINUTE_MS)) firstMs -= MINUTE_MS
    return firstMs
  }
  return undefined
}

function nowThere(zones: readonly string[], nowMs: number): string {
  if (zones.length > ZONES_SHOWN) return `This number may be in any of ${zones.length} time zones`
  const times = zones.map((zone) => `${localTime(nowMs, zone).time} in ${zone.split('/').at(-1)?.replaceAll('_', ' ')}`)
  return `It is ${new Intl.ListFormat('en', { type: 'conjunction' }).format(times)}`
}

function wordsOf(windows: readonly Window[]): string {
  if (windows.length === 0) return 'never'
  return windows.map(({ days, from, to }) => `${days.length === 7 ? 'every day' : days.join(' ')} ${from}–${to}`).join(', ')
}
