import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pastDigits, pastText, pastWords } from './as-written.ts'

const ascii = fc.string({ unit: fc.constantFrom(...'ab09'), maxLength: 8 })

test('texts are found where they stand whole, before the end and after a place', () => {
  fc.assert(
    fc.property(ascii, ascii, fc.integer({ min: -1, max: 9 }), fc.nat(8), (all, looked, at, end) => {
      const to = Math.min(end, all.length)
      const bytes = Buffer.from(all)
      const stands = at >= 0 && at + looked.length <= to && all.startsWith(looked, at)
      const expected = stands ? at + looked.length : -1
      expect(pastText(bytes, at, to, Buffer.from(looked))).toBe(expected)
      expect(pastWords(bytes, at, to, looked)).toBe(expected)
    }),
    { numRuns: 5000 },
  )
})

test('digits are found as far as they go, and not too many', () => {
  fc.assert(
    fc.property(ascii, fc.integer({ min: -1, max: 8 }), fc.nat(8), fc.nat(4), (all, at, end, most) => {
      const to = Math.min(end, all.length)
      const digits = at < 0 ? '' : (/^\d*/.exec(all.slice(at, Math.max(at, to)))?.[0] ?? '')
      const expected = digits.length > 0 && digits.length <= most ? at + digits.length : -1
      expect(pastDigits(Buffer.from(all), at, to, most)).toBe(expected)
    }),
    { numRuns: 5000 },
  )
})
