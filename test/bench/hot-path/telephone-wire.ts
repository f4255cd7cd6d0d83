import { encodeMulaw } from '../../../relay/src/audio/g711.ts'
import { ACCOUNT } from '../twilio-line.ts'
import { sound } from './sound.ts'
import { STAMP_CODE_LETTERS, STAMP_CODES, type Stamp, writeStamp } from './stamp.ts'

/** Media Streams as Twilio writes them (PROTOCOLS 1): JSON in text frames, 20 ms of µ-law in each. */

export const CODES_A_FRAME = 160
/** Every call has a socket of its own. */
export const STREAM_SID = 'MZ000000000000000000000000000be7c4'

const MEDIA_HEAD = '{"event":"media"'
export const MARK_HEAD = '{"event":"mark"'
const PAYLOAD = '"payload":"'

/** The sound of a `media`, base64; undefined for all other messages. */
export function readPayload(message: string): string | undefined {
  if (!message.startsWith(MEDIA_HEAD)) return undefined
  const from = message.indexOf(PAYLOAD) + PAYLOAD.length
  return message.slice(from, message.indexOf('"', from))
}

export function startMessages(streamSid: string, callSid: string): string[] {
  const start = {
    accountSid: ACCOUNT.TWILIO_ACCOUNT_SID,
    streamSid,
    callSid,
    tracks: ['inbound'],
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    customParameters: {},
  }
  return [
    JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }),
    JSON.stringify({ event: 'start', sequenceNumber: '1', start, streamSid }),
  ]
}

/** Codes from 0xf0 up, which is a room's noise and where stamps live. */
const ROOM = Uint8Array.from({ length: CODES_A_FRAME }, (_, at) => 0xf0 | ((at * 7) & 15))
const VOICE = ROOM.slice()
encodeMulaw(sound(2 * (CODES_A_FRAME - STAMP_CODES), 6000), VOICE.subarray(STAMP_CODES))

const lettersOf = (codes: Uint8Array) => Buffer.from(codes).toString('base64')
const REST = { room: lettersOf(ROOM).slice(STAMP_CODE_LETTERS), voice: lettersOf(VOICE).slice(STAMP_CODE_LETTERS) }

/** What one stream sends, numbered as Twilio does. */
export function createMediaWriter() {
  let chunk = 0
  // `start` was the first.
  let sequence = 1
  return {
    media(stamp: Stamp, speaks: boolean): string {
      chunk += 1
      sequence += 1
      const codes = ROOM.slice(0, STAMP_CODES)
      writeStamp(codes, 0, stamp, 1)
      const payload = lettersOf(codes) + (speaks ? REST.voice : REST.room)
      const media = `{"track":"inbound","chunk":"${chunk}","timestamp":"${chunk * 20}","payload":"${payload}"}`
      return `${MEDIA_HEAD},"sequenceNumber":"${sequence}","media":${media},"streamSid":"${STREAM_SID}"}`
    },
    /** What was asked has been played; `mark` as it stood there. */
    mark(mark: string): string {
      sequence += 1
      return `${MARK_HEAD},"sequenceNumber":"${sequence}","streamSid":"${STREAM_SID}","mark":${mark}}`
    },
  }
}

/** A frame of ours, as a bare bridge writes it. */
export const mediaMessage = (streamSid: string, payload: string) =>
  `{"event":"media","streamSid":"${streamSid}","media":{"payload":"${payload}"}}`
