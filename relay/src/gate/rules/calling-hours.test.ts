import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { localTime } from '../local-time.ts'
import { callingHours, hoursFor } from './calling-hours.ts'
import { factsOf } from './facts.test-kit.ts'

const NY = 'America/New_York'
const hours = (at: string, zones: string[], more: Parameters<typeof factsOf>[0] = {}) =>
  callingHours({ ...factsOf({ at, ...more }), zones })
const service = { question: { purpose: 'service' } } as const

describe('the first and the last minute', () => {
  // 2026-11-18 is a Wednesday; New York is at UTC−5.
  it.each([
    ['US marketing opens at 10:00', '2026-11-18T14:59:59.999Z', [NY], {}, false],
    ['US marketing opens at 10:00', '2026-11-18T15:00:00Z', [NY], {}, true],
    ['US marketing ends at 20:00', '2026-11-19T00:59:59.999Z', [NY], {}, true],
    ['US marketing ends at 20:00', '2026-11-19T01:00:00Z', [NY], {}, false],
    ['US service opens at 9:00', '2026-11-18T13:59:00Z', [NY], service, false],
    ['US service opens at 9:00', '2026-11-18T14:00:00Z', [NY], service, true],
    ['US marketing on a Saturday', '2026-11-21T15:00:00Z', [NY], {}, true],
    ['no US marketing on Sundays', '2026-11-22T17:00:00Z', [NY], {}, false],
    ['US service on a Sunday', '2026-11-22T17:00:00Z', [NY], service, true],
    ['Maine until 17:00', '2026-11-18T21:59:00Z', [NY], { number: '+12075550123' }, true],
    ['Maine until 17:00', '2026-11-18T22:00:00Z', [NY], { number: '+12075550123' }, false],
    ['no Maine on Saturdays', '2026-11-21T17:00:00Z', [NY], { number: '+12075550123' }, false],
    ['Maine’s service hours are the country’s', '2026-11-18T23:00:00Z', [NY], { number: '+12075550123', ...service }, true],
    ['India, half an hour off: 10:00 is 04:30 UTC', '2026-11-18T04:29:00Z', ['Asia/Calcutta'], { number: '+919876543210' }, false],
    ['India, half an hour off: 10:00 is 04:30 UTC', '2026-11-18T04:30:00Z', ['Asia/Calcutta'], { number: '+919876543210' }, true],
    ['no promotion in India from 20:00', '2026-11-18T14:30:00Z', ['Asia/Calcutta'], { number: '+919876543210' }, false],
    ['France pauses at 13:00', '2026-11-18T11:59:00Z', ['Europe/Paris'], { number: '+33123456789' }, true],
    ['France pauses at 13:00', '2026-11-18T12:00:00Z', ['Europe/Paris'], { number: '+33123456789' }, false],
    ['France goes on at 14:00', '2026-11-18T13:00:00Z', ['Europe/Paris'], { number: '+33123456789' }, true],
    ['no France on 11 November', '2026-11-11T10:00:00Z', ['Europe/Paris'], { number: '+33123456789' }, false],
    ['no France on Easter Monday', '2027-03-29T10:00:00Z', ['Europe/Paris'], { number: '+33123456789' }, false],
    ['a holiday stops no service', '2026-11-11T10:00:00Z', ['Europe/Paris'], { number: '+33123456789', ...service }, true],
    ['elsewhere weekdays from 10 to 18', '2026-11-18T17:59:00Z', ['Europe/London'], { number: '+442071838750' }, true],
    ['elsewhere weekdays from 10 to 18', '2026-11-18T18:00:00Z', ['Europe/London'], { number: '+442071838750' }, false],
    ['elsewhere no marketing on Saturdays', '2026-11-21T12:00:00Z', ['Europe/London'], { number: '+442071838750' }, false],
  ])('%s: %s', (_, at, zones, more, ok) => {
    expect(hours(at, zones, more).ok).toBe(ok)
  })

  it.each([
    // Clocks go forward on 14 March 2027 and back on 1 November 2026 (both Sundays: service hours).
    ['the day before spring forward', '2027-03-13T13:59:00Z', false],
    ['the day before spring forward', '2027-03-13T14:00:00Z', true],
    ['the day of spring forward, an hour earlier in UTC', '2027-03-14T12:59:00Z', false],
    ['the day of spring forward, an hour earlier in UTC', '2027-03-14T13:00:00Z', true],
    ['the day before fall back', '2026-10-31T13:00:00Z', true],
    ['the day of fall back, an hour later in UTC', '2026-11-01T13:59:00Z', false],
    ['the day of fall back, an hour later in UTC', '2026-11-01T14:00:00Z', true],
  ])('summer time: %s at %s', (_, at, ok) => {
    expect(hours(at, [NY], service).ok).toBe(ok)
  })

  it('midnight closes and opens, and 24:00 is the end of the day', () => {
    const rules = { hours: { US: { marketing: [{ days: ['wed'], from: '00:00', to: '24:00' }] } } }
    const there = (at: string) => hours(at, [NY], { rules }).ok
    expect([
      there('2026-11-18T04:59:59Z'),
      there('2026-11-18T05:00:00Z'),
      there('2026-11-19T04:59:59Z'),
      there('2026-11-19T05:00:00Z'),
    ]).toEqual([false, true, true, false])
  })
})

