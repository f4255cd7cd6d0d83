import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

type Json = Record<string, unknown>

/** A frame that the engine sent, parsed. */
export interface Sent {
  setup?: Json & { sessionResumption?: { handle?: string }; systemInstruction?: { parts: { text: string }[] } }
  realtimeInput?: { audio?: { data: string; mimeType: string }; text?: string }
  clientContent?: { turns: { parts: { text: string }[] }[]; turnComplete: boolean }
  toolResponse?: { functionResponses: { id: string; name: string; response: Json }[] }
}

export interface FarSocket {
  url: string
  sent: Sent[]
  /** Resolves with the first frame that fits, before or from now on. */
  until(fits: (frame: Sent) => boolean): Promise<Sent>
  say(message: Json, as?: 'text' | 'binary'): void
  raw(frame: string): void
  close(code: number, reason?: string): void
  drop(): void
  readonly closed: Promise<void>
}

/** A Live server on loopback that says what the test says. `setupComplete` is said by itself unless `refuse` answers otherwise. */
export async function createLiveFarEnd(
  refuse?: (setup: NonNullable<Sent['setup']>, nth: number) => { code: number; reason: string } | 'silence' | 'garbage' | undefined,
) {
  const sockets: FarSocket[] = []
  const waiting: { nth: number; resolve: (socket: FarSocket) => void }[] = []
  let status: number | undefined
  const refused = Promise.withResolvers<void>()
  const wss = new WebSocketServer({ noServer: true })
  const server = createServer()
  server.on('upgrade', (request, socket, head) => {
    if (status !== undefined) {
      socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\n\r\n`)
      return refused.resolve()
    }
    wss.handleUpgrade(request, socket, head, (ws) => take(ws, request.url ?? ''))
  })

  function take(ws: WebSocket, url: string) {
    const sent: Sent[] = []
    const wanted: { fits: (frame: Sent) => boolean; resolve: (frame: Sent) => void }[] = []
    const closed = new Promise<void>((resolve) => ws.on('close', () => resolve()))
    const far: FarSocket = {
      url,
      sent,
      closed,
      until(fits) {
        const found = sent.find(fits)
        return found ? Promise.resolve(found) : new Promise((resolve) => wanted.push({ fits, resolve }))
      },
      say: (message, as = 'text') => ws.send(as === 'text' ? JSON.stringify(message) : Buffer.from(JSON.stringify(message))),
      raw: (frame) => ws.send(frame),
      close: (code, reason) => ws.close(code, reason),
      drop: () => ws.terminate(),
    }
    ws.on('error', () => undefined)
    ws.on('message', (data) => {
      const frame = JSON.parse(String(data)) as Sent
      sent.push(frame)
      for (const one of [...wanted]) {
        if (!one.fits(frame)) continue
        wanted.splice(wanted.indexOf(one), 1)
        one.resolve(frame)
      }
      if (!frame.setup) return
      const refusal = refuse?.(frame.setup, sockets.length)
      if (refusal === 'silence') return
      if (refusal === 'garbage') {
        for (let at = 0; at < 5; at++) ws.send('{')
        return
      }
      if (refusal) return ws.close(refusal.code, refusal.reason)
      far.say({ setupComplete: {} }, 'binary')
    })
    sockets.push(far)
    for (const one of waiting) if (one.nth === sockets.length) one.resolve(far)
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets,
    /** Every upgrade is answered with this HTTP status from now on; undefined: it is taken. */
    refuseWith(next: number | undefined) {
      status = next
    },
    /** Resolves when one was refused so. */
    refused: () => refused.promise,
    /** The nth connection, from 1. */
    socket: (nth: number): Promise<FarSocket> => {
      const there = sockets[nth - 1]
      return there ? Promise.resolve(there) : new Promise((resolve) => waiting.push({ nth, resolve }))
    },
    async close() {
      for (const ws of wss.clients) ws.terminate()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const sound = (ms: number, rate = 24_000) => Buffer.alloc((ms * rate * 2) / 1000, 1).toString('base64')

/** A message with a piece of the model's voice, and its words. */
export const voice = (words: string, ms = 100) => ({
  serverContent: {
    modelTurn: { parts: [{ inlineData: { mimeType: 'audio/pcm;rate=24000', data: sound(ms) } }] },
    ...(words === '' ? {} : { outputTranscription: { text: words } }),
  },
})
export const generated = { serverContent: { generationComplete: true } }
export const turnOver = {
  serverContent: { turnComplete: true },
  usageMetadata: { promptTokenCount: 7, responseTokenCount: 3, totalTokenCount: 10 },
}
export const interrupted = { serverContent: { interrupted: true } }
export const heardWords = (text: string, finished = false) => ({
  serverContent: { inputTranscription: { text, ...(finished ? { finished } : {}) } },
})
export const handle = (newHandle: string) => ({ sessionResumptionUpdate: { newHandle, resumable: true } })
