import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spoilt } from './fuzz.test-kit.ts'

/** What a `media` says, each as it stands in the text. */
export interface Written {
  sequence: string
  chunk: string
  timestamp: string
  payload: string
  streamSid: string
}

interface Subject {
  carrier: string
  written: (of: Written) => string
  plain: Written
  /** The short way. */
  read: (bytes: Buffer, from: number, to: number, streamSid: string) => Buffer | undefined
  /** The long way, as the stream goes it. */
  byJson: (raw: Buffer, streamSid: string) => Buffer | undefined
  /** As they are always written. */
  count: fc.Arbitrary<string>
  /** Those, and others like them. */
  counts: fc.Arbitrary<string>
  sound: fc.Arbitrary<Uint8Array>
  /** In which every byte is replaced. */
  payloads: string[]
  leftToJson: [why: string, other: Partial<Written>][]
  /** Bytes on the wire, and bytes of PCM that come of so many. */
  second: { coded: number; pcm: number }
}

/** One suite for every carrier whose `media` is read from its bytes: the short way comes to what JSON comes to, or leaves it to JSON. */
export function readsAsWritten({ carrier, plain, written, ...o }: Subject): void {
  const { streamSid: stream } = plain
  // Both read into one place.
  const copyOf = (sound: Buffer | undefined) => sound && Buffer.from(sound)
  const read: Subject['read'] = (...from) => copyOf(o.read(...from))
  const byJson: Subject['byJson'] = (...from) => copyOf(o.byJson(...from))
  const asWritten = (raw: Buffer, streamSid = stream) => read(raw, 0, raw.length, streamSid)
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  const exact = fc
    .record({ sequence: o.count, chunk: o.count, timestamp: o.count, payload: o.sound.map(base64), streamSid: fc.constant(stream) })
    .map(written)
  const letters = fc.oneof(
    o.sound.map(base64),
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.string({ unit: fc.constantFrom(...'AQw9-_=='), maxLength: 9 }),
  )
  const near = fc
    .record({
      sequence: o.counts,
      chunk: o.counts,
      timestamp: o.counts,
      payload: letters,
      streamSid: fc.oneof({ weight: 4, arbitrary: fc.constant(stream) }, letters),
    })
    .map(written)

  describe(`sound as ${carrier} writes it`, () => {
    it('is what it is when read as JSON, whatever lies around it', () => {
      fc.assert(
        fc.property(exact, fc.nat(5), fc.nat(5), (text, before, after) => {
          const raw = Buffer.from(text)
          const around = Buffer.concat([Buffer.alloc(before, '"'), raw, Buffer.alloc(after, '}')])
          const taken = read(around, before, before + raw.length, stream)
          expect(taken).toBeDefined()
          expect(taken).toEqual(byJson(raw, stream))
        }),
      )
    })

    it('is left to JSON, or comes to the same, whatever stands in it and whatever of it is replaced', () => {
      const any = fc.oneof(near, spoilt(exact), spoilt(near)).map((text) => Buffer.from(text))
      const bytes = fc.tuple(exact, fc.nat(), fc.nat(255)).map(([text, at, byte]) => {
        const raw = Buffer.from(text)
        raw[at % raw.length] = byte
        return raw
      })
      let taken = 0
      fc.assert(
        fc.property(fc.oneof(any, bytes), (raw) => {
          const sound = asWritten(raw)
          if (!sound) return
          taken += 1
          expect(sound).toEqual(byJson(raw, stream))
        }),
        { numRuns: 100_000 },
      )
      expect(taken).toBeGreaterThan(100)
    })

    it.each(o.payloads)('is left to JSON, or comes to the same, with another byte in any place', (payload) => {
      const text = written({ ...plain, payload })
      for (let at = 0; at < text.length; at++) {
        for (const byte of [0x00, 0x0a, 0x20, 0x22, 0x2f, 0x30, 0x39, 0x3a, 0x3d, 0x41, 0x5c, 0x7f, 0x80, 0xc3, 0xff]) {
          const raw = Buffer.from(text)
          raw[at] = byte
          const sound = asWritten(raw)
          if (sound) expect(sound, `${at} ${byte}`).toEqual(byJson(raw, stream))
        }
      }
    })

    it('is left to JSON where it is cut off, or something follows', () => {
      const raw = Buffer.from(written(plain))
      for (let to = 0; to < raw.length; to++) expect(read(raw, 0, to, stream), String(to)).toBeUndefined()
      expect(asWritten(Buffer.concat([raw, Buffer.from(' ')]))).toBeUndefined()
    })

    it.each([
      ['another stream', { streamSid: stream.replace('1', '2') }],
      ['a longer name', { streamSid: `${stream}1` }],
      ['no sound', { payload: '' }],
      ['a letter of no alphabet', { payload: `${'A'.repeat(212)}A*AA` }],
      ['a letter too few', { payload: 'AAA' }],
      ['padding within', { payload: 'AA==AAAA' }],
      ['more than a second', { payload: base64(Buffer.alloc(o.second.coded + 1)) }],
      ...o.leftToJson,
    ] satisfies Subject['leftToJson'])('with %s is left to JSON', (_, other) => {
      expect(asWritten(Buffer.from(written({ ...plain, ...other })))).toBeUndefined()
    })

    it('may be a second long', () => {
      const raw = Buffer.from(written({ ...plain, payload: base64(Buffer.alloc(o.second.coded, 0x55)) }))
      expect(asWritten(raw)).toHaveLength(o.second.pcm)
      expect(asWritten(raw)).toEqual(byJson(raw, stream))
    })

    it('of a stream whose name JSON may write in more ways than one is left to it', () => {
      for (const streamSid of ['', 'a"b', 'a\\u0041', 'a\nb', 'é', 'a b']) {
        expect(asWritten(Buffer.from(written({ ...plain, streamSid })), streamSid), streamSid).toBeUndefined()
      }
    })
  })
}
