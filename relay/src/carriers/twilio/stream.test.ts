import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { AudioLeg, LegEvent } from '../../calls/ports.ts'
import { TestClock } from '../../clock.test-kit.ts'
import { isSigned, sign } from './signature.ts'
import { createTwilioStream } from './stream.ts'
import vectors from './twilio.vectors.json' with { type: 'json' }
import type { StreamStart } from './wire.ts'

const STREAM = 'MZ00000000000000000000000000000001'
const CALL = 'CA00000000000000000000000000000001'
const frame = (event: string) => vectors.media_streams.find((each) => each.dir === 'in' && each.frame.event === event)?.frame
const say = (content: object) => JSON.stringify({ streamSid: STREAM, ...content })
const inbound = (bytes: number, code: number, more: object) => ({
  track: 'inbound',
  chunk: '3',
  timestamp: '5',
  payload: Buffer.alloc(bytes, code).toString('base64'),
  ...more,
})
type Sound = (bytes?: number, code?: number, more?: object) => string
const asWritten: Sound = (bytes = 160, code = 0xff, more = {}) =>
  JSON.stringify({ event: 'media', sequenceNumber: '4', media: inbound(bytes, code, more), streamSid: STREAM })
const otherwise: Sound = (bytes = 160, code = 0xff, more = {}) => say({ event: 'media', media: inbound(bytes, code, more) })
const mark = (name: string) => say({ event: 'mark', mark: { name } })
const pcm = (sample: number) => new Uint8Array(Int16Array.from({ length: 160 }, () => sample).buffer)

/** Sound so long has a fault of ours. */
const FAULTY = 14

