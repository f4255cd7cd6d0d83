import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ask, signIn } from '../kit/operator.ts'
import { type RelayProcess, startDemo } from '../kit/relay-process.ts'
import { until } from '../kit/until.ts'
import { type Opened, openCall, Visitor, visit } from '../kit/visitor.ts'

/** Pages that misbehave on purpose: the relay answers, survives, and its memory stays flat. */

const MB = 1024 * 1024
const FRAMES = 100_000
/** Until then a young process still takes what it needs anyway. */
const WARM_UP = 30_000
/** 70,000 frames that left 1 kB each would be twice this. */
const FLAT = 35 * MB
const BYTES_A_MS = 32

let demo: RelayProcess
let agentId: string
const visitors: Visitor[] = []
beforeAll(async () => {
  demo = await startDemo({ LOG_LEVEL: 'warn', MAX_CALLS: '20', NODE_OPTIONS: '--max-semi-space-size=2' })
  const admin = await signIn(demo)
  const { body } = await admin.ask<{ agent: { id: string } }>('POST', '/api/agents', {
    name: 'Patient',
    limits: { callsPerVisitorPerHour: 10_000, concurrentCalls: 10_000, silenceMs: 600_000 },
  })
  agentId = body.agent.id
})
afterAll(() => demo?.[Symbol.asyncDispose]())
afterEach(() => {
  for (const visitor of visitors.splice(0)) visitor.leave()
})

async function caller(body: Record<string, unknown> = {}, o: { answers?: boolean } = {}): Promise<Visitor> {
  const visitor = await visit(demo.url, { agentId, ...body }, o)
  visitors.push(visitor)
  return visitor
}

