import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { systemClock } from '../../clock.ts'
import type { Channel, Listener } from './channel.ts'
import { openNative } from './native.ts'
import { openOptimaSockets, startOptimaHouse, TOKEN, until } from './optima.test-kit.ts'
import vectors from './optima.vectors.json' with { type: 'json' }
import { createSocketClient } from './socket-client.ts'

/** What we say to Optima, as it comes there. */

const [, { sessionId }] = vectors.socketio_out[0] as [string, { sessionId: string }]
const SOUND = Buffer.alloc(320, 7)
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** Everything that a call may say, in the vectors' order. */
async function saysAll(open: (listener: Listener) => Channel): Promise<void> {
  let here = () => {}
  const entered = new Promise<void>((resolve) => {
    here = resolve
  })
  const channel = open(({ event }) => event === 'here' && here())
  await entered
  channel.audio(SOUND)
  channel.checkPoint('m1')
  channel.dtmf('1', 200)
  channel.interruption()
  channel.hangup()
}

async function listening() {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  ends.push(() => http.close())
  return { http, host: `127.0.0.1:${(http.address() as AddressInfo).port}` }
}

const common = {
  token: TOKEN,
  checkPoint: 'checkPoint',
  clock: systemClock,
  onFault: (what: string) => {
    throw new Error(what)
  },
}

describe('what we say to Optima', () => {
  it('over Socket.IO is what the vectors have, and sound alone asks whether it was taken', async () => {
    const { host, http } = await listening()
    const optima = openOptimaSockets(http)
    ends.push(optima.close)
    const client = createSocketClient({ ...common, origin: `http://${host}`, acks: true, audio: 'pcm16', onInbound: () => undefined })
    ends.push(client.close)
    await saysAll((listener) => client.open(sessionId, 0, listener))
    await until(() => optima.said.some(({ event }) => event === 'hangup'))
    expect(optima.said.map(({ asks, data, event }) => [event, data, asks])).toEqual(
      vectors.socketio_out.map(([event, data, ack]) => {
        const fields = data as Record<string, unknown>
        return [event, 'audioData' in fields ? { ...fields, audioData: SOUND } : fields, ack !== undefined]
      }),
    )
  })

  it('over a call’s own WebSocket is what the vectors have', async () => {
    const { host, http } = await listening()
    const wss = new WebSocketServer({ server: http })
    ends.push(() => wss.close())
    const said: unknown[] = []
    wss.on('connection', (ws) => {
      ends.push(() => ws.terminate())
      ws.on('message', (data, binary) => said.push(binary ? data : JSON.parse(String(data))))
    })
    await saysAll((listener) => {
      const channel = openNative({ ...common, url: `ws://${host}/ws/${sessionId}`, listener })
      ends.push(() => channel.leave())
      return channel
    })
    await until(() => said.length >= vectors.ws_105.out.length)
    const known = (each: unknown) => JSON.stringify(each)
    // The vectors name no order.
    expect(said.map(known).sort()).toEqual(vectors.ws_105.out.map((each) => known(each === '<binary audio>' ? SOUND : each)).sort())
  })

  it('goes to the address that the vectors have, with the token in the header', async () => {
    const house = await startOptimaHouse({ env: { OPTIMA_VERSION: '1.0.5-ws' } })
    ends.push(house.close)
    const asked: IncomingMessage[] = []
    house.vendor.server.on('upgrade', (request) => asked.push(request))
    house.answerMore = { endpointUrl: house.vendor.origin }
    const { sid } = await house.wish()
    await until(() => house.optima.native(sid)?.readyState === 1)
    const { pathname } = new URL(vectors.ws_105.url)
    expect(asked.map(({ url }) => url)).toEqual([pathname.replace(sessionId, sid)])
    for (const [name, value] of Object.entries(vectors.ws_105.headers))
      expect(asked[0]?.headers[name.toLowerCase()]).toBe(value.replace('TOKEN', TOKEN))
  })
})
