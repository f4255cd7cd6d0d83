import { once } from 'node:events'
import { pino } from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { Persona } from '../../agents/persona.ts'
import { answering, FakeLog, fakeVoice } from '../../calls/fakes.test-kit.ts'
import { createLiveCalls } from '../../calls/live-calls.ts'
import { systemClock } from '../../clock.ts'
import type { FromRelay } from '../../protocol/index.ts'
import { acceptBrowserSocket } from './index.ts'

type Told = FromRelay | { type: 'audio'; bytes: number }

const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

/** A call behind a real socket server, with an engine that answers ten words. */
async function house(modality: 'voice' | 'text' = 'voice') {
  const log = new FakeLog()
  const calls = createLiveCalls({
    log,
    engines: [answering('first', (text) => `${text} one two three four five six seven eight nine.`)],
    voice: fakeVoice(),
    clock: systemClock,
    logger: pino({ level: 'silent' }),
    settings: { resumeMs: 30_000, firstConnectMs: 60_000 },
  })
  const persona = Persona.parse({ name: 'Mira', greeting: 'Hello.', disclosure: '', engine: 'first', fallbacks: [] })
  const about = {
    organisationId: 'org',
    agentId: 'demo',
    sessionId: 's',
    kind: 'web' as const,
    direction: 'inbound' as const,
    language: 'en',
  }
  const call = await calls.open({ ...about, persona, modality, variables: {}, details: {} })
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: 128 * 1024, perMessageDeflate: false })
  await once(server, 'listening')
  server.on('connection', (ws, request) => {
    const after = new URL(request.url ?? '/', 'http://relay').searchParams.get('after')
    acceptBrowserSocket({ ws, call, clock: systemClock, logger: pino({ level: 'silent' }), ...(after ? { after: Number(after) } : {}) })
  })
  open.push(() => {
    for (const ws of server.clients) ws.terminate()
    server.close()
    call.hangUp('visitor')
  })
  return { call, log, connect: (after?: number) => page((server.address() as { port: number }).port, after) }
}

