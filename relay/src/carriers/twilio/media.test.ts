import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readsMarksAsWritten } from '../mark.test-kit.ts'
import { readsAsWritten, type Written } from '../media.test-kit.ts'
import { markAsWritten, mediaEndOf, soundAsWritten } from './media.ts'
import { readStreamMessage, soundOf } from './wire.ts'

const STREAM = 'MZ00000000000000000000000000000001'

const written = ({ sequence, chunk, timestamp, payload, streamSid }: Written) =>
  `{"event":"media","sequenceNumber":"${sequence}","media":{"track":"inbound","chunk":"${chunk}","timestamp":"${timestamp}","payload":"${payload}"},"streamSid":"${streamSid}"}`
const plain = { sequence: '3', chunk: '1', timestamp: '5', payload: 'AAAA', streamSid: STREAM }
const read = (bytes: Buffer, from: number, to: number, streamSid = STREAM) => soundAsWritten(bytes, from, to, mediaEndOf(streamSid))
const asWritten = (raw: Buffer, streamSid = STREAM) => read(raw, 0, raw.length, streamSid)
const count = fc.stringMatching(/^[0-9]{1,20}$/)

readsAsWritten({
  ...{ carrier: 'Twilio', written, plain, read, count },
  byJson(raw, streamSid) {
    const told = readStreamMessage(raw)
    if (told?.event !== 'media' || told.streamSid !== streamSid || told.media.track !== 'inbound') return undefined
    return soundOf(told.media.payload)
  },
  counts: fc.oneof(count, fc.string({ maxLength: 3 }), fc.stringMatching(/^[0-9]{19,23}$/)),
  sound: fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 30 }), fc.uint8Array({ minLength: 160, maxLength: 160 })),
  payloads: ['/w=='],
  leftToJson: [
    ['no number', { sequence: '' }],
    ['a number too long', { timestamp: '1'.repeat(21) }],
    ['the other alphabet of base64', { payload: '-_-_' }],
    ['only padding', { payload: '====' }],
  ],
  second: { coded: 8000, pcm: 16_000 },
})

it('of a stream whose name is not plain has an end all the same', () => {
  const [cut] = written(plain).split('"},')
  expect(asWritten(Buffer.from(cut ?? ''), 'a b')).toBeUndefined()
})

readsMarksAsWritten({
  carrier: 'Twilio',
  stream: STREAM,
  written: ({ sequence, streamSid, name }) =>
    `{"event":"mark","sequenceNumber":${sequence},"streamSid":"${streamSid}","mark":{"name":"${name}"}}`,
  read: markAsWritten,
  count: count.map((digits) => `"${digits}"`),
  byJson(raw) {
    const told = readStreamMessage(raw)
    return told?.event === 'mark' && told.streamSid === STREAM ? told.mark.name : undefined
  },
})
