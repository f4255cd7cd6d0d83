import { startFloor } from './floor.ts'
import { mediaMessage } from './telephone-wire.ts'

/** The floor of a phone whose sound is passed through: the same frames, read and written, and nothing else. */

interface Message {
  event: string
  streamSid: string
  media?: { payload: string }
}

await startFloor((near) => {
  near.on('error', () => undefined)
  near.on('message', (data) => {
    const { media, streamSid } = JSON.parse(String(data)) as Message
    if (media) near.send(mediaMessage(streamSid, media.payload))
  })
})
