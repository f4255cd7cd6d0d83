import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { IncomingCall } from '../twilio-line.ts'
import { createPlayer, generateMask, type Near, type NearEvents, sendText } from './near.ts'
import { CODES_A_FRAME, createMediaWriter, MARK_HEAD, readPayload, STREAM_SID, startMessages } from './telephone-wire.ts'

/** From here on a close says that something is wrong; at the end of a bench processes go without a word. */
const REFUSED = 1008

/** A phone behind Twilio: Media Streams over the socket that the call was sent to. `read` finds the number of a frame of this call. */
export async function joinTelephone(
  o: { id: number; line: IncomingCall; read: (coded: Buffer) => number | undefined } & NearEvents,
): Promise<Near> {
  const { mediaUrl, headers, callSid } = o.line
  const ws = new WebSocket(mediaUrl, { perMessageDeflate: false, generateMask, headers })
  const writer = createMediaWriter()
  const player = createPlayer((mark) => ws.send(writer.mark(mark)))
  ws.on('close', (code, reason) => code < REFUSED || console.error(`call ${o.id}: the socket closed with ${code} ${reason}`))

  function hear(payload: string) {
    const now = performance.now()
    player.frame(now)
    const coded = Buffer.from(payload, 'base64')
    const frame = coded.length === CODES_A_FRAME ? o.read(coded) : undefined
    if (frame === undefined) o.onOdd()
    else o.onFrame(frame, now)
  }

  ws.on('message', (data: Buffer) => {
    const message = data.toString('latin1')
    const payload = readPayload(message)
    if (payload !== undefined) hear(payload)
    else if (message.startsWith(MARK_HEAD)) player.mark(JSON.stringify((JSON.parse(message) as { mark: object }).mark))
    else if (message.startsWith('{"event":"clear"')) player.clear()
  })
  await once(ws, 'open')
  for (const message of startMessages(STREAM_SID, callSid)) ws.send(message)

  return {
    get isOver() {
      return ws.readyState !== ws.OPEN
    },
    get heardAll() {
      return player.heardAll()
    },
    speak: (stamp, speaks) => sendText(ws, writer.media(stamp, speaks)),
    mute: () => undefined,
    tellMarks: player.tellMarks,
  }
}
