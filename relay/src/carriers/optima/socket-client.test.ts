import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { systemClock } from '../../clock.ts'
import { openOptimaSockets, TOKEN } from './optima.test-kit.ts'
import { createSocketClient } from './socket-client.ts'

test('frames of one moment go as they were given, though their bytes are used again at once', async () => {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const optima = openOptimaSockets(http)
  const client = createSocketClient({
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    token: TOKEN,
    acks: false,
    audio: 'pcm16',
    checkPoint: 'checkPoint',
    clock: systemClock,
    onInbound: () => undefined,
    onFault: () => undefined,
  })
  await client.ready()
  const channel = await new Promise<ReturnType<typeof client.open>>((resolve) => {
    const opened = client.open('s1', 0, (event) => event.event === 'here' && resolve(opened))
  })
  const frame = new Uint8Array(320)
  for (let n = 1; n <= 5; n++) channel.audio(frame.fill(n))
  frame.fill(9)
  const heard = () => optima.said.flatMap(({ data, event }) => (event === 'audio' && data.audioData ? [data.audioData[0]] : []))
  await expect.poll(() => heard().length).toBe(5)
  expect(heard()).toEqual([1, 2, 3, 4, 5])
  client.close()
  await optima.close()
  http.close()
})
