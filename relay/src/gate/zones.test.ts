import { describe, expect, it } from 'vitest'
import { readNumber } from './reading.ts'
import { isZone, zonesByPrefix, zonesOf } from './zones.ts'

const read = (number: string) => {
  const reading = readNumber(number)
  if (!reading) throw new Error(`${number} is no number`)
  return reading
}

// Copied from vectors.json phone_timezones.
const CASES = {
  '+14155550100': { country: 'US', zones: ['America/Los_Angeles'] },
  '+19075551234': { country: 'US', zones: ['America/Adak', 'America/Anchorage'] },
  '+919876543210': { country: 'IN', zones: ['Asia/Calcutta'] },
  '+442071838750': { country: 'GB', zones: ['Europe/London'] },
  '+61412345678': { country: 'AU', zones: ['Australia/Sydney'] },
  '+6289608675796': { country: 'ID', zones: ['Asia/Jakarta'] },
  '+3545551234': { country: 'IS', zones: ['Atlantic/Reykjavik'] },
  '+77011234567': { country: 'KZ', zones: ['Asia/Almaty', 'Asia/Aqtobe'] },
  '+18505551234': { country: 'US', zones: ['America/New_York'] },
  '+14165551234': { country: 'CA', zones: ['America/Toronto'] },
} as const

describe('the prefix data', () => {
  it.each(Object.entries(CASES))('knows %s', async (number, { country, zones }) => {
    expect(read(number).country).toBe(country)
    expect(await zonesByPrefix(read(number))).toEqual(zones)
    expect(await zonesOf(read(number))).toEqual(expect.arrayContaining([...zones]))
  })
})

describe('where somebody may be', () => {
  it.each([
    ['a landline is where its prefix is', '+442071838750', ['Europe/London']],
    ['an area code with a border through it is on both sides', '+18505551234', ['America/Chicago', 'America/New_York']],
    ['so is one that was split off later', '+14485551234', ['America/Chicago', 'America/New_York']],
    ['an area code with two zones has both', '+19075551234', ['America/Adak', 'America/Anchorage']],
  ])('%s', async (_, number, zones) => {
    expect(await zonesOf(read(number))).toEqual(zones)
  })

  it.each([
    ['+61412345678', ['Australia/Perth', 'Australia/Sydney']],
    ['+79161234567', ['Asia/Kamchatka', 'Europe/Kaliningrad', 'Europe/Moscow']],
    ['+6289608675796', ['Asia/Jakarta', 'Asia/Jayapura', 'Asia/Makassar']],
    ['+34612345678', ['Atlantic/Canary', 'Europe/Madrid']],
  ])('the mobile %s may be anywhere in its country', async (number, some) => {
    expect(await zonesOf(read(number))).toEqual(expect.arrayContaining(some))
  })

  it('a toll-free number of North America may be in any of dozens', async () => {
    expect((await zonesOf(read('+18005551234'))).length).toBeGreaterThan(20)
  })

  it('nobody knows for a satellite, and a zone that cannot be reckoned with is none', async () => {
    expect(await zonesOf(read('+881612345678'))).toEqual([])
    expect(['UTC', 'Asia/Calcutta', 'Etc/Unknown', 'Mars/Olympus', ''].filter(isZone)).toEqual(['UTC', 'Asia/Calcutta'])
  })
})
