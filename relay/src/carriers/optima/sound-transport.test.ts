import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { systemClock } from '../../clock.ts'
import type { Channel } from './channel.ts'
import { createSocketClient, type SocketClient } from './socket-client.ts'
import type { OptimaAudio } from './wire.ts'

/** A server that says what it is told to, byte by byte, and writes down what it is told. */
const http = createServer()
const wss = new WebSocketServer({ server: http })
beforeAll(async () => void (await once(http.listen(0, '127.0.0.1'), 'listening')))
afterAll(() => {
  wss.close()
  http.close()
})

const TEXT = 0x81
const BINARY = 0x82
const SESSIONS = ['a', 'b'] as const

interface Line {
  readonly client: SocketClient
  readonly channels: Readonly<Record<string, Channel>>
  /** What the calls and the connection were told, in order. */
  readonly told: string[]
  /** What the server was told, in order. */
  readonly said: string[]
  bring(bytes: Buffer): void
  /** Pieces of sound that went past the library. */
  readonly past: () => number
  close(): void
}

/** @param past the calls have ears, so that sound may go past the library */
async function open(past: boolean): Promise<Line> {
  const [told, said]: [string[], string[]] = [[], []]
  let server: WebSocket | undefined
  let went = 0
  wss.once('connection', (ws: WebSocket) => {
    server = ws
    ws.send('0{"sid":"e","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}')
    ws.on('message', (data, isBinary) => {
      if (isBinary) return said.push(`sound ${(data as Buffer).toString('hex')}`)
      const text = String(data)
      if (text.startsWith('40')) ws.send('40{"sid":"s"}')
      const [, sessionId] = /^42\["joinRoom",\{"sessionId":"(\w+)"\}\]$/.exec(text) ?? []
      if (sessionId) ws.send(`42["roomJoined",{"sessionId":"${sessionId}","status":"success"}]`)
      else said.push(text)
    })
  })
  const client = createSocketClient({
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    token: 't',
    acks: true,
    audio: 'pcm16',
    checkPoint: 'checkPoint',
    clock: systemClock,
    onInbound: (sessionId) => told.push(`inbound ${sessionId}`),
    onFault: (what) => told.push(what),
  })
  await client.ready()
  const channels: Record<string, Channel> = {}
  for (const sessionId of SESSIONS) {
    const sound = (bytes: Uint8Array, format: OptimaAudio | undefined) =>
      told.push(`${sessionId} ${format} ${Buffer.from(bytes).toString('hex')}`)
    const joined = Promise.withResolvers<void>()
    channels[sessionId] = client.open(sessionId, 0, (event) => {
      if (event.event === 'audio') sound(event.bytes, event.format)
      else told.push(`${sessionId} ${JSON.stringify(event)}`)
      if (event.event === 'here') joined.resolve()
    })
    await joined.promise
    if (!past) continue
    channels[sessionId].soundTo?.({
      hear(bytes, format) {
        went += 1
        sound(bytes, format)
      },
    })
  }
  said.length = 0
  const raw = (server as unknown as { _socket: Socket })._socket
  return { client, channels, told, said, bring: (bytes) => void raw.write(bytes), past: () => went, close: () => client.close() }
}

function framed(kind: number, data: Buffer | string): Buffer {
  const bytes = Buffer.from(data as string)
  const { length } = bytes
  const size = length < 126 ? [length] : [126, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([kind, ...size]), bytes])
}

/** An event as Socket.IO writes it: its text, and what follows it. */
function event(name: string, data: Record<string, unknown>, id = ''): Buffer {
  const parts: Buffer[] = []
  const text = JSON.stringify([name, data], (_key, value: unknown) => {
    if (!(value instanceof Uint8Array)) return value
    parts.push(framed(BINARY, Buffer.from(value)))
    return { _placeholder: true, num: parts.length - 1 }
  })
  return Buffer.concat([framed(TEXT, `4${parts.length > 0 ? `5${parts.length}-` : '2'}${id}${text}`), ...parts])
}

const sessionId = fc.constantFrom(...SESSIONS, 'another')
const sound = fc.uint8Array({ maxLength: 200 })
const message = fc.oneof(
  {
    weight: 30,
    arbitrary: fc
      .tuple(sessionId, sound, fc.constantFrom(undefined, 'pcm16', 'ulaw', 'mp3'), fc.boolean())
      .map(([sessionId, audioData, audioFormat, turned]) =>
        event('audio', { ...(turned ? { audioData, sessionId } : { sessionId, audioData }), ...(audioFormat && { audioFormat }) }),
      ),
  },
  fc.tuple(sessionId, fc.constantFrom('1', '#')).map(([sessionId, digit]) => event('dtmf', { sessionId, digit })),
  fc.tuple(sessionId, sound, sound).map(([sessionId, one, two]) => event('dtmf', { sessionId, digit: '1', one, two })),
  fc.tuple(sessionId, sound).map(([sessionId, audioData]) => event('audio', { sessionId, audioData }, '7')),
  fc.constantFrom('newSession', 'hangup').map((name) => event(name, { sessionId: 'c', type: 'inbound' })),
  fc
    .constantFrom('430[{"success":true}]', '431000000[{"success":true,"error":null}]', '431000001[{"success":false}]')
    .map((text) => framed(TEXT, text)),
  fc.constant(framed(TEXT, '2')),
)