/** A page that keeps what it is told and, when asked to, answers as the widget does. */
async function page(port: number, after?: number) {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/${after === undefined ? '' : `?after=${after}`}`)
  const told: Told[] = []
  const waiting: { matches: (told: Told) => boolean; resolve: (told: Told) => void }[] = []
  ws.on('message', (data, isBinary) => {
    const message: Told = isBinary ? { type: 'audio', bytes: (data as Buffer).length } : (JSON.parse(String(data)) as FromRelay)
    told.push(message)
    for (const each of waiting.filter((one) => one.matches(message))) each.resolve(message)
  })
  const closed = once(ws, 'close').then(([code]) => Number(code))
  await once(ws, 'open')
  open.push(() => ws.terminate())
  const until = (matches: (told: Told) => boolean) =>
    new Promise<Told>((resolve) => {
      const known = told.find(matches)
      if (known) resolve(known)
      else waiting.push({ matches, resolve })
    })
  return { ws, told, closed, until, tell: (message: unknown) => ws.send(JSON.stringify(message)) }
}

describe('the media socket', () => {
  test('ready, greeting in sound and words, answer to a typed turn, goodbye', async () => {
    const { connect, call, log } = await house()
    const visitor = await connect()
    await visitor.until((told) => told.type === 'audio')
    expect(visitor.told[0]).toEqual({ type: 'ready', callId: call.id, sessionId: 's', resumed: false })
    expect(visitor.told.find((told) => told.type === 'audio')).toEqual({ type: 'audio', bytes: 960 })
    visitor.tell({ type: 'text', text: 'zero' })
    await visitor.until((told) => told.type === 'transcript' && told.entry.role === 'agent' && told.entry.text.startsWith('zero'))
    visitor.tell({ type: 'hangup' })
    expect(await visitor.closed).toBe(1000)
    expect(visitor.told.at(-1)).toEqual({ type: 'ended', reason: 'visitor' })
    expect(log.closes).toMatchObject([{ status: 'completed', endReason: 'visitor' }])
    const seqs = visitor.told.flatMap((told) => (told.type === 'transcript' ? [told.seq] : []))
    expect(seqs).toEqual(seqs.map((_, index) => index + 1))
  })

  test('a cut socket comes back: resumed, what changed is told again, the call is the same', async () => {
    const { connect, call } = await house()
    const first = await connect()
    first.tell({ type: 'text', text: 'zero' })
    await first.until((told) => told.type === 'transcript' && told.entry.role === 'visitor')
    first.ws.terminate()
    await first.closed
    const again = await connect(1)
    await again.until((told) => told.type === 'transcript' && told.entry.text.startsWith('zero one'))
    expect(again.told[0]).toEqual({ type: 'ready', callId: call.id, sessionId: 's', resumed: true })
    expect(again.told.some((told) => told.type === 'transcript' && told.entry.role === 'visitor')).toBe(true)
  })

  test('a newer socket replaces the older, which is told so', async () => {
    const { connect } = await house()
    const first = await connect()
    await first.until((told) => told.type === 'ready')
    const second = await connect()
    expect(await first.closed).toBe(4409)
    await second.until((told) => told.type === 'ready' && told.resumed)
  })

  test('a page that says it goes away has left; a proxy that says so on its way is forgiven', async () => {
    const { connect, call } = await house()
    const visitor = await connect()
    await visitor.until((told) => told.type === 'ready')
    visitor.ws.close(1001)
    await visitor.closed
    await expect.poll(() => call.stage).toBe('away')
    const again = await connect(0)
    await again.until((told) => told.type === 'speaker')
    expect(again.told[0]).toMatchObject({ type: 'ready', resumed: true })
    expect(call.stage).toBe('live')
  })

  test('bad frames are answered and ignored; twenty in a row close the socket', async () => {
    const { connect, call } = await house()
    const visitor = await connect()
    visitor.ws.send(Buffer.alloc(3))
    expect(await visitor.until((told) => told.type === 'error')).toMatchObject({ code: 'bad_audio' })
    visitor.tell({ type: 'ping', t: 7 })
    await visitor.until((told) => told.type === 'pong' && told.t === 7)
    for (let bad = 0; bad < 20; bad++) visitor.ws.send('nonsense')
    expect(await visitor.closed).toBe(1008)
    expect(visitor.told.filter((told) => told.type === 'error' && told.code === 'bad_frame')).toHaveLength(20)
    expect(call.stage).toBe('away')
  })

  test('audio faster than any microphone closes the socket', async () => {
    const { connect } = await house()
    const visitor = await connect()
    for (let frame = 0; frame < 120; frame++) visitor.ws.send(Buffer.alloc(3200))
    expect(await visitor.closed).toBe(1008)
  })

  test('a typed call needs no audio and takes none', async () => {
    const { connect } = await house('text')
    const visitor = await connect()
    visitor.tell({ type: 'text', text: 'zero' })
    await visitor.until((told) => told.type === 'transcript' && told.entry.final && told.entry.text.startsWith('zero one'))
    visitor.ws.send(Buffer.alloc(640))
    expect(await visitor.until((told) => told.type === 'error')).toMatchObject({ code: 'bad_audio' })
    expect(visitor.told.some((told) => told.type === 'audio')).toBe(false)
  })

  test('a page that reads nothing makes nothing grow', async () => {
    const { connect, call } = await house()
    const visitor = await connect()
    visitor.ws.pause()
    for (let turn = 0; turn < 5; turn++) visitor.tell({ type: 'text', text: 'go' })
    await expect.poll(() => call.feed.lastSeq).toBeGreaterThan(5)
    expect(process.memoryUsage().external).toBeLessThan(200e6)
    visitor.ws.resume()
    await visitor.until((told) => told.type === 'transcript' && told.entry.role === 'agent' && told.entry.text.startsWith('go'))
  })
})
