import { bytesOfBase64, readBase64 } from '../../audio/base64.ts'
import { isPlain, pastCount, pastText, pastWords } from '../as-written.ts'
import { readsMarks } from '../mark-as-written.ts'
import { MAX_PAYLOAD_BYTES, place, soundOf } from './wire.ts'

/**
 * What Exotel sends again and again, as it mostly writes it: from the bytes that came to sound. Whatever differs is left to whom
 * reads it as JSON (`readStreamMessage`, `soundOf`), which comes to the same.
 */

const START = Buffer.from('{"event":"media","sequence_number":')
const TIMESTAMP = Buffer.from(',"timestamp":')
const PAYLOAD = Buffer.from(',"payload":"')
const END = Buffer.from('"}}')
/** Longer base64 is read sooner by Node, with what a call into it costs. */
const SHORT_LETTERS = 600

/** The name of a mark of ours that came back on a stream whose id is plain; undefined for what is not a `mark` as it is mostly written. */
export const markAsWritten = readsMarks({ sequence: 'sequence_number', stream: 'stream_sid' })

/** What stands between the first count and the second of each `media` of this stream; empty where its id may be written in more than one way. */
export const mediaMiddleOf = (streamSid: string): string =>
  // Joined, it is one string; put together otherwise it would be looked for in pieces.
  isPlain(streamSid) ? [',"stream_sid":"', streamSid, '","media":{"chunk":'].join('') : ''

/** The sound between two places, good until the next; undefined for what is not a `media` with this middle as it is mostly written. */
export function soundAsWritten(bytes: Buffer, from: number, to: number, mediaMiddle: string): Buffer | undefined {
  const last = to - END.length
  if (mediaMiddle === '' || pastText(bytes, last, to, END) !== to) return undefined
  const sequence = pastCount(bytes, pastText(bytes, from, last, START), last)
  const chunk = pastCount(bytes, pastWords(bytes, sequence, last, mediaMiddle), last)
  const timestamp = pastCount(bytes, pastText(bytes, chunk, last, TIMESTAMP), last)
  const payload = pastText(bytes, timestamp, last, PAYLOAD)
  if (payload < 0) return undefined
  return last - payload > SHORT_LETTERS ? soundOf(bytes.toString('latin1', payload, last)) : decoded(bytes, payload, last)
}

function decoded(bytes: Buffer, from: number, to: number): Buffer | undefined {
  const length = bytesOfBase64(bytes, from, to)
  if (length <= 0 || length > MAX_PAYLOAD_BYTES) return undefined
  const sound = place.of(length)
  return readBase64(bytes, from, sound, length) ? sound : undefined
}
