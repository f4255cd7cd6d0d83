import { once } from 'node:events'
import { WebSocket } from 'ws'
import { createPlayer, generateMask, type Near, type NearEvents } from './near.ts'
import { sound } from './sound.ts'
import { type Stamp, writeStamp } from './stamp.ts'

/** A phone behind Exotel (PROTOCOLS 2.6): AgentStream at 8 kHz, 100 ms in each of its messages, whole chunks of ours back. */

export const EXOTEL_ACCOUNT = {
  EXOTEL_API_KEY: 'key-of-the-bench',
  EXOTEL_API_TOKEN: 'token-of-the-bench',
  EXOTEL_SID: 'bench',
  EXOTEL_CALLER_ID: '+918040550199',
}
const BYTES_A_FRAME = 320
/** Of a message of Exotel's, and of a chunk of ours. */
export const FRAMES_A_MESSAGE = 5
export const CHUNK_BYTES = 3200

const BASIC = Buffer.from(`${EXOTEL_ACCOUNT.EXOTEL_API_KEY}:${EXOTEL_ACCOUNT.EXOTEL_API_TOKEN}`).toString('base64')
const REFUSED = 1008
const MEDIA_HEAD = '{"event":"media"'
const PAYLOAD = '"payload":"'
const MARK_HEAD = '{"event":"mark"'
const ROOM = sound(BYTES_A_FRAME, 16)

/** Where a relay takes the sound of calls to its number. */
export const streamUrlOf = (relayUrl: string) => `${relayUrl.replace('http', 'ws')}/api/telephony/ws/env-exotel`

/** The sound of a `media`, base64; undefined for all other messages. */
function readPayload(message: string): string | undefined {
  if (!message.startsWith(MEDIA_HEAD)) return undefined
  const from = message.indexOf(PAYLOAD) + PAYLOAD.length
  return message.slice(from, message.indexOf('"', from))
}

/** A chunk of ours, as a bare bridge writes it. */
export const mediaMessage = (streamSid: string, pcm: Buffer) =>
  `{"event":"media","stream_sid":"${streamSid}","streamSid":"${streamSid}","media":{"payload":"${pcm.toString('base64')}"}}`

/** `read` finds the number of a frame of this call. What a chunk is filled up with is no frame. */
export async function joinExotel(o: { id: number; url: string; read: (pcm: Buffer) => number | undefined } & NearEvents): Promise<Near> {
  const ws = new WebSocket(o.url, { perMessageDeflate: false, generateMask, headers: { authorization: `Basic ${BASIC}` } })
  const streamSid = `stream${o.id}`
  let chunk = 0
  let marks = 0
  const player = createPlayer((name) => {
    marks += 1
    ws.send(`{"event":"mark","sequence_number":${chunk + marks + 1},"stream_sid":"${streamSid}","mark":${name}}`)
  })
  ws.on('close', (code, reason) => code < REFUSED || console.error(`call ${o.id}: the socket closed with ${code} ${reason}`))

  function hear(payload: string) {
    const now = performance.now()
    const chunk = Buffer.from(payload, 'base64')
    if (chunk.length !== CHUNK_BYTES) return o.onOdd()
    for (let at = 0; at < chunk.length; at += BYTES_A_FRAME) {
      player.frame(now)
      const pcm = chunk.subarray(at, at + BYTES_A_FRAME)
      if (isSilence(pcm)) continue
      const frame = o.read(pcm)
      if (frame === undefined) o.onOdd()
      else o.onFrame(frame, now)
    }
    o.onChunk?.(now)
  }

  ws.on('message', (data: Buffer) => {
    const message = data.toString('latin1')
    const payload = readPayload(message)
    if (payload !== undefined) hear(payload)
    else if (message.startsWith(MARK_HEAD)) player.mark(JSON.stringify((JSON.parse(message) as { mark: object }).mark))
    else if (message.startsWith('{"event":"clear"')) player.clear()
  })
  await once(ws, 'open')
  const about = {
    call_sid: `exotel${o.id}`,
    account_sid: EXOTEL_ACCOUNT.EXOTEL_SID,
    from: `09${String(100_000_000 + o.id)}`,
    to: '08040550199',
  }
  const format = { encoding: 'raw', sample_rate: '8000', bit_rate: '16' }
  ws.send('{"event":"connected"}')
  const start = { stream_sid: streamSid, ...about, custom_parameters: {}, media_format: format }
  ws.send(JSON.stringify({ event: 'start', sequence_number: 1, stream_sid: streamSid, start }))

  return {
    get isOver() {
      return ws.readyState !== ws.OPEN
    },
    get heardAll() {
      return player.heardAll()
    },
    /** A whole message: this frame and those behind it. */
    speak({ call, frame }: Stamp) {
      chunk += 1
      const pcm = Buffer.alloc(BYTES_A_FRAME * FRAMES_A_MESSAGE)
      for (let each = 0; each < FRAMES_A_MESSAGE; each++) {
        pcm.set(ROOM, each * BYTES_A_FRAME)
        writeStamp(pcm, each * BYTES_A_FRAME, { call, frame: frame + each })
      }
      const media = `{"chunk":${chunk},"timestamp":"${chunk * 100}","payload":"${pcm.toString('base64')}"}`
      ws.send(`{"event":"media","sequence_number":${chunk + marks + 1},"stream_sid":"${streamSid}","media":${media}}`)
    },
    mute: () => undefined,
    tellMarks: player.tellMarks,
  }
}

const isSilence = (pcm: Buffer) => pcm.every((byte) => byte === 0)
