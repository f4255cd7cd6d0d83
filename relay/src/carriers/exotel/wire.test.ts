import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyMessage } from '../fuzz.test-kit.ts'
import vectors from './exotel.vectors.json' with { type: 'json' }
import { createStreamWriter, readStreamMessage, type StreamWriter, soundOf } from './wire.ts'

const STREAM = 'e1f0a9c0b2stream'
const bytes = (message: unknown) => Buffer.from(JSON.stringify(message))
const read = (message: unknown) => readStreamMessage(bytes(message))
const frames = (dir: 'in' | 'out') =>
  vectors.stream_frames.filter((each) => each.dir === dir).map(({ frame }) => frame as object as Record<string, never>)
const [connected, snake, camel, media, dtmf, mark, stop] = frames('in')

describe('what Exotel sends on a stream', () => {
  it('is read, in either case of its keys', () => {
    expect(read(connected)).toEqual({ event: 'connected' })
    const start = { streamSid: STREAM, callSid: 'faccc8dce91e426a398475de9fdb1a8p' }
    expect(read(snake)).toEqual({
      event: 'start',
      start: {
        ...start,
        accountSid: 'exampleacct',
        from: '09441233609',
        to: '09513886363',
        customParameters: { session: 's_1' },
        sampleRateHz: 8000,
      },
    })
    expect(read(camel)).toEqual({ event: 'start', start: { ...start, customParameters: {} } })
    const sound = read(media)
    expect(sound).toMatchObject({ event: 'media', streamSid: STREAM })
    expect(sound?.event === 'media' && soundOf(sound.payload)).toEqual(Buffer.alloc(1600))
    expect(read(dtmf)).toEqual({ event: 'dtmf', streamSid: STREAM, digit: '5' })
    expect(read(mark)).toEqual({ event: 'mark', streamSid: STREAM, name: 'm1' })
    expect(read(stop)).toEqual({ event: 'stop', streamSid: STREAM, reason: 'callended' })
    expect(read({ Event: 'media', streamSid: STREAM, media: { Payload: 'AAAA' } })).toEqual({
      event: 'media',
      streamSid: STREAM,
      payload: 'AAAA',
    })
  })

  it.each([
    ['8000', 8000],
    [8000, 8000],
    ['16000', 16_000],
    ['24000Hz', 24_000],
    ['24000 Hz', 24_000],
  ])('at the rate %j', (told, rate) => {
    for (const [format, name] of [
      ['media_format', 'sample_rate'],
      ['mediaFormat', 'sampleRate'],
    ] as const) {
      for (const encoding of ['raw', 'raw/slin', 'audio/x-raw', 'base64']) {
        const start = { call_sid: 'c', [format]: { encoding, [name]: told, bit_rate: '128kbps' } }
        expect(read({ event: 'start', stream_sid: 's', start })).toMatchObject({ start: { sampleRateHz: rate } })
      }
    }
  })

  it('is not understood where it cannot be heard, or says nobody’s call', () => {
    const start = (more: object) => read({ event: 'start', stream_sid: 's', start: { call_sid: 'c', ...more } })
    expect(start({ media_format: { encoding: 'audio/x-mulaw' } })).toBeUndefined()
    expect(start({ media_format: { sample_rate: '44100' } })).toBeUndefined()
    expect(start({ call_sid: '' })).toBeUndefined()
    for (const wrong of [null, 1, [], {}, { event: 'toString' }, { event: 'media' }, { event: 'dtmf', dtmf: { digit: '55' } }]) {
      expect(read(wrong)).toBeUndefined()
    }
    for (const wrong of ['', 'A', '====', 'A*==', Buffer.alloc(48_001).toString('base64')]) expect(soundOf(wrong)).toBeUndefined()
  })

  const message = anyMessage({
    frames: frames('in'),
    outside: ['event', 'stream_sid', 'streamSid', 'start', 'media', 'dtmf'],
    inside: ['payload', 'digit', 'name', 'call_sid', 'media_format'],
    near: [STREAM, 'AAA=', '1', 'm1'],
  })

  it('100,000 messages of any kind are read or not understood, and none is thrown at', () => {
    const KEYS = ['connected', 'start', 'media', 'dtmf', 'mark', 'stop']
    fc.assert(
      fc.property(message, (raw) => {
        const told = readStreamMessage(raw)
        if (told && !KEYS.includes(told.event)) throw new Error(`read ${told.event}`)
        if (told?.event === 'media') soundOf(told.payload)
      }),
      { numRuns: 100_000 },
    )
  })
})

/** As the socket puts it together, which takes ASCII alone. */
function written(writer: StreamWriter, sound: Uint8Array) {
  const before = writer.before(sound.length)
  expect(before).toMatch(/^[ -~]*$/)
  return JSON.parse(before + Buffer.from(sound).toString('base64') + writer.after)
}

describe('what we send on a stream', () => {
  it('is written as the vectors have it, with both cases of the keys', () => {
    const writer = createStreamWriter(STREAM, 8000)
    const [sound, marked, clear] = frames('out')
    expect(written(writer, new Uint8Array(3200))).toEqual(sound)
    expect(JSON.parse(writer.mark('m1'))).toEqual(marked)
    expect(JSON.parse(writer.clear)).toEqual(clear)
    expect(written(writer, new Uint8Array(3200))).toMatchObject({
      sequence_number: 2,
      media: { chunk: '2', timestamp: '200', sequenceNumber: '2' },
    })
    const faster = createStreamWriter(STREAM, 24_000)
    written(faster, new Uint8Array(4800))
    expect(written(faster, new Uint8Array(4800))).toMatchObject({ media: { timestamp: '100' } })
  })

  it.each([
    ['snake', ['stream_sid', 'sequence_number'], ['streamSid', 'sequenceNumber']],
    ['camel', ['streamSid', 'sequenceNumber'], ['stream_sid', 'sequence_number']],
  ] as const)('has keys of one case only where that is set: %s', (keys, with_, without) => {
    const writer = createStreamWriter(STREAM, 8000, keys)
    const media = written(writer, new Uint8Array(3200))
    for (const message of [media, JSON.parse(writer.mark('m1')), JSON.parse(writer.clear)]) {
      expect(message).toHaveProperty(with_[0], STREAM)
      for (const key of without) expect(message).not.toHaveProperty(key)
    }
    expect(media).toMatchObject({ [with_[1]]: 1, media: { [with_[1]]: '1' } })
    for (const key of without) expect(media.media).not.toHaveProperty(key)
  })

  it('carries any sound, and any name', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 640 }), fc.string({ unit: 'binary', maxLength: 20 }), (sound, name) => {
        const writer = createStreamWriter(name, 16_000)
        expect(new Uint8Array(soundOf(written(writer, sound).media.payload) ?? [])).toEqual(sound)
        expect(JSON.parse(writer.mark(name))).toMatchObject({ stream_sid: name.toWellFormed(), mark: { name } })
      }),
    )
  })
})
