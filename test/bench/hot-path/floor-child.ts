import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import { createFramer } from '../../../relay/src/audio/frames.ts'
import { answerBench } from '../measured.ts'
import { DOWN_HZ, FRAME_MS, upMessage } from './shape.ts'

/** The floor: what any bridge between a page and Gemini has to do, and nothing else. Two sockets, the vendor's framing, the house's kernel. */

const { VENDOR_URL = '' } = process.env
const SETUP = JSON.stringify({ setup: { model: 'models/bench', generationConfig: { responseModalities: ['AUDIO'] } } })

interface VendorMessage {
  setupComplete?: object
  serverContent?: { modelTurn?: { parts?: { inlineData?: { data: string } }[] } }
}

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
await once(server, 'listening')
server.on('connection', (page: WebSocket) => {
  const vendor = new WebSocket(VENDOR_URL, { perMessageDeflate: false })
  const framer = createFramer(DOWN_HZ, FRAME_MS)
  vendor.on('open', () => vendor.send(SETUP))
  vendor.on('message', (data) => {
    const message = JSON.parse(String(data)) as VendorMessage
    if (message.setupComplete) page.send('{"type":"ready"}')
    for (const part of message.serverContent?.modelTurn?.parts ?? []) {
      if (!part.inlineData) continue
      for (const frame of framer.push(Buffer.from(part.inlineData.data, 'base64'))) page.send(frame)
    }
  })
  page.on('message', (data: Buffer, isBinary) => isBinary && vendor.readyState === vendor.OPEN && vendor.send(upMessage(data)))
  for (const [one, other] of [
    [page, vendor],
    [vendor, page],
  ] as const) {
    one.on('error', () => undefined)
    one.on('close', () => other.close())
  }
})
answerBench(async () => {
  for (const ws of server.clients) ws.terminate()
  server.close()
})
process.send?.({ url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` })
