import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MULAW_SAMPLES } from '../../audio/g711.ts'
import { anyMessage } from '../fuzz.test-kit.ts'
import vectors from './twilio.vectors.json' with { type: 'json' }
import { codedOf, createStreamWriter, readStreamMessage, type StreamWriter, soundOf } from './wire.ts'

const STREAM = 'MZ00000000000000000000000000000001'
const bytes = (message: unknown) => Buffer.from(typeof message === 'string' ? message : JSON.stringify(message))
const frames = (dir: string) => vectors.media_streams.filter((each) => each.dir === dir).map(({ frame }) => frame)
const media = (payload: unknown) => ({ event: 'media', streamSid: STREAM, media: { payload } })
const samplesOf = (pcm: Uint8Array | undefined) => pcm && [...new Int16Array(new Uint8Array(pcm).buffer)]

describe('what Twilio sends on a stream', () => {
  it('reads every known message', () => {
    const [connected, start, sound, key, mark, stop] = frames('in').map((frame) => readStreamMessage(bytes(frame)))
    expect(connected).toEqual({ event: 'connected' })
    expect(start).toEqual({
      event: 'start',
      start: {
        streamSid: STREAM,
        callSid: 'CA00000000000000000000000000000001',
        accountSid: 'AC00000000000000000000000000000000',
        customParameters: { session: 's_1' },
      },
    })
    expect(sound).toMatchObject({ event: 'media', streamSid: STREAM, media: { track: 'inbound' } })
    expect(sound?.event === 'media' && samplesOf(soundOf(sound.media.payload))).toEqual(Array(160).fill(0))
    expect(key).toEqual({ event: 'dtmf', streamSid: STREAM, dtmf: { digit: '1' } })
    expect(mark).toEqual({ event: 'mark', streamSid: STREAM, mark: { name: 'm1' } })
    expect(stop).toEqual({ event: 'stop', streamSid: STREAM })
  })

  const [, start] = frames('in') as { start: Record<string, unknown> }[]
  it.each([
    ['no JSON', 'hello'],
    ['half a message', '{"event":"media"'],
    ['null', 'null'],
    ['a list', '[1]'],
    ['no event', '{}'],
    ['an event nobody knows', { event: 'video', streamSid: STREAM }],
    ['a name from the language itself', { event: 'constructor', streamSid: STREAM }],
    ['sound of nobody', { event: 'media', media: { payload: '/w==' } }],
    ['sound that is none', media(7)],
    ['no sound', { event: 'media', streamSid: STREAM, media: null }],
    ['a key that no phone has', { event: 'dtmf', streamSid: STREAM, dtmf: { digit: 'X' } }],
    ['two keys', { event: 'dtmf', streamSid: STREAM, dtmf: { digit: '12' } }],
    ['a mark without end', { event: 'mark', streamSid: STREAM, mark: { name: 'x'.repeat(129) } }],
    ['another rate', { ...start, start: { ...start?.start, mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 16_000, channels: 1 } } }],
    ['another coding', { ...start, start: { ...start?.start, mediaFormat: { encoding: 'audio/x-l16', sampleRate: 8000, channels: 1 } } }],
    ['too much', media('A'.repeat(70_000))],
  ])('does not understand %s', (_, message) => {
    expect(readStreamMessage(bytes(message))).toBeUndefined()
  })

  it('small letters are keys too', () => {
    expect(readStreamMessage(bytes({ event: 'dtmf', streamSid: STREAM, dtmf: { digit: 'd' } }))).toMatchObject({ dtmf: { digit: 'D' } })
  })

  it('sound is whole base64 of at most a second, any length of it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), (coded) => {
        const pcm = soundOf(Buffer.from(coded).toString('base64'))
        expect(samplesOf(pcm)).toEqual([...coded].map((code) => MULAW_SAMPLES[code]))
      }),
    )
    for (const payload of ['', '=', '==', '====', 'A', 'AA', 'AAA', 'A AA', 'AA!A', 'AA=A', '/w=', 'ÿÿÿÿ']) {
      expect(soundOf(payload), payload).toBeUndefined()
    }
    expect(soundOf(Buffer.alloc(8000).toString('base64'))).toHaveLength(16_000)
    expect(soundOf(Buffer.alloc(8001).toString('base64'))).toBeUndefined()
  })

  const message = anyMessage({
    frames: frames('in'),
    outside: ['event', 'streamSid', 'start', 'media', 'dtmf', 'mark', 'stop'],
    inside: ['payload', 'digit', 'name', 'callSid', 'mediaFormat'],
    near: [STREAM, '/w==', '1', 'm1', 'inbound'],
  })

  it('100,000 messages of any kind are read or not understood, and none is thrown at', () => {
    const KEYS = { connected: true, start: true, media: true, dtmf: true, mark: true, stop: true }
    fc.assert(
      fc.property(message, (raw) => {
        const told = readStreamMessage(raw)
        if (!told) return
        if (!(told.event in KEYS)) throw new Error(`read ${told.event}`)
        if (told.event === 'media') soundOf(told.media.payload)
      }),
      { numRuns: 100_000 },
    )
  })
})

describe('what we send on a stream', () => {
  const writer = createStreamWriter(STREAM)
  const written = ({ before, after }: StreamWriter, pcm: Uint8Array) => `${before}${Buffer.from(codedOf(pcm)).toString('base64')}${after}`
  const pcm = (sample: number) => new Uint8Array(Int16Array.from({ length: 160 }, () => sample).buffer)

  it('is written as Twilio wants it', () => {
    const [sound, mark, clear] = frames('out')
    expect(JSON.parse(written(writer, pcm(0)))).toEqual(sound)
    expect(JSON.parse(writer.mark('m1'))).toEqual(mark)
    expect(JSON.parse(writer.clear)).toEqual(clear)
  })

  it('carries any sound there and back, and any name', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 320, maxLength: 320 }), fc.string({ unit: 'binary', maxLength: 20 }), (sound, name) => {
        const named = written(createStreamWriter(name), sound)
        expect(named).toMatch(/^[ -~]+$/)
        const { media, streamSid } = JSON.parse(named)
        expect(streamSid).toBe(name.toWellFormed())
        const there = soundOf(media.payload)
        const again = soundOf(JSON.parse(written(writer, there ?? sound)).media.payload)
        expect(again).toEqual(there)
        expect(JSON.parse(createStreamWriter(name).mark(name))).toMatchObject({ streamSid: name.toWellFormed(), mark: { name } })
      }),
    )
  })
})
