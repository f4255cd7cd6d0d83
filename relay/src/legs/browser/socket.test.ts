import { EventEmitter } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import type { Clock } from '../../calls/ports.ts'
import { TestClock } from '../../clock.test-kit.ts'
import type { ToRelay } from '../../protocol/index.ts'
import { createMediaSocket } from './socket.ts'

/** The far end of a socket: keeps the last answer and counts the rest, so that what grows is ours. */
class FakeWebSocket extends EventEmitter {
  readonly OPEN = 1
  readonly CLOSED = 3
  readyState = 1
  bufferedAmount = 0
  answers = new Map<string, number>()
  pings = 0
  closedWith: number | undefined
  terminated = 0
  /** What is written past `ws`: whole frames. */
  readonly _socket = { writable: true, writableLength: 0, write: (bytes: Buffer) => this.#read(bytes) }
  #read(bytes: Buffer) {
    for (let at = 0; at < bytes.length; ) {
      const second = bytes[at + 1] ?? 0
      const from = at + (second < 126 ? 2 : 4)
      const end = from + (second < 126 ? second : bytes.readUInt16BE(at + 2))
      const type = bytes[at] === 0x81 ? (JSON.parse(bytes.toString('utf8', from, end)) as { type: string }).type : 'audio'
      this.answers.set(type, (this.answers.get(type) ?? 0) + 1)
      at = end
    }
  }
  ping() {
    this.pings += 1
  }
  close(code: number) {
    this.closedWith ??= code
  }
  terminate() {
    this.terminated += 1
    this.gone(1006)
  }
  gone(code: number) {
    if (this.readyState === 3) return
    this.readyState = 3
    this.emit('close', code)
  }
}

function setUp(take?: (message: ToRelay) => void, of?: Clock) {
  const clock = new TestClock()
  const ws = new FakeWebSocket()
  const taken: ToRelay[] = []
  const audio: number[] = []
  const gone: number[] = []
  const faults: unknown[] = []
  const socket = createMediaSocket({
    ws: ws as unknown as WebSocket,
    clock: of ?? clock,
    inputHz: 16_000,
    onMessage(message) {
      taken.push(message)
      take?.(message)
    },
    onAudio: (bytes) => audio.push(bytes.length),
    onGone: (code) => gone.push(code),
    onFault: (error) => faults.push(error),
  })
  return {
    clock,
    ws,
    socket,
    taken,
    audio,
    gone,
    faults,
    listeners: () => ws.eventNames().reduce((sum, name) => sum + ws.listenerCount(name), 0),
  }
}

/** What was said leaves with the moment. */
const leaving = () => new Promise((resolve) => setImmediate(resolve))

/** Frames as a broken or hostile page makes them, each wrong in its own way; the same on every run. */
function* malformed(count: number): Generator<{ data: Buffer; binary: boolean }> {
  let seed = 20_261_121
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % below
  }
  const makers = [
    () => ({ data: Buffer.alloc(2 * random(500) + 1), binary: true }),
    () => ({ data: Buffer.alloc(3202 + 2 * random(100)), binary: true }),
    () => ({ data: Buffer.from('{"type":"te'), binary: false }),
    () => ({ data: Buffer.from([0xff, 0xfe, random(256)]), binary: false }),
    () => ({ data: Buffer.from(JSON.stringify({ type: `shout${random(1e6)}` })), binary: false }),
    () => ({ data: Buffer.from(JSON.stringify({ type: 'dtmf', digits: `x${random(1e6)}` })), binary: false }),
    () => ({ data: Buffer.from('['.repeat(1 + random(2000))), binary: false }),
    () => ({ data: Buffer.from(JSON.stringify({ type: 'text', text: { deep: [[[random(9)]]] } })), binary: false }),
    () => ({ data: Buffer.from('null'), binary: false }),
  ]
  for (let frame = 0; frame < count; frame++)
    yield (makers[random(makers.length)] ?? makers[0])?.() ?? { data: Buffer.alloc(1), binary: true }
}

test('100,000 malformed frames: each is answered, none is taken, nothing grows', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const { ws, taken, audio, gone } = setUp()
  const ping = Buffer.from(JSON.stringify({ type: 'ping', t: 1 }))
  const send = (count: number) => {
    let sent = 0
    for (const { data, binary } of malformed(count)) {
      ws.emit('message', data, binary)
      if (sent % 19 === 0) ws.emit('message', ping, false)
      sent += 1
    }
    // Twice: buffers that the first finds are freed by the second.
    collect()
    collect()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  const before = send(10_000)
  const after = send(90_000)
  await leaving()
  expect(ws.answers.get('error')).toBe(100_000)
  expect(taken).toEqual([])
  expect(audio).toEqual([])
  expect(gone).toEqual([])
  expect(ws.closedWith).toBeUndefined()
  expect(after - before).toBeLessThan(2_000_000)
})

