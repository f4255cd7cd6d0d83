import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { sendText } from './near.ts'

it('a text arrives as it was, however long', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
  await once(server, 'listening')
  const came: string[] = []
  const closed = once(server, 'connection').then(([ws]) => {
    ws.on('message', (data: Buffer) => came.push(data.toString()))
    return once(ws, 'close')
  })
  const ws = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { perMessageDeflate: false })
  await once(ws, 'open')
  const texts = [0, 1, 125, 126, 127, 128, 129, 300, 4000, 65_535, 65_536].map((length) => 'abcdefg'.repeat(9400).slice(0, length))
  for (const text of texts) sendText(ws, text)
  ws.close()
  const [code] = await closed
  expect([code, came]).toEqual([1005, texts])
  server.close()
})
