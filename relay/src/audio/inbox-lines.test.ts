import { once } from 'node:events'
import { createServer as createPlain } from 'node:http'
import { createServer as createSecure } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { TLSSocket } from 'node:tls'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { ownCertificate } from './certificate.test-kit.ts'
import { readMessages } from './inbox.ts'

interface Message {
  isBinary: boolean
  bytes: Buffer
}

interface Inside {
  _socket: Socket
  _receiver: { write(chunk: Buffer): boolean }
}

/** One frame of a message; what clients send is masked. */
function framed({ isBinary, bytes }: Message, mask: readonly number[] | undefined): Buffer {
  const { length } = bytes
  const long = [127, 0, 0, 0, 0, length >> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255]
  const size = length < 126 ? [length] : length < 65_536 ? [126, length >> 8, length & 255] : long
  if (mask) size[0] = (size[0] as number) | 0x80
  const body = mask ? bytes.map((byte, at) => byte ^ (mask[at % 4] as number)) : bytes
  return Buffer.concat([Buffer.from([isBinary ? 0x82 : 0x81, ...size, ...(mask ?? [])]), body])
}

const size = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 140 }) },
  { weight: 6, arbitrary: fc.integer({ min: 600, max: 1000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 8000, max: 20_000 }) },
  fc.integer({ min: 65_000, max: 71_000 }),
)
const message: fc.Arbitrary<Message> = fc.oneof(
  size.chain((length) =>
    fc.integer().map((seed) => ({ isBinary: true, bytes: Buffer.from(Uint8Array.from({ length }, (_, at) => seed + at * 31)) })),
  ),
  size.map((length) => ({ isBinary: false, bytes: Buffer.from('ü'.repeat(length >> 1)) })),
)
/** Where the bytes are cut: anywhere, or between two messages. */
const cut = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.record({ frame: fc.nat(12) }))

describe.each(['ws', 'wss'])('messages over a line of their own (%s)', (scheme) => {
  const host = scheme === 'wss' ? createSecure(ownCertificate()) : createPlain()
  const server = new WebSocketServer({ server: host, perMessageDeflate: false, maxPayload: 128 * 1024 })
  const near: Message[] = []
  const far: Message[] = []
  let client: WebSocket
  let served: WebSocket
  let arrived = Promise.withResolvers<void>()
  const takes = (into: Message[]) => (bytes: Buffer, isBinary: boolean) => {
    // The bytes of a text are not ours to keep.
    into.push({ isBinary, bytes: isBinary ? bytes : Buffer.from(bytes) })
    arrived.resolve()
  }
  const lineOf = (ws: WebSocket) => (ws as unknown as Inside)._socket
  const all = async (got: Message[], count: number) => {
    while (got.length < count) {
      await arrived.promise
      arrived = Promise.withResolvers<void>()
    }
    return got.splice(0)
  }

  beforeAll(async () => {
    host.listen(0, '127.0.0.1')
    await once(host, 'listening')
    const connected = once(server, 'connection') as Promise<[WebSocket]>
    client = new WebSocket(`${scheme}://127.0.0.1:${(host.address() as AddressInfo).port}`, {
      ...{ perMessageDeflate: false, maxPayload: 128 * 1024, rejectUnauthorized: false },
    })
    readMessages(client, 'client', takes(near))
    await once(client, 'open')
    ;[served] = await connected
    readMessages(served, 'server', takes(far))
    for (const ws of [client, served]) lineOf(ws).setNoDelay(true)
  })
  afterAll(async () => {
    client.terminate()
    server.close()
    host.close()
    await once(host, 'close')
  })

  test('come in order and as they were sent, whatever their sizes, cut anywhere', async () => {
    expect(lineOf(served) instanceof TLSSocket).toBe(scheme === 'wss')
    const cases = fc.record({
      messages: fc.array(message, { minLength: 1, maxLength: 12 }),
      cuts: fc.array(cut, { maxLength: 8 }),
      up: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(cases, async ({ messages, cuts, up }) => {
        const frames = messages.map((one) => framed(one, up ? [0x82, 0x84, 0xf3, 0x5a] : undefined))
        const bytes = Buffer.concat(frames)
        const placeOf = (at: number | { frame: number }) =>
          typeof at === 'number' ? Math.floor(at * bytes.length) : Buffer.concat(frames.slice(0, at.frame)).length
        const line = lineOf(up ? client : served)
        let from = 0
        for (const to of [...cuts.map(placeOf).sort((a, b) => a - b), bytes.length]) {
          if (to > from) line.write(Buffer.from(bytes.subarray(from, to)))
          from = to
          await turn()
        }
        expect(await all(up ? far : near, messages.length)).toEqual(messages)
      }),
      { numRuns: 150 },
    )
  })

  test('do not pass through the reader of ws when they come whole, at either end', async () => {
    for (const [from, to, got] of [
      [client, served, far],
      [served, client, near],
    ] as const) {
      const { _receiver: reader } = to as unknown as Inside
      const write = reader.write
      let passed = 0
      reader.write = (chunk) => {
        passed += 1
        return write.call(reader, chunk)
      }
      const bytes = Buffer.alloc(640, 7)
      from.send(bytes)
      from.send('words')
      const messages = await all(got, 2)
      reader.write = write
      expect(messages).toEqual([
        { isBinary: true, bytes },
        { isBinary: false, bytes: Buffer.from('words') },
      ])
      expect(passed).toBe(0)
    }
  })
})
