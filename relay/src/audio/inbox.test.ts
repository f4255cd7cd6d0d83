import type { IncomingMessage } from 'node:http'
import { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { readMessages } from './inbox.ts'

const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 70_000 })
afterAll(() => server.close())

/** A socket whose line brings what is pushed onto it. */
function socket(): { ws: WebSocket; line: Duplex } {
  const line = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() })
  const headers = {
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  }
  let made: WebSocket | undefined
  server.handleUpgrade({ method: 'GET', headers } as unknown as IncomingMessage, line, Buffer.alloc(0), (ws) => {
    made = ws
  })
  if (!made) throw new Error('no socket was made')
  return { ws: made, line }
}

/** All that a socket says of what it was brought. */
function listen({ ws, line }: { ws: WebSocket; line: Duplex }, onMessage: (take: (data: Buffer, isBinary: boolean) => void) => void) {
  const said: string[] = []
  onMessage((data, isBinary) => {
    said.push(`${isBinary ? 'binary' : 'text'} ${data.toString('base64')}`)
    // Whoever is told so leaves at once.
    if (data.toString() === 'leave') ws.close(1000)
    if (data.toString() === 'wait') ws.pause()
  })
  ws.on('ping', (data) => said.push(`ping ${data.toString('base64')}`))
  ws.on('error', (error) => said.push(`error ${error.message}`))
  ws.on('close', (code) => said.push(`close ${code}`))
  return { said, line, ws }
}

interface Sent {
  first: number
  mask: boolean
  bytes: Uint8Array
}

function framed({ first, mask, bytes }: Sent): Buffer {
  const { length } = bytes
  const size =
    length < 126
      ? [length]
      : length < 65_536
        ? [126, length >> 8, length & 255]
        : [127, 0, 0, 0, 0, length >> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255]
  size[0] = (size[0] as number) | (mask ? 0x80 : 0)
  // Its first byte looks like a frame's.
  const key = [0x82, 0x84, 0xf3, 0x5a]
  const body = mask ? bytes.map((byte, at) => byte ^ (key[at % 4] as number)) : bytes
  return Buffer.concat([Buffer.from([first, ...size, ...(mask ? key : [])]), body])
}

const length = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 140 }) },
  { weight: 4, arbitrary: fc.integer({ min: 600, max: 1000 }) },
  fc.integer({ min: 65_000, max: 71_000 }),
)
const binary = length.chain((size) => fc.integer().map((seed) => Uint8Array.from({ length: size }, (_, at) => seed + at * 31)))
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }).map((words) => new Uint8Array(Buffer.from(words))),
  fc.constantFrom('leave', 'wait').map((words) => new Uint8Array(Buffer.from(words))),
)
const whole = (first: number, bytes: Uint8Array): Sent[] => [{ first, mask: true, bytes }]
const sent: fc.Arbitrary<Sent[]> = fc.oneof(
  { weight: 12, arbitrary: binary.map((bytes) => whole(0x82, bytes)) },
  { weight: 8, arbitrary: text.map((bytes) => whole(0x81, bytes)) },
  { weight: 3, arbitrary: fc.constant(whole(0x89, new Uint8Array([1, 2]))) },
  // In parts, with a ping between them.
  {
    weight: 3,
    arbitrary: fc
      .tuple(binary, binary)
      .map(([one, two]) => [...whole(0x02, one), ...whole(0x89, new Uint8Array([3])), ...whole(0x80, two)]),
  },
  // A message within another, which is none.
  fc.tuple(binary, binary).map(([one, two]) => [...whole(0x02, one), ...whole(0x82, two)]),
  // What no client may send.
  fc.record({ first: fc.constantFrom(0x81, 0x82, 0xc2, 0x83, 0x80, 0x00), mask: fc.boolean(), bytes: binary }).map((frame) => [frame]),
  fc.constant(whole(0x81, new Uint8Array([0x61, 0xff, 0xfe]))),
  fc.constant(whole(0x88, new Uint8Array([0x03, 0xe8]))),
)

