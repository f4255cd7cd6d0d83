import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readWav, type Wav, WavError, wavHeader, writeWav } from './wav.ts'

// Copied from vectors.json audio.wav_headers.
const HEADERS = [
  ['pcm_s16le', 8000, 320, '524946466401000057415645666d74201000000001000100401f0000803e0000020010006461746140010000'],
  ['pcm_s16le', 24_000, 960, '52494646e403000057415645666d74201000000001000100c05d000080bb00000200100064617461c0030000'],
  ['mulaw', 8000, 160, '52494646c400000057415645666d74201000000007000100401f0000401f00000100080064617461a0000000'],
] as const

const wavs: fc.Arbitrary<Wav> = fc
  .record({
    encoding: fc.constantFrom('pcm_s16le', 'mulaw', 'alaw'),
    channels: fc.integer({ min: 1, max: 2 }),
    sampleRateHz: fc.constantFrom(8000, 16_000, 24_000, 44_100, 48_000),
    data: fc.uint8Array({ minLength: 4, maxLength: 600 }),
  })
  .map((wav) => ({ ...wav, data: wav.data.subarray(0, wav.data.length - (wav.data.length % 4)) }))

function chunk(tag: string, body: Uint8Array, length = body.length): Buffer {
  const head = Buffer.alloc(8)
  head.write(tag, 'latin1')
  head.writeUInt32LE(length, 4)
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)])
}

function riff(...chunks: Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from('WAVE'), ...chunks])
  return Buffer.concat([chunk('RIFF', Buffer.alloc(0), body.length), body])
}

const format = Buffer.from(HEADERS[0][3], 'hex').subarray(20, 36)
const samples = Buffer.from([1, 2, 3, 4])

describe('WAV', () => {
  it.each(HEADERS)('writes and reads the known header: %s %i Hz, %i bytes', (encoding, sampleRateHz, bytes, hex) => {
    expect(Buffer.from(wavHeader({ encoding, channels: 1, sampleRateHz }, bytes)).toString('hex')).toBe(hex)
    const data = new Uint8Array(bytes).fill(5)
    expect(readWav(Uint8Array.from(Buffer.concat([Buffer.from(hex, 'hex'), data])))).toMatchObject({
      encoding,
      channels: 1,
      sampleRateHz,
      data,
    })
  })

  it('reads what it wrote', () => {
    fc.assert(
      fc.property(wavs, (wav) => {
        const read = readWav(writeWav(wav))
        expect({ ...read, data: Uint8Array.from(read.data) }).toEqual({ ...wav, data: Uint8Array.from(wav.data) })
      }),
    )
  })

  it('walks over other chunks, padded ones too, whatever stands in them', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 31 }), { maxLength: 5 }), (others) => {
        const lists = others.map((body) => chunk('LIST', body))
        const file = riff(...lists, chunk('fmt ', format), chunk('fact', Buffer.alloc(4)), ...lists, chunk('data', samples))
        expect(Buffer.from(readWav(file).data).equals(samples)).toBe(true)
      }),
    )
  })

  it.each([0, 0xffffffff, 1000])('takes a length of %i in a streamed file for "up to the end", cut to whole samples', (length) => {
    const file = riff(chunk('fmt ', format), chunk('data', Buffer.from([1, 2, 3, 4, 5]), length)).subarray(0, -1)
    expect(Buffer.from(readWav(file).data).equals(samples)).toBe(true)
  })

  it('reads the extensible form by its sub-format', () => {
    const extensible = Buffer.alloc(40)
    format.copy(extensible)
    extensible.writeUInt16LE(0xfffe, 0)
    extensible.writeUInt16LE(1, 24)
    expect(readWav(riff(chunk('fmt ', extensible), chunk('data', samples))).encoding).toBe('pcm_s16le')
  })

  it('says what is wrong', () => {
    const change = (at: number, value: number) => {
      const changed = Buffer.from(format)
      changed.writeUInt16LE(value, at)
      return riff(chunk('fmt ', changed), chunk('data', samples))
    }
    const cases: [Uint8Array, string][] = [
      [new Uint8Array(0), 'Not a WAV file'],
      [Buffer.from('<!doctype html>'), 'Not a WAV file'],
      [riff(chunk('data', samples)), 'before their format'],
      [riff(chunk('fmt ', format)), 'no samples'],
      [riff(chunk('fmt ', format.subarray(0, 10)), chunk('data', samples)), 'cut short'],
      [change(0, 3), 'Format 3'],
      [change(14, 24), '24 bits'],
      [change(2, 0), '0 channels'],
    ]
    for (const [file, words] of cases) expect(() => readWav(file)).toThrow(words)
  })

  it('survives any bytes: reads, or throws WavError, and never reads outside', () => {
    const valid = riff(chunk('LIST', Buffer.from('abc')), chunk('fmt ', format), chunk('data', samples))
    const broken = fc
      .tuple(fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 8 }), fc.nat(valid.length))
      .map(([changes, length]) => {
        const file = Buffer.from(valid)
        for (const [at, value] of changes) file[at] = value
        return file.subarray(0, length)
      })
    fc.assert(
      fc.property(fc.oneof(broken, fc.uint8Array({ maxLength: 100 })), (file) => {
        try {
          const wav = readWav(file)
          expect(wav.data.byteOffset + wav.data.length).toBeLessThanOrEqual(file.byteOffset + file.length)
        } catch (error) {
          expect(error).toBeInstanceOf(WavError)
        }
      }),
      { numRuns: 100_000 },
    )
  })
})