test('twenty malformed frames in a row, and the socket goes; what comes later is not even read', async () => {
  const { ws, gone, taken } = setUp()
  for (const { data, binary } of malformed(30)) ws.emit('message', data, binary)
  expect(ws.closedWith).toBe(1008)
  expect(gone).toEqual([1008])
  await leaving()
  expect(ws.answers.get('error')).toBe(20)
  ws.emit('message', Buffer.from('{"type":"hangup"}'), false)
  expect(taken).toEqual([])
})

test('a peer that answers no ping is gone within ten seconds; one that says anything stays', async () => {
  const silent = setUp()
  await silent.clock.advance(10_000)
  expect(silent.gone).toEqual([1006])
  const talking = setUp()
  for (let second = 0; second < 30; second++) {
    await talking.clock.advance(1000)
    if (second % 3 === 0) talking.ws.emit('pong')
  }
  expect(talking.gone).toEqual([])
})

test('whoever speaks is not pinged; who falls silent is, once', async () => {
  const { clock, gone, ws } = setUp()
  for (let ms = 0; ms < 20_000; ms += 20) {
    ws.emit('message', Buffer.alloc(640), true)
    await clock.advance(20)
  }
  expect(ws.pings).toBe(0)
  await clock.advance(4600)
  expect([ws.pings, gone]).toEqual([1, []])
  await clock.advance(2300)
  expect(gone).toEqual([1006])
})

test('all sockets look at once, and a timer that comes early gives the peer no less time to answer', async () => {
  const clock = new TestClock()
  const early = {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => clock.monotonicMs(),
    after: (ms: number, task: () => void) => clock.after(ms - 15, task),
  }
  const sockets: ReturnType<typeof setUp>[] = []
  for (let socket = 0; socket < 5; socket++) {
    sockets.push(setUp(undefined, early))
    await clock.advance(700)
  }
  const looks = new Set<number>()
  for (const { ws } of sockets)
    ws.ping = () => {
      looks.add(clock.monotonicMs())
      clock.after(500, () => ws.emit('pong'))
    }
  await clock.advance(60_000)
  expect(sockets.flatMap(({ gone }) => gone)).toEqual([])
  // Each for itself, they would look at 65 times.
  expect(looks.size).toBeGreaterThan(12)
  expect(looks.size).toBeLessThan(28)
})

test('says when the line is full, and lets a line go that takes not even words', async () => {
  const { ws, socket, gone } = setUp()
  expect(socket.writable).toBe(true)
  ws._socket.writableLength = ws.bufferedAmount = 100_000
  socket.audio(new Uint8Array(960))
  await leaving()
  expect(socket.writable).toBe(false)
  socket.tell({ type: 'status', status: 'connected' })
  expect(gone).toEqual([])
  ws.bufferedAmount = 2_000_000
  socket.tell({ type: 'status', status: 'connected' })
  expect(gone).toEqual([1006])
})

test('lets a line go that asks for pongs and reads none: `ws` would keep them all', () => {
  const { ws, gone } = setUp()
  ws.emit('ping')
  expect(gone).toEqual([])
  ws.bufferedAmount = 2_000_000
  ws.emit('ping')
  expect(gone).toEqual([1006])
})

test('whichever way it goes, it is told once and leaves no timer', async () => {
  for (const end of ['near', 'far', 'both', 'silent'] as const) {
    const { ws, socket, gone, clock } = setUp()
    if (end === 'near' || end === 'both' || end === 'silent') socket.close(1000, 'over')
    if (end === 'near' || end === 'far' || end === 'both') ws.gone(end === 'far' ? 1006 : 1000)
    if (end === 'silent') await clock.advance(10_000)
    socket.close(1000, 'again')
    expect(gone).toEqual([end === 'far' ? 1006 : 1000])
    expect(ws.terminated).toBe(end === 'silent' ? 1 : 0)
    expect(clock.waiting).toBe(0)
  }
})

test('turns come at a pace people have: the rest is refused with a reason, and the socket stays', async () => {
  const { ws, clock, taken, gone } = setUp()
  const text = () => ws.emit('message', Buffer.from('{"type":"text","text":"go"}'), false)
  for (let turn = 0; turn < 25; turn++) text()
  expect(taken).toHaveLength(20)
  expect(gone).toEqual([])
  ws.emit('message', Buffer.from('{"type":"feedback","score":5}'), false)
  expect(taken).toHaveLength(21)
  await clock.advance(2000)
  text()
  expect(taken).toHaveLength(22)
})

test('a fault of ours closes this socket and no other', () => {
  const broken = setUp(() => {
    throw new Error('ours')
  })
  const other = setUp()
  broken.ws.emit('message', Buffer.from('{"type":"interrupt"}'), false)
  expect(broken.faults).toHaveLength(1)
  expect(broken.gone).toEqual([1011])
  expect(other.gone).toEqual([])
})
