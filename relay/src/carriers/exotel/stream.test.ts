import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { AudioLeg, LegEvent } from '../../calls/ports.ts'
import { TestClock } from '../../clock.test-kit.ts'
import type { EndReason } from '../../protocol/index.ts'
import vectors from './exotel.vectors.json' with { type: 'json' }
import { Lingering } from './lingering.ts'
import { createExotelStream } from './stream.ts'
import type { StreamStart } from './wire.ts'

const STREAM = 'e1f0a9c0b2stream'
const frames = vectors.stream_frames.filter(({ dir }) => dir === 'in').map(({ frame }) => frame)
const say = (content: object) => JSON.stringify({ stream_sid: STREAM, ...content })
const otherwise = (payload: string) => say({ event: 'media', media: { payload } })
const asWritten = (payload: string) =>
  JSON.stringify({ event: 'media', sequence_number: 4, stream_sid: STREAM, media: { chunk: '2', timestamp: '100', payload } })
const WRITTEN = [
  ['as it is mostly written', asWritten],
  ['written otherwise', otherwise],
] as const
const silence = (bytes: number) => Buffer.alloc(bytes, 1).toString('base64')

type Admit = (start: StreamStart) => Promise<EndReason | undefined>

/** Exotel at one end, the relay at the other, with a real socket between. */
async function streamed(admit: Admit = async () => 'callee', chunkBytes = 3200) {
  const clock = new TestClock()
  const lingering = new Lingering(clock)
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  const told: LegEvent[] = []
  const gone: StreamStart[] = []
  const faults: unknown[] = []
  let leg: AudioLeg | undefined
  sockets.on('connection', (ws) =>
    createExotelStream({
      ws,
      clock,
      sampleRateHz: 8000,
      chunkBytes,
      leadMs: 100,
      lingering,
      keys: 'both',
      async admit(start, its) {
        leg = its
        its.listen((event) => told.push(event))
        return admit(start)
      },
      onGone: (start) => gone.push(start),
      onFault: (error) => faults.push(error),
    }),
  )
  await once(sockets, 'listening')
  const exotel = new WebSocket(`ws://127.0.0.1:${(sockets.address() as AddressInfo).port}/x`)
  const heard: { event: string; mark?: { name: string }; media?: { payload: string } }[] = []
  exotel.on('message', (data) => heard.push(JSON.parse(String(data))))
  const closed = once(exotel, 'close').then(([code]) => code as number)
  await once(exotel, 'open')
  return {
    clock,
    exotel,
    told,
    heard,
    gone,
    faults,
    closed,
    get leg() {
      if (!leg) throw new Error('no start yet')
      return leg
    },
    bytes: () => heard.flatMap(({ media }) => (media ? [Buffer.from(media.payload, 'base64')] : [])),
    async start(frame: object = frames[1] ?? {}) {
      exotel.send(JSON.stringify(frames[0]))
      exotel.send(JSON.stringify(frame))
      exotel.send(say({ event: 'dtmf', dtmf: { digit: '1' } }))
      await expect.poll(() => told.length).toBeGreaterThan(0)
      told.length = 0
    },
    async end() {
      exotel.terminate()
      sockets.close()
    },
  }
}

