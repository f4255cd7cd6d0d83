import { bitsOfLetters, bytesOfBase64 } from '../../audio/base64.ts'
import { MULAW_SAMPLES } from '../../audio/g711.ts'
import { isPlain, pastDigits, pastText, pastWords } from '../as-written.ts'
import { readsMarks } from '../mark-as-written.ts'
import { MAX_PAYLOAD_BYTES, place } from './wire.ts'

/**
 * What Twilio sends fifty times a second and call, as it always writes it: from the bytes that came to sound, without a string or an object
 * between. Whatever differs is left to whom reads it as JSON (`readStreamMessage`, `soundOf`), which comes to the same.
 */

const START = Buffer.from('{"event":"media","sequenceNumber":"')
const CHUNK = Buffer.from('","media":{"track":"inbound","chunk":"')
const TIMESTAMP = Buffer.from('","timestamp":"')
const PAYLOAD = Buffer.from('","payload":"')
/** As many as a count may have. */
const DIGITS = 20

/** The name of a mark of ours that came back on a stream whose id is plain; undefined for what is not a `mark` as it is always written. */
export const markAsWritten = readsMarks({ sequence: 'sequenceNumber', stream: 'streamSid' })

/** How each `media` of this stream ends; empty where its id may be written in more than one way. */
export const mediaEndOf = (streamSid: string): string =>
  // Joined, it is one string; put together otherwise it would be looked for in pieces.
  isPlain(streamSid) ? ['"},"streamSid":"', streamSid, '"}'].join('') : ''

/** The sound between two places as PCM16LE, good until the next; undefined for what is not a `media` with this end as it is always written. */
export function soundAsWritten(bytes: Uint8Array, from: number, to: number, mediaEnd: string): Buffer | undefined {
  const last = to - mediaEnd.length
  if (mediaEnd === '' || pastWords(bytes, last, to, mediaEnd) !== to) return undefined
  const sequence = pastDigits(bytes, pastText(bytes, from, last, START), last, DIGITS)
  const chunk = pastDigits(bytes, pastText(bytes, sequence, last, CHUNK), last, DIGITS)
  const timestamp = pastDigits(bytes, pastText(bytes, chunk, last, TIMESTAMP), last, DIGITS)
  const payload = pastText(bytes, timestamp, last, PAYLOAD)
  return payload < 0 ? undefined : decoded(bytes, payload, last)
}

/** From base64 of µ-law to samples, in one go. */
function decoded(bytes: Uint8Array, from: number, to: number): Buffer | undefined {
  const samples = bytesOfBase64(bytes, from, to)
  if (samples <= 0 || samples > MAX_PAYLOAD_BYTES) return undefined
  const pcm = place.of(samples * 2)
  const left = samples % 3
  const whole = (samples - left) * 2
  let letters = from
  for (let at = 0; at < whole; at += 6) {
    const bits = bitsOfLetters(bytes, letters, 4)
    if (bits < 0) return undefined
    const one = MULAW_SAMPLES[bits >> 16] as number
    const two = MULAW_SAMPLES[(bits >> 8) & 0xff] as number
    const three = MULAW_SAMPLES[bits & 0xff] as number
    pcm[at] = one
    pcm[at + 1] = one >> 8
    pcm[at + 2] = two
    pcm[at + 3] = two >> 8
    pcm[at + 4] = three
    pcm[at + 5] = three >> 8
    letters += 4
  }
  if (left === 0) return pcm
  const bits = bitsOfLetters(bytes, letters, left + 1)
  if (bits < 0) return undefined
  pcm.writeInt16LE(MULAW_SAMPLES[bits >> 16] as number, whole)
  if (left === 2) pcm.writeInt16LE(MULAW_SAMPLES[(bits >> 8) & 0xff] as number, whole + 2)
  return pcm
}
