import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readsMarksAsWritten } from '../mark.test-kit.ts'
import { readsAsWritten, type Written } from '../media.test-kit.ts'
import { markAsWritten, mediaMiddleOf, soundAsWritten } from './media.ts'
import { readStreamMessage, soundOf } from './wire.ts'

const STREAM = 'e1f0a9c0_b2-stream'

const written = ({ sequence, chunk, timestamp, payload, streamSid }: Written) =>
  `{"event":"media","sequence_number":${sequence},"stream_sid":"${streamSid}","media":{"chunk":${chunk},"timestamp":${timestamp},"payload":"${payload}"}}`
const plain = { sequence: '3', chunk: '"1"', timestamp: '0', payload: 'AAAA', streamSid: STREAM }
const read = (bytes: Buffer, from: number, to: number, streamSid = STREAM) => soundAsWritten(bytes, from, to, mediaMiddleOf(streamSid))
const count = fc.oneof(fc.stringMatching(/^"[0-9]{1,20}"$/), fc.stringMatching(/^[1-9][0-9]{0,14}$/), fc.constant('0'))

readsAsWritten({
  ...{ carrier: 'Exotel', written, plain, read, count },
  byJson(raw, streamSid) {
    const told = readStreamMessage(raw)
    return told?.event === 'media' && told.streamSid === streamSid ? soundOf(told.payload) : undefined
  },
  counts: fc.oneof(
    { weight: 3, arbitrary: count },
    fc.constantFrom('00', '01', '-1', '1e3', '"1', '1"', '""', 'null', '', `"${'1'.repeat(21)}"`, '1'.repeat(16)),
  ),
  // Of lengths that are read here, and of such as Node reads.
  sound: fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 30 }), fc.uint8Array({ minLength: 440, maxLength: 460 })),
  payloads: ['/w==', Buffer.alloc(452, 0xff).toString('base64')],
  leftToJson: [
    ['a number that JSON has not', { sequence: '01' }],
    ['a number too long', { timestamp: '1'.repeat(16) }],
    ['a number too long in quotes', { timestamp: `"${'1'.repeat(21)}"` }],
    ['no number', { chunk: '""' }],
    ['a letter of no alphabet in much sound', { payload: `${'A'.repeat(612)}A*AA` }],
    ['an escaped letter in much sound', { payload: `${'A'.repeat(612)}A\\/A` }],
  ],
  second: { coded: 48_000, pcm: 48_000 },
})

it('of a stream whose name is not plain says whose it is all the same', () => {
  const nobodys = Buffer.from(written(plain).replace(mediaMiddleOf(STREAM), ''))
  expect(read(nobodys, 0, nobodys.length, 'a b')).toBeUndefined()
})

readsMarksAsWritten({
  carrier: 'Exotel',
  stream: STREAM,
  written: ({ sequence, streamSid, name }) =>
    `{"event":"mark","sequence_number":${sequence},"stream_sid":"${streamSid}","mark":{"name":"${name}"}}`,
  read: markAsWritten,
  count,
  byJson(raw) {
    const told = readStreamMessage(raw)
    return told?.event === 'mark' && told.streamSid === STREAM ? told.name : undefined
  },
})
