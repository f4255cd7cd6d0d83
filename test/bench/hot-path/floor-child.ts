import { createFramer } from '../../../relay/src/audio/frames.ts'
import { startFloor, tie } from './floor.ts'
import { openVendor } from './floor-gemini.ts'
import { DOWN_HZ, FRAME_MS } from './shape.ts'

/** The floor: what any bridge between a page and Gemini has to do, and nothing else. Two sockets, the vendor's framing, the house's kernel. */

const { VENDOR_URL = '' } = process.env

await startFloor((page) => {
  const framer = createFramer(DOWN_HZ, FRAME_MS)
  const vendor = openVendor(VENDOR_URL, 16_000, {
    ready: () => page.send('{"type":"ready"}'),
    sound(pcm) {
      for (const frame of framer.push(pcm)) page.send(frame)
    },
  })
  page.on('message', (data: Buffer, isBinary) => isBinary && vendor.send(data))
  tie(page, vendor.ws)
})
