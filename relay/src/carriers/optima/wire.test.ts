import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import vectors from './optima.vectors.json' with { type: 'json' }
import { readRecord } from './record.ts'
import { HEARD, type HeardEvent, readBinary, readEvent, readFrame } from './wire.ts'

const SESSION = '07475d2c-32c9-4f4b-8103-6db8c0dc741f'
const event = (name: string, more: object = {}) => readEvent(name as HeardEvent, { sessionId: SESSION, ...more })
const frame = (told: unknown) => readFrame(Buffer.from(JSON.stringify(told)))
const of = (told: object) => ({ sessionId: SESSION, of: told })
/** The vectors name buffers in words. */
const told = vectors.socketio_in.map(([name, data]) => {
  const fields = data as Record<string, unknown>
  return [name as HeardEvent, 'audioData' in fields ? { ...fields, audioData: Buffer.alloc(320, 1) } : fields] as const
})

describe('what Optima says over Socket.IO', () => {
  it('is read as the vectors have it', () => {
    expect(told.map(([name, data]) => readEvent(name, data))).toEqual([
      { event: 'newSession', sessionId: SESSION, type: 'outbound' },
      of({ event: 'roomJoined', ok: true }),
      ...['dialing', 'ringing', 'connected', 'busy'].map((status) => of({ event: 'dialStatus', status })),
      of({ event: 'dtmf', digit: '1' }),
      of({ event: 'audio', bytes: Buffer.alloc(320, 1), format: undefined }),
      of({ event: 'checkPoint', name: 'm1' }),
      of({ event: 'hangup' }),
    ])
  })

  it('in other words of later papers', () => {
    expect(event('newSession', { type: 'inbound' })).toMatchObject({ type: 'inbound' })
    expect(event('roomJoined', { status: 'failed' })).toEqual(of({ event: 'roomJoined', ok: false }))
    expect(event('dialStatus', { status: 'Failed' })).toEqual(of({ event: 'dialStatus', status: 'failed' }))
    expect(event('CheckPoint', { name: 'm1' })).toEqual(of({ event: 'checkPoint', name: 'm1' }))
    for (const audioFormat of ['pcm16', 'ulaw', 'alaw'])
      expect(event('audio', { audioData: new Uint8Array(4), audioFormat })).toEqual(
        of({ event: 'audio', bytes: new Uint8Array(4), format: audioFormat }),
      )
    expect(event('audio', { audioData: new ArrayBuffer(4) })).toEqual(of({ event: 'audio', bytes: new Uint8Array(4), format: undefined }))
    for (const digit of vectors.digits.receive) expect(event('dtmf', { digit })).toEqual(of({ event: 'dtmf', digit: digit.toUpperCase() }))
    expect(event('dtmf', { digit: 5 })).toEqual(of({ event: 'dtmf', digit: '5' }))
    expect(event('cdr', { disposition: 'BUSY' })).toEqual(
      of({ event: 'cdr', record: readRecord({ sessionId: SESSION, disposition: 'BUSY' }) }),
    )
  })

  it('is not understood where it is nobody’s call, or no such thing', () => {
    for (const name of HEARD)
      for (const data of [undefined, null, 1, 'x', [], {}, { sessionId: '' }, { sessionId: '../x' }, { sessionId: 'a'.repeat(65) }])
        expect(readEvent(name, data)).toBeUndefined()
    for (const [name, more] of [
      ['newSession', { type: 'sideways' }],
      ['dialStatus', { status: 'toString' }],
      ['dtmf', { digit: '12' }],
      ['dtmf', { digit: 'E' }],
      ['checkPoint', { name: 'a'.repeat(129) }],
      ['audio', { audioData: 'base64' }],
      ['audio', { audioData: new Uint8Array() }],
      ['audio', { audioData: new Uint8Array(32_001) }],
      ['audio', { audioData: new Uint8Array(4), audioFormat: 'mp3' }],
      ['cdr', { disposition: 'DANCING' }],
    ] as const)
      expect(event(name, more)).toBeUndefined()
  })
})