describe('messages read where they arrive', () => {
  test('are what ws alone would have told, for any frames, cut anywhere, and so is the end', async () => {
    const cut = fc.record({
      at: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.record({ frame: fc.nat(12) })),
      // What comes next waits for a while.
      pause: fc.boolean(),
      rest: fc.boolean(),
    })
    const cases = fc.tuple(fc.array(sent, { maxLength: 12 }), fc.array(cut, { maxLength: 8 }))
    // What follows the first byte looks like the beginning of a frame, and so does what follows the head; a message begins within another.
    const misleading = whole(0x82, new Uint8Array([1, 2]))
    const within = whole(0x82, new Uint8Array([0, 4, 0, 0, 0, 0].map((byte, at) => byte ^ ([0x82, 0x84, 0xf3, 0x5a][at % 4] as number))))
    const begun = whole(0x02, new Uint8Array([1]))
    const cutAt = (bytes: number, all: number) => [{ at: (bytes + 0.5) / all, pause: false, rest: true }]
    await fc.assert(
      fc.asyncProperty(cases, async ([frames, cuts]) => {
        const each = frames.flat().map(framed)
        const bytes = Buffer.concat(each)
        const placeOf = (at: number | { frame: number }) =>
          typeof at === 'number' ? Math.floor(at * bytes.length) : Buffer.concat(each.slice(0, at.frame)).length
        const places = cuts.map(({ at, ...how }) => ({ place: placeOf(at), ...how })).sort((a, b) => a.place - b.place)
        const [plain, ours] = [socket(), socket()]
        const both = [
          listen(plain, (take) => plain.ws.on('message', (data: Buffer, isBinary) => take(data, isBinary))),
          listen(ours, (take) => readMessages(ours.ws, 'server', take)),
        ] as const
        await turn()
        let from = 0
        for (const { place, pause, rest } of [...places, { place: bytes.length, pause: false, rest: true }]) {
          for (const { line } of both) if (place > from) line.push(Buffer.from(bytes.subarray(from, place)))
          for (const { ws } of both) if (pause) ws.pause()
          from = place
          if (rest) await turn()
          for (const { ws } of both) if (!pause) ws.resume()
        }
        for (const { line } of both) line.push(null)
        await turn()
        for (const { ws } of both) ws.terminate()
        await turn()
        expect(both[1].said).toEqual(both[0].said)
      }),
      {
        numRuns: 300,
        examples: [
          [[[misleading, misleading], cutAt(1, 16)]],
          [[[within, misleading], cutAt(6, 20)]],
          [[[begun, misleading], [{ at: { frame: 1 }, pause: false, rest: true }]]],
        ],
      },
    )
  })

  test('do not pass through the reader of ws when they come whole', async () => {
    const end = socket()
    const got: Buffer[] = []
    readMessages(end.ws, 'server', (data) => got.push(data))
    await turn()
    let passed = 0
    end.line.on('data', () => {
      passed += 1
    })
    const frame = framed({ first: 0x82, mask: true, bytes: new Uint8Array(640).fill(7) })
    end.line.push(Buffer.concat([frame, frame]))
    await turn()
    expect(got.map((data) => data.length)).toEqual([640, 640])
    expect(got.every((data) => data.every((byte) => byte === 7))).toBe(true)
    expect(passed).toBe(0)
    end.ws.terminate()
  })

  test('wait for a line that is paused', async () => {
    const end = socket()
    const got: string[] = []
    readMessages(end.ws, 'server', (data) => got.push(data.toString()))
    await turn()
    const say = (words: string) => end.line.push(framed({ first: 0x81, mask: true, bytes: new Uint8Array(Buffer.from(words)) }))
    say('one')
    end.ws.pause()
    say('two')
    await turn()
    expect(got).toEqual(['one'])
    end.ws.resume()
    await turn()
    say('three')
    expect(got).toEqual(['one', 'two', 'three'])
    end.ws.terminate()
  })
})
