import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Caller } from './caller.ts'
import type { Kind } from './kinds.ts'

const READY = Buffer.from('{"setupComplete":{}}')

/** The far end of every call, as Gemini Live stands there: it knows a call by the first frame it hears of it. Resolves with its port. */
export async function startVendor(
  callers: ReadonlyMap<number, Caller>,
  { readUp }: Pick<Kind, 'readUp'>,
): Promise<{ port: number; close(): void }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
  await once(server, 'listening')
  server.on('connection', (ws: WebSocket) => {
    let caller: Caller | undefined
    ws.on('message', (data: Buffer) => {
      const now = performance.now()
      const stamp = readUp(data)
      if (!stamp) {
        if (data.toString('latin1', 0, 20).includes('"setup"')) ws.send(READY, { binary: false })
        return
      }
      if (!caller) {
        caller = callers.get(stamp.call)
        if (caller) caller.vendor = ws
      }
      if (stamp.call === caller?.id) caller.takeUp(stamp.frame, now)
      else caller?.takeSilence()
    })
    ws.on('error', () => undefined)
    ws.on('close', () => {
      if (caller?.vendor === ws) caller.vendor = undefined
    })
  })
  const close = () => {
    for (const ws of server.clients) ws.terminate()
    server.close()
  }
  return { port: (server.address() as AddressInfo).port, close }
}