/** Twilio at one end, the relay at the other, with a real socket between. */
async function streamed(sound: Sound, admit: (start: StreamStart) => 'callee' | 'visitor' | undefined = () => 'callee') {
  const clock = new TestClock()
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  const told: LegEvent[] = []
  const faults: unknown[] = []
  const starts: StreamStart[] = []
  let leg: AudioLeg | undefined
  let wake: () => void = () => undefined
  const listen = (event: LegEvent) => {
    told.push(event)
    wake()
    if (event.type === 'audio' && event.bytes.length === FAULTY) throw new Error('a fault of ours in its sound')
    if (event.type === 'digits' && event.digits === 'D') throw new Error('a fault of ours')
  }
  sockets.on('connection', (ws, request) => {
    createTwilioStream({
      ws,
      clock,
      admit(start, its) {
        starts.push(start)
        leg = its
        its.listen(listen)
        return admit(start)
      },
      onFault: (error) => faults.push(error),
    })
    server.emit('joined', request, ws)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/api/telephony/ws/p_1/abc`
  const { 'user-agent': agent } = vectors.ws_handshake_headers_observed
  const twilio = new WebSocket(url, { headers: { 'user-agent': agent, 'x-twilio-signature': sign('token', url) } })
  const heard: { event: string; mark?: { name: string }; media?: { payload: string } }[] = []
  twilio.on('message', (data) => {
    heard.push(JSON.parse(String(data)))
    wake()
  })
  const joined = once(server, 'joined')
  await once(twilio, 'open')
  const [request, ws] = await joined

  return {
    clock,
    twilio,
    /** The relay's side of it. */
    ws: ws as WebSocket,
    signed: isSigned('token', request.headers['x-twilio-signature'], { url }),
    told,
    heard,
    starts,
    faults,
    get leg() {
      if (!leg) throw new Error('no start yet')
      return leg
    },
    /** Waits until what is looked for is there. */
    async until<T>(look: () => T | undefined | false): Promise<T> {
      for (;;) {
        const found = look()
        if (found) return found
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    async start() {
      twilio.send(JSON.stringify(frame('connected')))
      twilio.send(JSON.stringify(frame('start')))
      twilio.send(sound())
      await this.until(() => told.length > 0)
    },
    /** The relay's socket is. */
    gone: once(ws as WebSocket, 'close'),
    closed: once(twilio, 'close') as Promise<[number, Buffer]>,
    async end() {
      twilio.terminate()
      sockets.close()
      server.close()
    },
  }
}

describe.each([
  ['as it is always written', asWritten],
  ['written otherwise', otherwise],
])('a Twilio stream whose sound is %s', (_, sound) => {
  let line: Awaited<ReturnType<typeof streamed>>
  beforeEach(async () => {
    line = await streamed(sound)
  })
  afterEach(() => line.end())

  it('says whose sound it is, and asks whether it may come', async () => {
    expect(line.signed).toBe(true)
    await line.start()
    expect(line.starts).toEqual([
      { streamSid: STREAM, callSid: CALL, accountSid: 'AC00000000000000000000000000000000', customParameters: { session: 's_1' } },
    ])
    expect(line.leg).toMatchObject({ kind: 'audio', input: { encoding: 'pcm_s16le', sampleRateHz: 8000, frameMs: 20 } })
  })

  it('brings sound and keys in, as they come, whatever was lost between', async () => {
    await line.start()
    line.twilio.send(sound(160, 0x00, { chunk: '700' }))
    line.twilio.send(sound(80, 0x80))
    line.twilio.send(JSON.stringify(frame('dtmf')))
    line.twilio.send(sound(160, 0x00, { track: 'outbound' }))
    line.twilio.send(say({ event: 'dtmf', dtmf: { digit: '#' } }))
    await line.until(() => line.told.length === 5)
    const sounds = line.told.flatMap((event) => (event.type === 'audio' ? [new Int16Array(new Uint8Array(event.bytes).buffer)] : []))
    expect(sounds.map((each) => [each.length, each[0]])).toEqual([
      [160, 0],
      [160, -32_124],
      [80, 32_124],
    ])
    expect(line.told.filter((event) => event.type === 'digits')).toEqual([
      { type: 'digits', digits: '1' },
      { type: 'digits', digits: '#' },
    ])
  })

  it('brings sound to the ear where there is one, and to nobody who listens no more', async () => {
    await line.start()
    const heard: Uint8Array[] = []
    const stop = line.leg.listen((event) => line.told.push(event), { sound: (bytes) => void heard.push(bytes) })
    line.twilio.send(sound())
    await expect.poll(() => heard.length).toBe(1)
    expect([heard[0], line.told.length]).toEqual([Buffer.alloc(320), 1])
    stop()
    line.twilio.send(sound())
    line.twilio.send(JSON.stringify(frame('stop')))
    await line.closed
    expect([heard.length, line.told.length]).toEqual([1, 1])
  })

  it('brings ours out, with marks that come back under their own names', async () => {
    await line.start()
    expect(line.leg.writable()).toBe(true)
    line.leg.mark('u1', 'start')
    line.leg.send(pcm(0), 'u1')
    line.leg.send(pcm(-32_124), 'u1')
    line.leg.mark('u1', 'end')
    await line.until(() => line.heard.length === 4)
    expect(line.heard.map(({ event }) => event)).toEqual(['mark', 'media', 'media', 'mark'])
    expect(line.heard.map(({ media }) => media && Buffer.from(media.payload, 'base64'))).toEqual([
      undefined,
      Buffer.alloc(160, 0xff),
      Buffer.alloc(160, 0),
      undefined,
    ])
    for (const { mark: sent } of line.heard) if (sent) line.twilio.send(mark(sent.name))
    line.twilio.send(mark('of nobody'))
    await line.until(() => line.told.length === 3)
    expect(line.told.slice(1)).toEqual([
      { type: 'mark', utterance: 'u1', name: 'start' },
      { type: 'mark', utterance: 'u1', name: 'end' },
    ])
  })

  it('falls silent, and knows from the marks how much was heard', async () => {
    await line.start()
    line.leg.mark('u1', 'start')
    for (let each = 0; each < 5; each++) line.leg.send(pcm(0), 'u1')
    line.leg.mark('u1', 'end')
    await line.until(() => line.heard.length === 7)
    line.twilio.send(mark(line.heard[0]?.mark?.name ?? ''))
    await line.until(() => line.told.length === 2)
    await line.clock.advance(60)
    expect(await line.leg.clear('u1')).toBe(60)
    await line.until(() => line.heard.at(-1)?.event === 'clear')
    // Twilio gives back what it dropped: nobody heard that.
    line.twilio.send(mark(line.heard[6]?.mark?.name ?? ''))
    line.twilio.send(sound())
    await line.until(() => line.told.at(-1)?.type === 'audio')
    expect(line.told.filter(({ type }) => type === 'mark')).toHaveLength(1)
    expect(await line.leg.clear('u2')).toBeUndefined()
  })

  it('is away when Twilio stops it, and says who left unless another one comes', async () => {
    await line.start()
    line.twilio.send(JSON.stringify(frame('stop')))
    expect((await line.closed)[0]).toBe(1000)
    expect(line.told.at(-1)).toEqual({ type: 'detached', leaving: 'callee' })
    expect(line.leg.writable()).toBe(false)
    expect(await line.leg.clear('u1')).toBeUndefined()
    line.leg.send(pcm(0), 'u1')
    line.leg.close('agent')
    expect(line.told.filter(({ type }) => type === 'detached')).toHaveLength(1)
  })

  it('is away when its socket is lost', async () => {
    await line.start()
    line.twilio.terminate()
    await line.until(() => line.told.at(-1)?.type === 'detached')
    expect(line.told.at(-1)).toEqual({ type: 'detached' })
    expect(line.leg.writable()).toBe(false)
  })

  it('goes when we want it to, and says nothing more', async () => {
    await line.start()
    line.leg.close('agent')
    expect((await line.closed)[0]).toBe(1000)
    await line.gone
    expect(line.told.map(({ type }) => type)).toEqual(['audio'])
    expect(line.clock.waiting).toBe(0)
  })

  it('a stream that nobody expects closes with 1008', async () => {
    const other = await streamed(sound, () => undefined)
    other.twilio.send(JSON.stringify(frame('start')))
    expect((await other.closed)[0]).toBe(1008)
    expect(other.told).toEqual([])
    expect(other.leg.writable()).toBe(false)
    await other.end()
  })

  it('a stream that does not start closes with 1008', async () => {
    line.twilio.send(JSON.stringify(frame('connected')))
    line.twilio.send(JSON.stringify(frame('connected')))
    await line.clock.advance(7000)
    line.twilio.pong()
    await line.clock.advance(3000)
    expect((await line.closed)[0]).toBe(1008)
    expect(line.starts).toEqual([])
  })

  it('twenty malformed frames in a row are too many, nineteen are not', async () => {
    await line.start()
    const wrong = ['{', '[]', sound(0), say({ event: 'dtmf', dtmf: { digit: 'x' } }), JSON.stringify(frame('start'))]
    const other = JSON.stringify({ ...frame('dtmf'), streamSid: 'MZ2' })
    for (let each = 0; each < 19; each++) line.twilio.send([...wrong, other][each % 6] ?? '')
    line.twilio.send(sound())
    await line.until(() => line.told.length === 2)
    for (let each = 0; each < 19; each++) line.twilio.send('{')
    line.twilio.send(sound())
    await line.until(() => line.told.length === 3)
    expect(line.told.map(({ type }) => type)).toEqual(['audio', 'audio', 'audio'])
    for (let each = 0; each < 19; each++) line.twilio.send('{')
    line.twilio.send(Buffer.from([1]))
    expect((await line.closed)[0]).toBe(1008)
    expect(line.starts).toHaveLength(1)
  })

  it('sound before the start, and a second start, are malformed', async () => {
    for (let each = 0; each < 20; each++) line.twilio.send(sound())
    expect((await line.closed)[0]).toBe(1008)
    expect(line.starts).toEqual([])
  })

  it('sound that comes faster than time is dropped, and too much of it is malformed', async () => {
    await line.start()
    for (let each = 0; each < 149 + 19; each++) line.twilio.send(sound())
    line.twilio.send(JSON.stringify(frame('dtmf')))
    await line.until(() => line.told.at(-1)?.type === 'digits')
    expect(line.told.filter(({ type }) => type === 'audio')).toHaveLength(150)
    await line.clock.advance(40)
    for (let each = 0; each < 3 + 20; each++) line.twilio.send(sound())
    expect((await line.closed)[0]).toBe(1008)
    expect(line.told.filter(({ type }) => type === 'audio')).toHaveLength(153)
  })

  it('a fault of ours ends this stream alone', async () => {
    await line.start()
    line.twilio.send(say({ event: 'dtmf', dtmf: { digit: 'D' } }))
    expect((await line.closed)[0]).toBe(1011)
    expect(line.faults).toEqual([new Error('a fault of ours')])
    expect(line.told.at(-1)).toEqual({ type: 'detached' })
  })

  it('so does one in its sound', async () => {
    await line.start()
    line.twilio.send(sound(FAULTY / 2))
    expect((await line.closed)[0]).toBe(1011)
    expect(line.faults).toEqual([new Error('a fault of ours in its sound')])
    expect(line.told.at(-1)).toEqual({ type: 'detached' })
  })

  it('sound is a sign of life', async () => {
    await line.start()
    line.twilio.pause()
    await line.clock.advance(8000)
    line.twilio.send(sound())
    await line.until(() => line.told.length === 2)
    await line.clock.advance(8000)
    expect(line.ws.readyState).toBe(WebSocket.OPEN)
  })

  it('a line that takes nothing more is waited for, and one that is silent for long is gone', async () => {
    await line.start()
    line.twilio.pause()
    while (line.leg.writable()) line.leg.send(pcm(0), 'u1')
    expect(line.ws.bufferedAmount).toBeGreaterThan(0)
    await line.clock.advance(8000)
    expect(line.told.at(-1)?.type).not.toBe('detached')
    await line.clock.advance(8000)
    await line.gone
    expect(line.told.at(-1)).toEqual({ type: 'detached' })
    expect(line.ws.readyState).toBe(WebSocket.CLOSED)
    expect(line.clock.waiting).toBe(0)
  })
})

describe('sound as Twilio always writes it', () => {
  it('is not read as JSON', async () => {
    const line = await streamed(asWritten)
    await line.start()
    const parse = vi.spyOn(JSON, 'parse')
    line.twilio.send(asWritten())
    await line.until(() => line.told.length === 2)
    expect(parse).not.toHaveBeenCalled()
    parse.mockRestore()
    await line.end()
  })
})
