import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskNumber, readNumber } from './reading.ts'

describe('a number as typed', () => {
  it.each([
    ['+12025550101', undefined, '+12025550101', 'US'],
    ['(202) 555-0101', 'US', '+12025550101', 'US'],
    ['202.555.0101', 'US', '+12025550101', 'US'],
    ['+1 202 555 0101', 'DE', '+12025550101', 'US'],
    ['09000000001', 'IN', '+919000000001', 'IN'],
    ['9000000001', 'IN', '+919000000001', 'IN'],
    ['0049 30 12345678', 'FR', '+493012345678', 'DE'],
    ['020 7183 8750', 'GB', '+442071838750', 'GB'],
    ['089608675796', 'ID', '+6289608675796', 'ID'],
    ['+881612345678', undefined, '+881612345678', undefined],
  ])('%s in %s is %s', (text, country, e164, found) => {
    expect(readNumber(text, country)).toMatchObject({ e164, country: found })
  })

  it.each([
    ['+1234567890', undefined],
    ['202 555 0101', undefined],
    ['202 555 0101', 'XX'],
    ['+1202555010', undefined],
    ['+120255501011', undefined],
    ['+15551234567', undefined],
    ['+12025550101 ext. 5', undefined],
    ['call +12025550101', undefined],
    ['+12025550101 or +12025550102', undefined],
    ['112', 'DE'],
    ['911', 'US'],
    ['', 'US'],
    [`+1202555010${'1'.repeat(40)}`, undefined],
    ['+1202555010\u0000', undefined],
  ])('%j in %s is none', (text, country) => {
    expect(readNumber(text, country)).toBeUndefined()
  })

  it('never throws, and what it reads is E.164 and read the same again', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^\+?[\d ().-]{5,18}$/)), (text) => {
        const reading = readNumber(text, 'US')
        if (!reading) return
        expect(reading.e164).toMatch(/^\+[1-9]\d{6,14}$/)
        expect(readNumber(reading.e164)?.e164).toBe(reading.e164)
      }),
      { numRuns: 500 },
    )
  })
})

describe('a masked number', () => {
  it.each([
    ['+12025550101', '+120••••••01'],
    ['202-555-0101', '202•••••01'],
    ['12345', '•••••'],
    ['', ''],
    ['9'.repeat(500), '999••••••••••99'],
  ])('%s shows as %s', (text, masked) => {
    expect(maskNumber(text)).toBe(masked)
  })

  it('shows at most five digits of whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(maskNumber(text).replace(/\D/g, '').length).toBeLessThanOrEqual(5)
      }),
    )
  })
})
