import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { answerBench } from '../measured.ts'

/** The process of a floor: `bridge` gets each visitor's socket. */
export async function startFloor(bridge: (near: WebSocket) => void): Promise<void> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
  await once(server, 'listening')
  server.on('connection', bridge)
  answerBench(async () => {
    for (const ws of server.clients) ws.terminate()
    server.close()
  })
  process.send?.({ url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` })
}

/** One goes with the other. */
export function tie(one: WebSocket, other: WebSocket): void {
  for (const [ws, far] of [
    [one, other],
    [other, one],
  ] as const) {
    ws.on('error', () => undefined)
    ws.on('close', () => far.close())
  }
}
