import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spoilt } from './fuzz.test-kit.ts'

/** What a `mark` says, each as it stands in the text. */
interface Written {
  sequence: string
  streamSid: string
  name: string
}

interface Subject {
  carrier: string
  stream: string
  written: (of: Written) => string
  /** The short way. */
  read: (bytes: Buffer, from: number, to: number, streamSid: string) => string | undefined
  /** The long way: the name of a mark on this stream. */
  byJson: (raw: Buffer) => string | undefined
  /** As it is always written. */
  count: fc.Arbitrary<string>
}

/** One suite for every carrier whose marks are read from their bytes. */
export function readsMarksAsWritten({ byJson, carrier, count, read, stream, written }: Subject): void {
  const ours = fc.nat().map((number) => `m${number}`)
  const exact = fc.record({ sequence: count, streamSid: fc.constant(stream), name: ours }).map(written)
  const near = fc
    .record({
      sequence: fc.oneof(count, fc.constantFrom('00', '01', '-1', 'null', '""', '"', '1e3')),
      streamSid: fc.constantFrom(stream, `${stream}2`, ''),
      name: fc.oneof(ours, fc.string({ unit: fc.constantFrom(...'m017"\\}u '), maxLength: 8 })),
    })
    .map(written)

  describe(`marks as ${carrier} writes them`, () => {
    it('have the name that JSON reads, whatever lies around them', () => {
      fc.assert(
        fc.property(exact, fc.nat(5), fc.nat(5), (text, before, after) => {
          const around = Buffer.from('"'.repeat(before) + text + '}'.repeat(after))
          const name = read(around, before, before + text.length, stream)
          expect(name).toBeDefined()
          expect(name).toBe(byJson(Buffer.from(text)))
        }),
      )
    })

    it('are left to JSON, or come to the same, whatever stands in them', () => {
      fc.assert(
        fc.property(fc.oneof(near, spoilt(exact)), (text) => {
          const raw = Buffer.from(text)
          const name = read(raw, 0, raw.length, stream)
          if (name !== undefined) expect(name).toBe(byJson(raw))
        }),
        { numRuns: 100_000 },
      )
    })
  })
}
