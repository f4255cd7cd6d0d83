import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { connect as connectSecure, createServer as createSecure, TLSSocket } from 'node:tls'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ownCertificate } from './certificate.test-kit.ts'
import { writeStraight } from './straight-write.ts'

/** Two ends of one line, closed with the test. */
async function line(server: Server, open: (port: number) => Socket): Promise<{ near: Socket; far: Socket; [Symbol.dispose](): void }> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const near = open((server.address() as AddressInfo).port)
  const secure = near instanceof TLSSocket
  const [[far]] = (await Promise.all([
    once(server, secure ? 'secureConnection' : 'connection'),
    once(near, secure ? 'secureConnect' : 'connect'),
  ])) as [[Socket], unknown]
  for (const end of [near, far]) end.on('error', () => undefined)
  return {
    near,
    far,
    [Symbol.dispose]() {
      near.destroy()
      far.destroy()
      server.close()
    },
  }
}
const plain = () => line(createServer(), (port) => connect(port, '127.0.0.1'))

/** All that came, once it is so much. */
async function read(far: Socket, bytes: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  const all = Promise.withResolvers<Buffer>()
  far.on('data', (part: Buffer) => {
    parts.push(part)
    length += part.length
    if (length >= bytes) all.resolve(Buffer.concat(parts))
  })
  return all.promise
}

test('what is written past the stream and by it arrives in order, whatever waits', async () => {
  const piece = fc.record({
    straight: fc.boolean(),
    size: fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 200_000, max: 3_000_000 })),
  })
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 12 }), async (pieces) => {
      using ends = await plain()
      const due: Buffer[] = []
      for (const [at, { straight, size }] of pieces.entries()) {
        const bytes = Buffer.alloc(size, at + 1)
        due.push(bytes)
        const how = straight ? writeStraight(ends.near, bytes) : 'elsewhere'
        seen.add(how)
        if (how === 'elsewhere') ends.near.write(bytes)
      }
      const all = Buffer.concat(due)
      expect(all.equals(await read(ends.far, all.length))).toBe(true)
    }),
    { numRuns: 40 },
  )
  expect([...seen].sort()).toEqual(['elsewhere', 'taken', 'waits'])
})

test('waits for the stream, and keeps away from lines that are not plain ones', async () => {
  using ends = await plain()
  expect(writeStraight(ends.near, Buffer.alloc(10))).toBe('taken')
  while (ends.near.writableLength === 0) ends.near.write(Buffer.alloc(1_000_000))
  expect(writeStraight(ends.near, Buffer.alloc(10))).toBe('elsewhere')
  using secure = await line(createSecure(ownCertificate()), (port) => connectSecure({ port, host: '127.0.0.1', rejectUnauthorized: false }))
  expect(writeStraight(secure.near, Buffer.alloc(10))).toBe('elsewhere')
  secure.near.destroy()
  expect(writeStraight(secure.near, Buffer.alloc(10))).toBe('elsewhere')
})

test('a line that takes nothing any more is closed, and nothing is thrown', async () => {
  using ends = await plain()
  const { near, far } = ends
  const closed = new Promise((resolve) => near.once('close', resolve))
  far.resetAndDestroy()
  const write = () => {
    if (near.destroyed) return
    writeStraight(near, Buffer.alloc(1000))
    setImmediate(write)
  }
  write()
  await closed
  expect(near.destroyed).toBe(true)
})
