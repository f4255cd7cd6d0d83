import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { TestClock } from '../clock.test-kit.ts'
import { createStreamSocket, type StreamSocket } from './stream-socket.ts'

test('a text is offered where it lies, read when nobody takes it so, and neither once the socket is closed', async () => {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  const got: string[] = []
  sockets.on('connection', (ws) => {
    const socket: StreamSocket = createStreamSocket<string>({
      ws,
      clock: new TestClock(),
      read: String,
      fullBytes: 1000,
      onMessage: {
        take(message) {
          got.push(`read ${message}`)
          return 'taken'
        },
        takeText(bytes, from, to) {
          const text = bytes.toString('latin1', from, to)
          got.push(`offered ${text}`)
          if (text === 'leave') socket.close(1000, 'left')
          return text === 'other' ? undefined : 'taken'
        },
      },
      onGone: () => undefined,
      onFault: (error) => got.push(String(error)),
    })
  })
  await once(sockets, 'listening')
  const far = new WebSocket(`ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`)
  await once(far, 'open')
  const closed = once(far, 'close')
  for (const text of ['one', 'other', 'leave', 'after', 'other']) far.send(text)
  await closed
  expect(got).toEqual(['offered one', 'offered other', 'read other', 'offered leave'])
  sockets.close()
})
