import { WebSocket } from 'ws'
import { upMessage } from './shape.ts'

/** Gemini's wire, read and written as a bare bridge does. */

const SETUP = JSON.stringify({ setup: { model: 'models/bench', generationConfig: { responseModalities: ['AUDIO'] } } })

interface VendorMessage {
  setupComplete?: object
  serverContent?: { modelTurn?: { parts?: { inlineData?: { data: string } }[] }; turnComplete?: boolean }
}

/** `send` gives the vendor PCM16LE at this rate; before it listens, nothing. */
export function openVendor(
  url: string,
  sampleRateHz: number,
  on: { ready?: () => void; sound: (pcm: Buffer) => void; over?: () => void },
): { ws: WebSocket; send: (pcm: Uint8Array) => void } {
  const ws = new WebSocket(url, { perMessageDeflate: false })
  ws.on('open', () => ws.send(SETUP))
  ws.on('message', (data) => {
    const { setupComplete, serverContent } = JSON.parse(String(data)) as VendorMessage
    if (setupComplete) on.ready?.()
    for (const part of serverContent?.modelTurn?.parts ?? []) if (part.inlineData) on.sound(Buffer.from(part.inlineData.data, 'base64'))
    if (serverContent?.turnComplete) on.over?.()
  })
  return {
    ws,
    send(pcm) {
      if (ws.readyState === ws.OPEN) ws.send(upMessage(pcm, sampleRateHz))
    },
  }
}