/** In pieces that the line brings one by one. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((one, other) => one - other)
  return ends.map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end)).filter(({ length }) => length > 0)
}

const LAST = event('dtmf', { sessionId: 'a', digit: 'D' })

test('whatever comes in whatever pieces is heard in the same order past the library and through it', async () => {
  const [past, through] = [await open(true), await open(false)]
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 30 }), fc.array(fc.nat(), { maxLength: 4 }), async (messages, cuts) => {
      past.told.length = through.told.length = 0
      for (const piece of pieces(Buffer.concat([...messages, LAST]), cuts)) {
        past.bring(piece)
        through.bring(piece)
        await new Promise(setImmediate)
      }
      await expect
        .poll(() => [past.told.at(-1), through.told.at(-1)], { interval: 1 })
        .toEqual(Array(2).fill('a {"event":"dtmf","digit":"D"}'))
      expect(past.told).toEqual(through.told)
    }),
    { numRuns: 300 },
  )
  expect(past.past()).toBeGreaterThan(100)
  past.close()
  through.close()
}, 60_000)

test('whatever is sent of a moment arrives in its order, and sound asks for an answer', async () => {
  const line = await open(true)
  const step = fc.tuple(fc.constantFrom(...SESSIONS), fc.constantFrom('audio', 'audio', 'checkPoint', 'interruption'), fc.nat(255))
  let ids = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { maxLength: 6 }), { maxLength: 6 }), async (moments) => {
      line.said.length = 0
      const expected: string[] = []
      const frame = new Uint8Array(2)
      for (const moment of moments) {
        for (const [sessionId, what, n] of moment) {
          const channel = line.channels[sessionId] as Channel
          if (what === 'audio') {
            channel.audio(frame.fill(n))
            frame.fill(0)
            expected.push(`["audio",{"audioData":{"_placeholder":true,"num":0},"sessionId":"${sessionId}","audioFormat":"pcm16"}]`)
            expected.push(`sound ${Buffer.from([n, n]).toString('hex')}`)
          } else if (what === 'checkPoint') {
            channel.checkPoint(`m${n}`)
            expected.push(`["checkPoint",{"sessionId":"${sessionId}","name":"m${n}"}]`)
          } else {
            channel.interruption()
            expected.push(`["interruption",{"sessionId":"${sessionId}"}]`)
          }
        }
        await new Promise(setImmediate)
      }
      line.channels.a?.dtmf('D', 1)
      expected.push('["dtmf",{"sessionId":"a","digit":"D","duration":1}]')
      await expect.poll(() => line.said.at(-1), { interval: 1 }).toBe(`42${expected.at(-1)}`)
      const asked = line.said.flatMap((text) => /^451-(\d+)/.exec(text)?.[1] ?? [])
      for (const id of asked) expect(ids.has(id)).toBe(false)
      ids = new Set([...ids, ...asked])
      expect(line.said.map((text) => text.replace(/^4(?:2|51-\d+)/, ''))).toEqual(expected)
      // Taken, told in the two ways.
      for (const id of asked) line.bring(framed(TEXT, `43${id}[{"success":true,"error":${Number(id) % 2 ? 'null' : '""'}}]`))
    }),
    { numRuns: 100 },
  )
  expect(ids.size).toBeGreaterThan(100)
  line.close()
}, 60_000)

/** Read past the library, and read by it: it is asked for an answer. */
test.each(['', '7'])('a text where the bytes of a sound should be ends the connection (%j)', async (id) => {
  const line = await open(true)
  const first = event('audio', { sessionId: 'a', audioData: new Uint8Array([1, 0]) }, id)
  const sound = event('audio', { sessionId: 'a', audioData: new Uint8Array([1, 0]) })
  // The library waits in turns of its own: what it was given has arrived before the next comes.
  line.bring(first.subarray(0, -4))
  await new Promise(setImmediate)
  line.bring(sound)
  await expect.poll(() => line.told.at(-1)).toBe('b {"event":"away"}')
  expect(line.told.filter((told) => told.startsWith('a'))).toEqual(['a {"event":"here"}', 'a {"event":"away"}'])
  line.close()
})

test('a piece that was not taken is told of, and those that were are asked for again and again', async () => {
  const line = await open(true)
  line.channels.a?.audio(new Uint8Array(2))
  line.bring(framed(TEXT, '431000000[{"success":false,"error":"full"}]'))
  await expect.poll(() => line.told.at(-1)).toBe('Optima did not take a piece of sound')
  for (let n = 0; n < 60; n++) line.channels.a?.audio(new Uint8Array(2))
  await expect.poll(() => line.said.length).toBe(122)
  // Fifty went without an answer: no more are asked for.
  expect(line.said.filter((text) => /^451-\d/.test(text))).toHaveLength(51)
  expect(line.said.filter((text) => text.startsWith('451-['))).toHaveLength(10)
  line.close()
})
