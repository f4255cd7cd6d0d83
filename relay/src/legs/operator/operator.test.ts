import { once } from 'node:events'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { answering, fakeAudioLeg, world } from '../../calls/fakes.test-kit.ts'
import { acceptOperatorSocket } from './index.ts'

const FRAME = new Uint8Array(640).fill(40)

/** A spoken call whose operators come over real sockets, in a world whose clock the test owns. */
async function house() {
  const { clock, open } = world([answering('first', () => 'yes')])
  const call = await open()
  const leg = fakeAudioLeg(clock)
  call.attach(leg)
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
  await once(server, 'listening')
  const codes: number[] = []
  server.on('connection', (ws) => {
    ws.on('close', (code) => codes.push(code))
    const who = { role: 'listen' as const, after: 0, resumed: false, holds: () => false, stillMay: () => Promise.resolve(true) }
    acceptOperatorSocket({ ...who, ws, call, clock, logger: pino({ level: 'silent' }) })
  })
  const connect = async () => {
    const ws = new WebSocket(`ws://127.0.0.1:${(server.address() as { port: number }).port}`)
    const told: { type: string; reason?: string }[] = []
    ws.on('message', (data, isBinary) => void (isBinary || told.push(JSON.parse(String(data)))))
    await once(ws, 'open')
    return Object.assign(ws, { told })
  }
  return {
    ...{ call, clock, leg, connect, codes },
    close() {
      call.hangUp('operator')
      for (const ws of server.clients) ws.terminate()
      server.close()
    },
  }
}

test('a listener who takes nothing is cut off; the call and other listeners do not notice', async () => {
  const { call, clock, close, codes, connect, leg } = await house()
  const [fast, slow] = [await connect(), await connect()]
  let frames = 0
  let waitingFor = 0
  let caughtUp: () => void = () => undefined
  fast.on('message', (_, isBinary) => {
    if (isBinary) frames += 1
    if (frames >= waitingFor) caughtUp()
  })
  slow.pause()
  // Faster than real time, so that the system's own buffers fill up; whoever reads is waited for.
  for (let second = 1; second <= 600 && codes.length === 0; second++) {
    for (let n = 0; n < 50; n++) {
      leg.emit({ type: 'audio', bytes: FRAME })
      await clock.advance(20)
    }
    waitingFor = second * 40
    if (frames < waitingFor) await new Promise<void>((resolve) => (caughtUp = resolve))
  }
  expect(codes).toHaveLength(1)
  expect(fast.readyState).toBe(fast.OPEN)
  expect(call.status).toBe('connected')
  const before = frames
  waitingFor = before + 40
  const more = new Promise<void>((resolve) => (caughtUp = resolve))
  await clock.advance(1000)
  await more
  close()
})

test('ends with the call, after telling so; and nothing is left that listens', async () => {
  const { call, clock, close, connect, leg } = await house()
  const listener = await connect()
  const { told } = listener
  leg.emit({ type: 'audio', bytes: FRAME })
  await clock.advance(100)
  const closed = once(listener, 'close')
  call.hangUp('visitor')
  await clock.advance(3000)
  expect((await closed)[0]).toBe(1000)
  expect(told[0]).toMatchObject({ type: 'ready', role: 'listen' })
  expect(told.at(-1)).toEqual({ type: 'ended', reason: 'visitor' })
  await clock.advance(20_000)
  expect(clock.waiting).toBe(0)
  close()
})