describe('what Optima says over a call’s own WebSocket', () => {
  it('is read as the vectors have it', () => {
    expect(vectors.ws_105.in.filter((each) => typeof each === 'object').map(frame)).toEqual([
      { event: 'dialStatus', status: 'failed' },
      { event: 'checkPoint', name: 'm1' },
      { event: 'dtmf', digit: '1' },
      { event: 'hangup' },
    ])
    expect(frame({ event: 'checkPoint', data: { name: 'm1' } })).toEqual({ event: 'checkPoint', name: 'm1' })
    expect(readBinary(Buffer.alloc(320))).toEqual({ event: 'audio', bytes: Buffer.alloc(320), format: undefined })
    expect(readBinary(Buffer.alloc(0))).toBeUndefined()
    expect(readBinary(Buffer.alloc(32_001))).toBeUndefined()
  })

  it('is not understood where it is nothing of the kind', () => {
    for (const wrong of [null, 1, [], {}, { event: 'toString' }, { event: 'roomJoined' }, { event: 'dialStatus', data: null }])
      expect(frame(wrong)).toBeUndefined()
    expect(readFrame(Buffer.alloc(70_000, 32))).toBeUndefined()
  })
})

describe('whatever is said', () => {
  const value = fc.oneof(
    { depthSize: 'small' },
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(SESSION, 'Connected', '1', 'm1', 'success', 'ANSWERED', '__proto__'),
    fc.uint8Array({ maxLength: 20 }),
  )
  const key = fc.constantFrom(
    'sessionId',
    'type',
    'status',
    'digit',
    'name',
    'audioData',
    'audioFormat',
    'disposition',
    'duration',
    '__proto__',
  )
  const NAMES: readonly string[] = HEARD

  it('100,000 events are read or not understood, and none is thrown at', () => {
    const bent = fc
      .tuple(fc.constantFrom(...told), key, value)
      .map(([[name, data], field, other]) => [name, { ...data, [field]: other }] as const)
    const any = fc.tuple(fc.constantFrom(...HEARD), fc.oneof(value, fc.dictionary(key, value)))
    fc.assert(
      fc.property(fc.oneof(any, { arbitrary: bent, weight: 3 }), ([name, data]) => {
        const read = readEvent(name, data)
        if (read && !NAMES.includes('of' in read ? read.of.event : read.event)) throw new Error('read something else')
        if (read && !/^[A-Za-z0-9_-]{1,64}$/.test(read.sessionId)) throw new Error('read of nobody')
      }),
      { numRuns: 100_000 },
    )
  })

  it('100,000 frames likewise', () => {
    const frames = vectors.ws_105.in.filter((each) => typeof each === 'object').map((each) => JSON.stringify(each))
    const broken = fc.tuple(fc.constantFrom(...frames), fc.nat(200), fc.nat(255)).map(([text, at, byte]) => {
      const bytes = Buffer.from(text)
      bytes[at % bytes.length] = byte
      return bytes
    })
    const bent = fc
      .record({ event: fc.oneof(fc.constantFrom(...HEARD), fc.string()), data: fc.oneof(value, fc.dictionary(key, value)) })
      .map((each) => Buffer.from(JSON.stringify(each)))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }).map(Buffer.from), broken, bent), (bytes) => {
        const read = readFrame(bytes)
        if (read && !NAMES.includes(read.event)) throw new Error(`read ${read.event}`)
        readBinary(bytes)
      }),
      { numRuns: 100_000 },
    )
  })

  it('100,000 records likewise', () => {
    const record = fc.record(
      {
        sessionId: fc.oneof(fc.constant(SESSION), value),
        disposition: fc.oneof(fc.constantFrom('ANSWERED', 'no_answer', 'Busy', 'FAILED', 'cancel'), value),
        duration: fc.oneof(fc.integer(), fc.double(), value),
        billableSeconds: fc.oneof(fc.nat(), fc.nat().map(String), value),
        hangupCauseCode: value,
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(record, (given) => {
        const event = readRecord(given)
        if (event && !['completed', 'failed'].includes(event.status)) throw new Error('a record of a call that lives')
        if (event && !((event.durationMs ?? 0) >= 0 && (event.durationMs ?? 0) < 1e11)) throw new Error('no time')
      }),
      { numRuns: 100_000 },
    )
  })
})
