import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { TestClock } from '../../../clock.test-kit.ts'
import type { RelayWire } from './leg.ts'
import vectors from './relay.vectors.json' with { type: 'json' }
import { createRelaySocket } from './socket.ts'

/** One session over a real socket; time moves when the test says so. */

const SETUP = vectors.conversation_relay[0]?.frame ?? {}
const KEY = { type: 'dtmf', digit: '4' }

let close: () => void = () => undefined
afterEach(() => close())

async function aSession() {
  const clock = new TestClock()
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  const admitted: string[] = []
  const taken: string[] = []
  const faults: unknown[] = []
  const gone: number[] = []
  let wire: RelayWire | undefined
  const stands = once(sockets, 'connection')
  sockets.on('connection', (ws) =>
    createRelaySocket({
      ws,
      clock,
      admit({ sessionId }, its) {
        admitted.push(sessionId)
        wire = its
        return { take: ({ type }) => void taken.push(type), gone: (_, code) => void gone.push(code) }
      },
      onFault: (error) => faults.push(error),
    }),
  )
  await once(sockets, 'listening')
  const far = new WebSocket(`ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`)
  const closed = once(far, 'close') as Promise<[number, Buffer]>
  await Promise.all([once(far, 'open'), stands])
  close = () => {
    far.terminate()
    sockets.close()
  }
  const say = (message: object) => far.send(JSON.stringify(message))
  /** What was sent before has been read when this comes back. */
  const read = async () => {
    far.ping()
    await once(far, 'pong')
  }
  return { admitted, clock, closed, far, faults, gone, read, say, taken, wire: () => wire }
}

describe('a session’s socket', () => {
  it('is given ten seconds to say whose it is', async () => {
    const { admitted, clock, closed, far, gone, read } = await aSession()
    await clock.advance(9_999)
    await read()
    expect(far.readyState).toBe(WebSocket.OPEN)
    await clock.advance(1)
    expect(String((await closed)[1])).toBe('no setup')
    expect([(await closed)[0], admitted, gone]).toEqual([1008, [], []])
  })

  it('once it has said so may take its time', async () => {
    const { clock, far, read, say, taken } = await aSession()
    say(SETUP)
    await read()
    for (let second = 0; second < 20; second++) {
      await clock.advance(1000)
      await read()
    }
    say(KEY)
    await read()
    expect([far.readyState, taken]).toEqual([WebSocket.OPEN, ['dtmf']])
  })

  it('is of one call: a second `setup` changes nothing, and nothing is taken before the first', async () => {
    const { admitted, faults, read, say, taken } = await aSession()
    say(KEY)
    say(SETUP)
    say({ ...SETUP, sessionId: 'VX00000000000000000000000000000002', callSid: 'CA00000000000000000000000000000002' })
    say(KEY)
    await read()
    expect([admitted, taken, faults]).toEqual([['VX00000000000000000000000000000001'], ['dtmf'], []])
  })

  it('that says `setup` over and over is closed', async () => {
    const { admitted, closed, gone, say } = await aSession()
    for (let times = 0; times < 30; times++) say(SETUP)
    expect((await closed)[0]).toBe(1008)
    expect([admitted.length, gone.length]).toEqual([1, 1])
  })

  it('after our `end` is left when the far end does not', async () => {
    const { clock, closed, read, say, wire } = await aSession()
    say(SETUP)
    await read()
    wire()?.end('{}')
    expect(wire()?.open).toBe(false)
    await clock.advance(3000)
    expect((await closed)[0]).toBe(1000)
  })
})
