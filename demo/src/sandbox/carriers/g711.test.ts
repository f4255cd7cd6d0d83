import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { decodeALaw, decodeMuLaw, encodeALaw, encodeMuLaw } from './g711.ts'
import vectors from './g711.vectors.json' with { type: 'json' }

const codes = Uint8Array.from({ length: 256 }, (_, code) => code)

test('A-law is what the tables say', () => {
  expect([...decodeALaw(codes)]).toEqual(vectors.alaw_decode_table)
  expect([...encodeALaw(Int16Array.from(vectors.encode_samples, ({ pcm }) => pcm))]).toEqual(vectors.encode_samples.map(({ alaw }) => alaw))
  const every = Int16Array.from({ length: 65_536 }, (_, n) => n - 32_768)
  expect(createHash('sha256').update(encodeALaw(every)).digest('hex')).toBe(vectors.full_encode_table_sha256.alaw)
})

test('µ-law is what the tables say, of all 16 bits', () => {
  expect([...decodeMuLaw(codes)]).toEqual(vectors.ulaw_decode_table)
  const coded = encodeMuLaw(Int16Array.from(vectors.encode_samples, ({ pcm }) => pcm))
  expect([...coded]).toEqual(vectors.encode_samples.map((each) => each.ulaw_16bit_bias132))
})
