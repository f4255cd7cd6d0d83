import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { arrivalComes, arrivalRead, createOutbox, type Outbox } from './outbox.ts'

let server: WebSocketServer
beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
  await once(server, 'listening')
})
afterAll(() => {
  for (const ws of server.clients) ws.terminate()
  server.close()
})

/** Two ends of one line. */
async function line(): Promise<{ client: WebSocket; server: WebSocket }> {
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { perMessageDeflate: false })
  const [[far]] = await Promise.all([once(server, 'connection') as Promise<[WebSocket]>, once(client, 'open')])
  return { client, server: far }
}

/** What an end gets, as soon as it has got so much. */
function heard(ws: WebSocket) {
  const got: string[] = []
  let wanted = Number.POSITIVE_INFINITY
  const all = Promise.withResolvers<string[]>()
  ws.on('message', (data: Buffer, isBinary) => {
    got.push((isBinary ? 'binary ' : 'text ') + data.toString(isBinary ? 'base64' : 'utf8'))
    if (got.length >= wanted) all.resolve(got)
  })
  ws.on('close', () => all.resolve(got))
  return (count: number) => {
    wanted = count
    if (got.length >= wanted) all.resolve(got)
    return all.promise
  }
}

type Deed = { do: 'binary' | 'sound'; bytes: Uint8Array } | { do: 'past' | 'text'; words: string } | { do: 'rest' }

/** Around the lengths at which heads grow, and beyond what stands together. */
const length = fc.oneof(fc.integer({ min: 0, max: 130 }), fc.integer({ min: 600, max: 1000 }), fc.integer({ min: 7900, max: 70_000 }))
const deed: fc.Arbitrary<Deed> = fc.oneof(
  length.chain((size) =>
    fc.record({
      do: fc.constantFrom('binary' as const, 'sound' as const),
      bytes: fc.integer().map((seed) => Uint8Array.from({ length: size }, (_, at) => seed + at * 31)),
    }),
  ),
  fc.record({ do: fc.constantFrom('past' as const, 'text' as const), words: fc.string({ unit: 'grapheme', maxLength: 80 }) }),
  length.map((size) => ({ do: 'text' as const, words: 'ü'.repeat(size >> 1) })),
  fc.constant({ do: 'rest' as const }),
)

/** Does it, and says what has to arrive. */
async function act(deed: Deed, ws: WebSocket, outbox: Outbox): Promise<string | undefined> {
  switch (deed.do) {
    case 'rest':
      await new Promise((resolve) => setImmediate(resolve))
      return undefined
    case 'binary':
      outbox.binary(deed.bytes)
      return `binary ${Buffer.from(deed.bytes).toString('base64')}`
    case 'sound':
      outbox.sound('{"data":"', deed.bytes, '"}')
      return `text {"data":"${Buffer.from(deed.bytes).toString('base64')}"}`
    case 'text':
      outbox.text(deed.words)
      return `text ${deed.words}`
    case 'past':
      outbox.flush()
      ws.send(deed.words)
      return `text ${deed.words}`
  }
}

describe('frames that are put together for the line', () => {
  test('arrive whole, each at its own socket and in order, from clients and servers, whatever else is written', async () => {
    const lines = [await line(), await line()]
    const ends = lines.flatMap(({ client, server }) => [
      { from: client, to: server, side: 'client' as const },
      { from: server, to: client, side: 'server' as const },
    ])
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), deed), { maxLength: 60 }), async (deeds) => {
        const got = ends.map(({ to }) => heard(to.removeAllListeners('message').removeAllListeners('close')))
        const boxes = ends.map(({ from, side }) => createOutbox(from, side))
        const due: string[][] = ends.map(() => [])
        for (const [at, one] of deeds) {
          const end = ends[at]
          const box = boxes[at]
          const sent = end && box ? await act(one, end.from, box) : undefined
          if (sent !== undefined) due[at]?.push(sent)
        }
        for (const [at, all] of due.entries()) if (all.length > 0) expect(await got[at]?.(all.length)).toEqual(all)
      }),
      { numRuns: 60 },
    )
    for (const { client } of lines) client.terminate()
  })

  test('wait for a line that is slow, as they were, while others write', async () => {
    const slow = await line()
    const quick = await line()
    const all = heard(slow.client)
    slow.client.pause()
    const [box, other] = [createOutbox(slow.server, 'server'), createOutbox(quick.server, 'server')]
    const due: string[] = []
    while (slow.server.bufferedAmount < 200_000) {
      const bytes = Buffer.alloc(960, due.length)
      box.binary(bytes)
      due.push(`binary ${bytes.toString('base64')}`)
      other.binary(Buffer.alloc(4000, 255))
      await new Promise((resolve) => setImmediate(resolve))
    }
    slow.client.resume()
    expect(await all(due.length)).toEqual(due)
    for (const { client } of [slow, quick]) client.terminate()
  })

  test('of one moment leave in one write, and none behind a close', async () => {
    const { client, server: near } = await line()
    const box = createOutbox(near, 'server')
    const all = heard(client)
    const { _socket: wire } = client as unknown as { _socket: NodeJS.ReadableStream }
    const written = once(wire, 'data') as Promise<[Buffer]>
    box.binary(Buffer.alloc(960))
    box.binary(Buffer.alloc(960))
    box.sound('{"data":"', Buffer.alloc(3), '"}')
    const [chunk] = await written
    expect(chunk).toHaveLength(2 * 964 + 17)
    near.close(1000)
    box.binary(Buffer.alloc(960))
    const [code] = (await once(client, 'close')) as [number]
    expect(code).toBe(1000)
    expect(await all(4)).toHaveLength(3)
  })

  test('that an arrival brings about leave with it, not later', async () => {
    const { client, server: near } = await line()
    const box = createOutbox(near, 'server')
    const { _socket: wire } = near as unknown as { _socket: { bytesWritten: number } }
    const before = wire.bytesWritten
    box.binary(Buffer.alloc(100))
    expect(wire.bytesWritten).toBe(before)
    arrivalComes()
    box.binary(Buffer.alloc(100))
    arrivalRead()
    expect(wire.bytesWritten).toBe(before + 204)
    client.terminate()
  })

  test('a client’s are masked, each in its own way', async () => {
    const { client, server: far } = await line()
    const box = createOutbox(client, 'client')
    const { _socket: wire } = far as unknown as { _socket: NodeJS.ReadableStream }
    const whole = once(wire, 'data') as Promise<[Buffer]>
    for (let each = 0; each < 3; each++) box.binary(Buffer.alloc(100))
    const [bytes] = await whole
    const masks = [0, 1, 2].map((each) => bytes.subarray(each * 106 + 2, each * 106 + 6).toString('hex'))
    expect(new Set(masks).size).toBe(3)
    client.terminate()
  })
})
