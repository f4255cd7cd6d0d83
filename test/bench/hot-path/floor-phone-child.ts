import { createFramer } from '../../../relay/src/audio/frames.ts'
import { decodeMulaw, encodeMulaw } from '../../../relay/src/audio/g711.ts'
import { createResampler } from '../../../relay/src/audio/resample.ts'
import { startFloor, tie } from './floor.ts'
import { openVendor } from './floor-gemini.ts'
import { DOWN_HZ, FRAME_MS } from './shape.ts'
import { CODES_A_FRAME, mediaMessage } from './telephone-wire.ts'

/** The floor: what any bridge between Twilio and Gemini has to do, and nothing else. Two sockets, both framings, the house's kernels. */

const TELEPHONE_HZ = 8000
const { VENDOR_URL = '' } = process.env

interface Message {
  event: string
  streamSid: string
  media?: { payload: string }
}

await startFloor((near) => {
  const framer = createFramer(TELEPHONE_HZ, FRAME_MS)
  const resampler = createResampler(DOWN_HZ, TELEPHONE_HZ)
  let streamSid = ''
  const say = (pcm: Uint8Array) => {
    for (const frame of framer.push(pcm)) {
      const coded = Buffer.allocUnsafe(CODES_A_FRAME)
      encodeMulaw(frame, coded)
      near.send(mediaMessage(streamSid, coded.toString('base64')))
    }
  }
  const vendor = openVendor(VENDOR_URL, TELEPHONE_HZ, {
    sound: (pcm) => say(resampler.push(pcm)),
    over: () => say(resampler.flush()),
  })
  near.on('message', (data) => {
    const message = JSON.parse(String(data)) as Message
    if (message.event === 'start') streamSid = message.streamSid
    if (!message.media) return
    const coded = Buffer.from(message.media.payload, 'base64')
    const pcm = Buffer.allocUnsafe(coded.length * 2)
    decodeMulaw(coded, pcm)
    vendor.send(pcm)
  })
  tie(near, vendor.ws)
})