const stillWell = async () => {
  expect((await ask(demo.url, 'GET', '/healthz')).status).toBe(200)
  expect((await ask(demo.url, 'GET', '/readyz')).status).toBe(200)
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${demo.url}/metrics`)).text()
  const value = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1]
  if (value === undefined) throw new Error(`no metric ${name}`)
  return Number(value)
}

/** Resident memory, database and voice included; the lowest of a second, since a collection may be due at any time. */
async function heldBytes(): Promise<number> {
  let lowest = Number.POSITIVE_INFINITY
  for (let look = 0; look < 10; look++) {
    lowest = Math.min(lowest, await metric('voice_agent_memory_bytes'))
    await wait(100)
  }
  return lowest
}

const NONSENSE: (string | Buffer)[] = [
  '',
  '{',
  '[]',
  'null',
  '{"type":1}',
  '{"type":"text","text":""}',
  '{"type":"dtmf","digits":"🎺"}',
  `{"type":"text","text":"${'['.repeat(2000)}`,
  '{"__proto__":{"type":"hangup"}}',
  Buffer.from([0xff, 0xfe, 0x00]),
  Buffer.alloc(1),
  Buffer.alloc(3201),
]

describe('100,000 malformed frames', () => {
  it('are each answered, survived, and leave nothing behind', async () => {
    const visitor = await caller({ modality: 'text' })
    let errors = 0
    visitor.ws.removeAllListeners('message')
    visitor.ws.on('message', (data: Buffer) => {
      if (data.includes('"type":"error"')) errors++
    })
    const send = async (count: number) => {
      const goal = errors + count
      for (let frame = 0; frame < count; frame++) {
        // One good frame in twenty keeps the socket from being closed for 20 in a row.
        if (frame % 19 === 0) visitor.ws.send(Buffer.alloc(2))
        visitor.ws.send(NONSENSE[frame % NONSENSE.length] ?? '')
        if (frame % 500 === 499) await until('the relay to keep up', () => errors > goal - count + frame - 1500)
      }
      await until('every answer', () => errors >= goal)
      return goal
    }
    await send(WARM_UP)
    const before = await heldBytes()
    const goal = await send(FRAMES - WARM_UP)
    // A typed call refuses sound too, so the good frames are answered as well.
    expect(errors).toBeGreaterThanOrEqual(goal)
    const grown = (await heldBytes()) - before
    expect(grown, `grew by ${(grown / MB).toFixed(1)} MB`).toBeLessThan(FLAT)
    expect(visitor.ws.readyState).toBe(visitor.ws.OPEN)
    await stillWell()
  })

  it('20 in a row close, socket after socket, and the call can still be had again', async () => {
    const visitor = await caller()
    for (let round = 0; round < 50; round++) {
      for (let frame = 0; frame < 20; frame++) visitor.ws.send(NONSENSE[(round + frame) % NONSENSE.length] ?? '')
      expect(await visitor.closed).toMatchObject({ code: 1008 })
      await visitor.connect(`?after=${visitor.seq}`)
    }
    visitor.send({ type: 'ping', t: 7 })
    await visitor.seen('pong', ({ t }) => t === 7)
    await stillWell()
  })
})

describe('sound faster than time', () => {
  it('closes with 1008 beyond 1.5 × real time for 2 s, and not below', async () => {
    const steady = await caller()
    const eager = await caller()
    const began = performance.now()
    let [steadySent, eagerSent] = [0, 0]
    let closed: number | undefined
    void eager.closed.then(({ code }) => {
      closed = code
    })
    while (closed === undefined && performance.now() - began < 8000) {
      const elapsed = performance.now() - began
      for (; steadySent < elapsed * 1.2; steadySent += 20) steady.ws.send(Buffer.alloc(20 * BYTES_A_MS))
      for (; eagerSent < elapsed * 2; eagerSent += 20)
        if (eager.ws.readyState === eager.ws.OPEN) eager.ws.send(Buffer.alloc(20 * BYTES_A_MS))
      await wait(10)
    }
    expect(closed).toBe(1008)
    expect(steady.ws.readyState, 'a clock that runs a little fast is no abuse').toBe(steady.ws.OPEN)
  })
})

describe('a visitor who reads nothing', () => {
  it('never grows the relay’s memory, and the call goes on when they read again', async () => {
    const { body } = await openCall(demo.url, { agentId })
    const socket = await rawSocket(body)
    const before = await heldBytes()
    // Every question makes an answer's worth of sound and transcript that nobody takes.
    for (let question = 0; question < 300; question++) {
      socket.write(maskedText(JSON.stringify({ type: 'text', text: `Are you open on Sunday? ${'x'.repeat(1000)}` })))
      await wait(10)
    }
    const grown = (await heldBytes()) - before
    expect(grown, `grew by ${(grown / MB).toFixed(1)} MB`).toBeLessThan(FLAT)
    await stillWell()
    socket.destroy()
    const again = await new Visitor(body).connect()
    visitors.push(again)
    expect(await again.seen('ready')).toMatchObject({ resumed: true })
  })
})

describe('too many', () => {
  it('sockets beyond the limit close with 1013; calls beyond it answer 429 or 503', async () => {
    const first = await caller({ modality: 'text' })
    const statuses = new Set<number>()
    const opened: Opened[] = []
    for (let call = 0; call < 30; call++) {
      const answer = await openCall(demo.url, { agentId, modality: 'text' })
      statuses.add(answer.status)
      if (answer.status === 201) opened.push(answer.body)
    }
    expect([...statuses].some((status) => status === 429 || status === 503)).toBe(true)
    expect([...statuses].every((status) => [201, 429, 503].includes(status))).toBe(true)
    // MAX_CALLS 20 allows 40 sockets: idle ones on a token that is none do not count, live ones do.
    const sockets = await Promise.all(opened.map(async (each) => new Visitor(each).connect()))
    visitors.push(...sockets)
    const rest = await Promise.all(Array.from({ length: 60 }, () => rawSocket(first.opened)))
    const codes = await Promise.all(rest.map(closeCode))
    expect(codes.filter((code) => code === 1013 || code === 4409).length).toBeGreaterThan(0)
    for (const socket of rest) socket.destroy()
    await stillWell()
  })
})

/** A WebSocket by hand that reads nothing after its handshake. */
async function rawSocket({ mediaUrl }: Opened): Promise<Socket> {
  const { hostname, port, pathname } = new URL(mediaUrl)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  socket.write(
    `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\n\r\n`,
  )
  await new Promise<void>((resolve, reject) => {
    socket.once('data', (bytes) =>
      bytes.toString('latin1').startsWith('HTTP/1.1 101') ? resolve() : reject(new Error(bytes.toString('latin1'))),
    )
    socket.once('close', () => reject(new Error('closed')))
  })
  socket.pause()
  return socket
}

/** One masked text frame; the mask is zero. */
function maskedText(text: string): Buffer {
  const payload = Buffer.from(text)
  const head = Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 255, 0, 0, 0, 0])
  return Buffer.concat([head, payload])
}

/** The code of the close frame in what has come, if there is one within a second. */
async function closeCode(socket: Socket): Promise<number | undefined> {
  const pieces: Buffer[] = []
  socket.on('data', (piece) => pieces.push(piece))
  socket.resume()
  const find = () => {
    const bytes = Buffer.concat(pieces)
    for (let at = 0; at + 4 <= bytes.length; ) {
      const opcode = (bytes[at] ?? 0) & 15
      const short = (bytes[at + 1] ?? 0) & 127
      const length = short === 126 ? bytes.readUInt16BE(at + 2) : short
      const head = short === 126 ? 4 : 2
      if (opcode === 8) return bytes.readUInt16BE(at + head)
      at += head + length
    }
    return undefined
  }
  return until('a close frame', find, 3000).catch(() => undefined)
}

it('nothing of this has printed an error', () => {
  expect(demo.output()).not.toMatch(/"level":"(error|fatal)"/)
})
