import { CHUNK_BYTES, mediaMessage } from './exotel-line.ts'
import { startFloor } from './floor.ts'

/** The floor of a phone behind Exotel: the same messages read, gathered into whole chunks and written, and nothing else. */

interface Message {
  event: string
  stream_sid: string
  media?: { payload: string }
}

/** What waits for its chunk to be full goes as it is when nothing more comes for so long. */
const LINGER_MS = 150

await startFloor((near) => {
  const chunk = Buffer.alloc(CHUNK_BYTES)
  let filled = 0
  let streamSid = ''
  let linger: NodeJS.Timeout | undefined

  function send() {
    clearTimeout(linger)
    linger = undefined
    near.send(mediaMessage(streamSid, chunk))
    chunk.fill(0)
    filled = 0
  }
  near.on('error', () => undefined)
  near.on('close', () => clearTimeout(linger))
  near.on('message', (data) => {
    const { media, stream_sid } = JSON.parse(String(data)) as Message
    if (!media) return
    streamSid = stream_sid
    const pcm = Buffer.from(media.payload, 'base64')
    chunk.set(pcm, filled)
    filled += pcm.length
    if (filled === CHUNK_BYTES) send()
    else linger ??= setTimeout(send, LINGER_MS)
  })
})