describe('whoever asked to be called', () => {
  it('is called at 03:00, wherever that is, even where nobody knows the zone', () => {
    const asked = { question: { purpose: 'requested' } } as const
    expect(hours('2026-11-18T08:00:00Z', [NY], asked)).toMatchObject({ ok: true, inputs: { hours: 'free' } })
    expect(hours('2026-11-18T08:00:00Z', [], asked).ok).toBe(true)
  })
  it('so are the numbers of the sandbox', () => {
    expect(hours('2026-11-18T08:00:00Z', [], { alwaysRing: true }).ok).toBe(true)
  })
})

describe('a number that may be in several zones', () => {
  const both = ['America/Adak', 'America/Anchorage']
  it.each([
    ['only Anchorage is open', '2026-11-18T19:30:00Z', false],
    ['both are open', '2026-11-18T20:00:00Z', true],
    ['both are open still', '2026-11-19T04:59:00Z', true],
    ['only Adak is open', '2026-11-19T05:00:00Z', false],
  ])('%s', (_, at, ok) => {
    expect(hours(at, both, { number: '+19075551234' }).ok).toBe(ok)
  })

  it('is refused for good when no hour suits all of them, and says what to do', () => {
    const finding = hours('2026-11-18T17:00:00Z', ['Pacific/Kiritimati', 'Pacific/Pago_Pago', NY, 'Europe/Moscow'])
    expect(finding).toMatchObject({ ok: false, message: expect.stringContaining('any of 4 time zones') })
    expect(finding).toMatchObject({ message: expect.stringContaining('give the contact’s time zone') })
    expect(finding).not.toHaveProperty('retryAfterMs')
  })

  it('is refused when nobody knows any zone', () => {
    expect(hours('2026-11-18T17:00:00Z', [])).toMatchObject({ ok: false, code: 'outside_calling_hours' })
  })
})

describe('what a refusal says', () => {
  it('names the hour there, the hours that are allowed, and when it opens', () => {
    const finding = hours('2026-11-18T03:30:00Z', [NY])
    expect(finding).toMatchObject({
      rule: 'calling_hours',
      code: 'outside_calling_hours',
      retryAfterMs: 11.5 * 3_600_000,
      inputs: { place: 'US', zones: [NY], local: { [NY]: 'tue 22:30' } },
    })
    expect(finding).toMatchObject({ message: expect.stringContaining('It is 22:30 in New York') })
    expect(finding).toMatchObject({ message: expect.stringContaining('10:00–20:00') })
    expect(finding).toMatchObject({ message: expect.stringContaining('2026-11-18 15:00 UTC') })
  })

  it('at the moment it names the answer is yes, and a minute before it is no', () => {
    const zones = fc.uniqueArray(
      fc.constantFrom(NY, 'America/Los_Angeles', 'America/Chicago', 'Asia/Kolkata', 'Europe/Paris', 'Asia/Kathmandu'),
      {
        minLength: 1,
        maxLength: 3,
      },
    )
    const from = Date.parse('2026-03-01T00:00:00Z')
    fc.assert(
      fc.property(zones, fc.integer({ min: 0, max: 370 * 24 * 60 }), (there, minute) => {
        const at = (ms: number) => callingHours({ ...factsOf({ at: new Date(ms).toISOString() }), zones: there })
        const nowMs = from + minute * 60_000
        const finding = at(nowMs)
        if (finding.ok || finding.retryAfterMs === undefined) return
        expect(at(nowMs + finding.retryAfterMs).ok).toBe(true)
        expect(at(nowMs + finding.retryAfterMs - 60_000).ok).toBe(false)
      }),
      { numRuns: 150 },
    )
  })
})

describe('the hours of a place', () => {
  it('the longest beginning counts, then the country, then everybody’s, for each purpose by itself', () => {
    const window = (from: string) => [{ days: ['mon' as const], from, to: '23:00' }]
    const { rules } = factsOf({
      rules: {
        hours: {
          '+1': { marketing: window('01:00') },
          '+1212': { marketing: window('02:00') },
          '+12125550123': { service: window('03:00') },
        },
      },
    })
    const place = (e164: string, country: string | undefined, purpose: 'service' | 'marketing') =>
      hoursFor(rules, purpose, { e164, country }).place
    expect(place('+12125550123', 'US', 'service')).toBe('+12125550123')
    expect(place('+12125550123', 'US', 'marketing')).toBe('+1212')
    expect(place('+13105550123', 'US', 'marketing')).toBe('+1')
    expect(place('+13105550123', 'US', 'service')).toBe('US')
    expect(place('+442071838750', 'GB', 'service')).toBe('*')
    expect(place('+881612345678', undefined, 'marketing')).toBe('*')
  })

  it('local time is what the calendar there says, whatever the moment', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 41 }), fc.constantFrom(NY, 'Asia/Kathmandu', 'Australia/Lord_Howe', 'UTC'), (ms, zone) => {
        const { date, time, day } = localTime(ms, zone)
        expect(`${date} ${time}`).toBe(new Date(ms).toLocaleString('sv', { timeZone: zone }).slice(0, 16))
        expect(day).toBe(new Date(ms).toLocaleDateString('en', { timeZone: zone, weekday: 'short' }).toLowerCase())
      }),
    )
  })
})
