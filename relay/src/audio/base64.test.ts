import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { base64Length, bytesOfBase64, readBase64, writeBase64 } from './base64.ts'

const some = fc.uint8Array({ maxLength: 400 })
const place = fc.nat(5)

/** As it is read here; undefined when it is none. */
function read(letters: Uint8Array, from = 0, to = letters.length): Buffer | undefined {
  const bytes = bytesOfBase64(letters, from, to)
  const into = Buffer.alloc(bytes)
  return bytes > 0 && readBase64(letters, from, into, bytes) ? into : undefined
}

/** As Node reads it, where nothing was skipped. */
function byNode(letters: string): Buffer | undefined {
  const padding = letters.endsWith('==') ? 2 : letters.endsWith('=') ? 1 : 0
  const bytes = Buffer.from(letters, 'base64')
  const isWhole = letters.length % 4 === 0 && bytes.length > 0 && bytes.length === (letters.length / 4) * 3 - padding
  return isWhole ? bytes : undefined
}

describe('base64 in place', () => {
  test('is written as Node writes it, where it is told to, and nowhere else', () => {
    fc.assert(
      fc.property(some, place, (bytes, at) => {
        const into = Buffer.alloc(at + base64Length(bytes.length) + 3, 0x2a)
        const end = writeBase64(bytes, into, at)
        const letters = Buffer.from(bytes).toString('base64')
        expect(end).toBe(at + letters.length)
        expect(into.toString('latin1')).toBe(`${'*'.repeat(at)}${letters}***`)
      }),
    )
  })

  test('is read as Node reads it, from wherever it stands', () => {
    fc.assert(
      fc.property(some, place, place, (bytes, before, after) => {
        const letters = Buffer.from(bytes).toString('base64')
        const around = Buffer.from('='.repeat(before) + letters + 'A'.repeat(after))
        expect(bytesOfBase64(around, before, before + letters.length)).toBe(bytes.length)
        expect(read(around, before, before + letters.length)).toEqual(bytes.length > 0 ? Buffer.from(bytes) : undefined)
      }),
    )
  })

  test('is none where a letter of it is another, unless Node reads that too', () => {
    const anything = fc.string({ unit: fc.constantFrom(...'AQgw/+9z=='), maxLength: 12 })
    const changed = fc.record({ bytes: some, at: fc.nat(), byte: fc.nat(255) }).map(({ bytes, at, byte }) => {
      const letters = Buffer.from(Buffer.from(bytes).toString('base64'))
      if (letters.length > 0) letters[at % letters.length] = byte
      return letters.toString('latin1')
    })
    fc.assert(
      fc.property(fc.oneof(anything, changed), (letters) => {
        // Node knows two letters more, of the alphabet for addresses.
        const expected = /[-_]/.test(letters) ? undefined : byNode(letters)
        expect(read(Buffer.from(letters, 'latin1'))).toEqual(expected)
      }),
      { numRuns: 100_000, examples: [['===='], ['A==='], ['AA=A'], ['AAA=AAAA'], ['AB=='], ['/x=='], ['AA'], ['']] },
    )
  })
})
