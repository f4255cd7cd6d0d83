import type { FromRelay } from '@voice-agent/relay/protocol'
import { WebSocket } from 'ws'
import { createPlayer, generateMask, type Near, type NearEvents } from './near.ts'
import { DOWN_BYTES, upFrame } from './shape.ts'
import { readStamp } from './stamp.ts'

/** A page: PCM16LE over its media socket. Resolves once the other side says that the call stands. */
export function joinPage(o: { id: number; mediaUrl: string } & NearEvents): Promise<Near> {
  const { id } = o
  const ws = new WebSocket(o.mediaUrl, { perMessageDeflate: false, generateMask })
  const player = createPlayer((mark) => ws.send(mark))
  const ready = Promise.withResolvers<Near>()

  function hear(frame: Buffer) {
    const now = performance.now()
    player.frame(now)
    const stamp = readStamp(frame)
    if (frame.length !== DOWN_BYTES || stamp.call !== id) o.onOdd()
    else o.onFrame(stamp.frame, now)
  }

  function read(message: FromRelay) {
    const { type } = message
    if (type === 'ready') ready.resolve(near)
    else if (type === 'mark') player.mark(JSON.stringify({ type, utterance: message.utterance, name: message.name }))
    else if (type === 'clear') ws.send(JSON.stringify({ type: 'played', utterance: message.utterance, ms: 0 }))
    else if (type === 'error' || (type === 'ended' && message.reason !== 'operator'))
      console.error(`call ${id}: ${JSON.stringify(message)}`)
  }

  ws.on('message', (data: Buffer, isBinary) => (isBinary ? hear(data) : read(JSON.parse(data.toString()) as FromRelay)))
  ws.on('error', ready.reject)
  ws.on('close', (code) => ready.reject(new Error(`the media socket closed with ${code}`)))

  const near: Near = {
    get isOver() {
      return ws.readyState !== ws.OPEN
    },
    get heardAll() {
      return player.heardAll()
    },
    speak: (stamp, speaks) => ws.send(upFrame(stamp, speaks)),
    mute: (muted) => ws.send(JSON.stringify({ type: 'mute', muted })),
    tellMarks: player.tellMarks,
  }
  return ready.promise
}