describe('an Exotel stream', () => {
  let line: Awaited<ReturnType<typeof streamed>>
  beforeEach(async () => {
    line = await streamed()
  })
  afterEach(() => line.end())

  it.each([
    [8000, 320],
    [16_000, 640],
    [24_000, 960],
  ])('at %i Hz carries whole chunks of at least what was set, and fills up the last', async (rate, frameBytes) => {
    await line.start({
      event: 'start',
      stream_sid: STREAM,
      start: { stream_sid: STREAM, call_sid: 'c', media_format: { sample_rate: String(rate) } },
    })
    expect(line.leg).toMatchObject({ input: { sampleRateHz: rate, frameMs: 20 }, output: { sampleRateHz: rate } })
    const perChunk = Math.ceil(3200 / frameBytes)
    for (let sent = 0; sent < perChunk + 1; sent++) line.leg.send(new Uint8Array(frameBytes).fill(sent + 1), 'u')
    await expect.poll(() => line.bytes().length).toBe(1)
    expect(line.bytes()[0]?.length).toBe(perChunk * frameBytes)
    expect([(line.bytes()[0]?.length ?? 1) % 320, line.bytes()[0]?.at(-1)]).toEqual([0, perChunk])
    await line.clock.advance(149)
    expect(line.bytes().length).toBe(1)
    await line.clock.advance(1)
    await expect.poll(() => line.bytes().length).toBe(2)
    const last = line.bytes()[1]
    expect([last?.length, last?.[frameBytes - 1], last?.[frameBytes]]).toEqual([perChunk * frameBytes, perChunk + 1, 0])
  })

  it('frames that come together fill chunk after chunk, and the rest waits', async () => {
    await line.start()
    const frames = (from: number, count: number) => Buffer.concat(Array.from({ length: count }, (_, at) => Buffer.alloc(320, from + at)))
    line.leg.send(frames(1, 7), 'u')
    line.leg.send(frames(8, 17), 'u')
    await expect.poll(() => line.bytes().length).toBe(2)
    await line.clock.advance(200)
    await expect.poll(() => line.bytes().length).toBe(3)
    expect(Buffer.concat(line.bytes())).toEqual(Buffer.concat([frames(1, 24), Buffer.alloc(6 * 320)]))
  })

  it.each(WRITTEN)('brings sound %s to the ear where there is one, and to nobody who listens no more', async (_, sound) => {
    await line.start()
    const heard: Uint8Array[] = []
    const stop = line.leg.listen((event) => line.told.push(event), { sound: (bytes) => void heard.push(Buffer.from(bytes)) })
    const media = sound('AQID')
    line.exotel.send(media)
    line.exotel.send(sound('BAUG'))
    await expect.poll(() => heard).toEqual([Buffer.of(1, 2), Buffer.of(3, 4, 5, 6)])
    stop()
    line.exotel.send(media)
    line.exotel.send(say({ event: 'stop' }))
    await line.closed
    expect([heard.length, line.told]).toEqual([2, []])
  })

  it('marks stand behind the sound that they were set after, and come back as they were named', async () => {
    await line.start()
    line.leg.mark('u', 'start')
    await expect.poll(() => line.heard.length).toBe(1)
    line.leg.send(new Uint8Array(320), 'u')
    line.leg.mark('u', 'end')
    await line.clock.advance(150)
    await expect.poll(() => line.heard.map(({ event }) => event)).toEqual(['mark', 'media', 'mark'])
    line.exotel.send(say({ event: 'mark', mark: line.heard[2]?.mark }))
    await expect.poll(() => line.told).toEqual([{ type: 'mark', utterance: 'u', name: 'end' }])
    expect(await line.leg.clear('u')).toBe(20)
  })

  it('cut, what waits for its chunk is not sent, and was not heard', async () => {
    await line.start()
    for (let sent = 0; sent < 10; sent++) line.leg.send(new Uint8Array(320), 'u')
    line.leg.mark('u', 'p200')
    await expect.poll(() => line.heard.length).toBe(2)
    await line.clock.advance(200)
    line.exotel.send(say({ event: 'mark', mark: line.heard[1]?.mark }))
    await expect.poll(() => line.told.length).toBe(1)
    line.leg.send(new Uint8Array(320).fill(9), 'u')
    line.leg.mark('u', 'p220')
    expect(await line.leg.clear('u')).toBe(200)
    await line.clock.advance(200)
    await expect.poll(() => line.heard.map(({ event }) => event)).toEqual(['media', 'mark', 'clear'])
  })

  it('cut in the chunk that another ended in, drops the sound of both, and only the other’s end is still told', async () => {
    await line.start()
    line.leg.send(new Uint8Array(320), 'before')
    line.leg.mark('before', 'end')
    line.leg.mark('cut', 'start')
    line.leg.send(new Uint8Array(320), 'cut')
    line.leg.mark('cut', 'end')
    await line.leg.clear('cut')
    await line.clock.advance(500)
    await expect.poll(() => line.heard.map(({ event }) => event)).toEqual(['clear', 'mark'])
    line.exotel.send(say({ event: 'mark', mark: line.heard[1]?.mark }))
    await expect.poll(() => line.told).toEqual([{ type: 'mark', utterance: 'before', name: 'end' }])
  })

  it.each(WRITTEN)('brings sound %s in as whole samples, and keys', async (_, sound) => {
    await line.start()
    line.exotel.send(sound(silence(1601)))
    line.exotel.send(sound(silence(1599)))
    line.exotel.send(say({ event: 'dtmf', dtmf: { digit: '#' } }))
    await expect.poll(() => line.told.length).toBe(3)
    expect(line.told.map((event) => (event.type === 'audio' ? event.bytes.length : event.type))).toEqual([1600, 1600, 'digits'])
  })

  it.each(WRITTEN)('drops sound %s that comes faster than time, and too much of it is malformed', async (_, sound) => {
    await line.start()
    for (let each = 0; each < 30 + 19; each++) line.exotel.send(sound(silence(1600)))
    line.exotel.send(say({ event: 'dtmf', dtmf: { digit: '1' } }))
    await expect.poll(() => line.told.at(-1)?.type).toBe('digits')
    expect(line.told).toHaveLength(31)
    for (let each = 0; each < 20; each++) line.exotel.send(sound(silence(1600)))
    expect(await line.closed).toBe(1008)
  })

  it('does not read sound as JSON that is as it is mostly written', async () => {
    await line.start()
    const parse = vi.spyOn(JSON, 'parse')
    line.exotel.send(asWritten(silence(320)))
    line.exotel.send(asWritten(silence(1600)))
    await expect.poll(() => line.told.length).toBe(2)
    expect(parse).not.toHaveBeenCalled()
    parse.mockRestore()
  })

  it.each(WRITTEN)('sound %s before the start is malformed', async (_, sound) => {
    for (let each = 0; each < 20; each++) line.exotel.send(sound(silence(320)))
    expect(await line.closed).toBe(1008)
    expect(line.gone).toEqual([])
  })

  it('refused, closes with 1008, whatever comes', async () => {
    await line.end()
    line = await streamed(async () => undefined)
    line.exotel.send(JSON.stringify(frames[2]))
    expect(await line.closed).toBe(1008)
    expect(line.gone).toHaveLength(1)
    await line.end()
    line = await streamed()
    for (let sent = 0; sent < 25; sent++) line.exotel.send('{"event":"media"}')
    expect(await line.closed).toBe(1008)
    await line.end()
    line = await streamed()
    await line.clock.advance(10_000)
    expect(await line.closed).toBe(1008)
  })

  it('a fault of ours ends this call’s stream alone', async () => {
    await line.end()
    line = await streamed(() => Promise.reject(new Error('ours')))
    line.exotel.send(JSON.stringify(frames[1]))
    expect(await line.closed).toBe(1011)
    expect(line.faults).toHaveLength(1)
  })

  it('goes when the far end says so, or without a word, and is closed by us to hang up', async () => {
    await line.start()
    line.exotel.send(say({ event: 'stop', stop: { reason: 'callended' } }))
    expect(await line.closed).toBe(1000)
    expect([line.told, line.gone.length]).toEqual([[{ type: 'detached', leaving: 'callee' }], 1])
    await line.end()
    line = await streamed()
    await line.start()
    line.exotel.terminate()
    await expect.poll(() => line.told).toEqual([{ type: 'detached' }])
    await line.end()
    line = await streamed()
    await line.start()
    line.leg.send(new Uint8Array(320), 'u')
    line.leg.close('agent')
    expect(await line.closed).toBe(1000)
    await line.clock.advance(1000)
    expect([line.told, line.bytes()]).toEqual([[], []])
  })

  it('a stranger’s messages between are not its own', async () => {
    await line.start()
    line.exotel.send(JSON.stringify({ event: 'dtmf', stream_sid: 'other', dtmf: { digit: '1' } }))
    line.exotel.send(JSON.stringify({ event: 'dtmf', streamSid: STREAM, dtmf: { digit: '2' } }))
    await expect.poll(() => line.told).toEqual([{ type: 'digits', digits: '2' }])
  })
})
