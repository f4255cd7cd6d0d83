import { expect, test } from 'vitest'
import { voice } from '../gemini-live/live.test-kit.ts'
import { resampled } from '../speech/resample.ts'
import { Customer, type CustomerStream, withExotel } from './customer.test-kit.ts'

const exotel = withExotel()

const tone = (hz: number, rateHz: number, seconds = 1) => {
  const samples = Int16Array.from({ length: rateHz * seconds }, (_, n) => Math.round(8000 * Math.sin((n * 2 * Math.PI * hz) / rateHz)))
  return Buffer.from(samples.buffer)
}
const samplesOf = (pcm: Buffer) => Int16Array.from({ length: pcm.length / 2 }, (_, n) => pcm.readInt16LE(n * 2))

/** How much of a sound is one tone. */
function share(samples: Int16Array, hz: number, rateHz: number): number {
  let [re, im, all] = [0, 0, 0]
  for (const [n, sample] of samples.entries()) {
    re += sample * Math.cos((2 * Math.PI * hz * n) / rateHz)
    im += sample * Math.sin((2 * Math.PI * hz * n) / rateHz)
    all += sample * sample
  }
  return (2 * (re * re + im * im)) / (all * samples.length || 1)
}

/** A call that was answered, with its stream open. */
async function talking(script: object = {}, query = ''): Promise<{ customer: Customer; stream: CustomerStream; sid: string }> {
  const customer = await Customer.open()
  await exotel.script({ does: 'answer', ...script })
  const { body } = await exotel.place(customer, { StreamUrl: customer.media(query) })
  const stream = await customer.stream()
  await customer.until(() => stream.start)
  return { customer, stream, sid: String(body.Call?.Sid) }
}

test.each([8000, 16_000, 24_000])('at %i Hz: connected, start, then chunks of 100 ms, counted', async (rate) => {
  const { customer, stream, sid } = await talking({}, `?sample-rate=${rate}`)
  await customer.until(() => stream.of('media').length >= 8)
  expect(stream.frames[0]).toEqual({ event: 'connected' })
  expect(stream.start).toEqual({
    event: 'start',
    sequence_number: 1,
    stream_sid: stream.sid,
    start: {
      stream_sid: stream.sid,
      call_sid: sid,
      account_sid: 'sandboxshop1',
      from: '09000000001',
      to: '08040550199',
      custom_parameters: {},
      media_format: { encoding: 'raw', sample_rate: String(rate), bit_rate: '16' },
    },
  })
  const media = stream.of('media') as unknown as { sequence_number: number; media: { chunk: number; timestamp: string; payload: string } }[]
  expect(media.map(({ media: { chunk } }) => chunk)).toEqual(media.map((_, n) => n + 1))
  expect(media.every(({ media: { payload } }) => Buffer.from(payload, 'base64').length === rate / 5)).toBe(true)
  const times = media.map(({ media: { timestamp } }) => Number(timestamp))
  expect(times).toEqual(times.toSorted((a, b) => a - b))
})

test.each([8000, 16_000, 24_000])('at %i Hz both sides hear each other', async (rate) => {
  const { customer, stream, sid } = await talking(
    { says: [{ text: 'Are you open on Monday?' }, { pauseMs: 1200 }] },
    `?sample-rate=${rate}`,
  )
  stream.say(tone(700, rate))
  stream.send({ event: 'mark', mark: { name: 'played' } })
  await customer.until(() => stream.of('mark')[0])
  const said = resampled(await voice.say('Are you open on Monday?', 'slt', 8000), 8000, rate)
  const heard = samplesOf(stream.heard())
  const loud = (samples: Int16Array) => samples.reduce((sum, sample) => sum + (Math.abs(sample) > 500 ? 1 : 0), 0)
  expect(loud(heard) / loud(said)).toBeGreaterThan(0.5)
  const phone = await exotel.audio(sid, 'heard')
  const begin = phone.findIndex((sample) => Math.abs(sample) > 1000)
  expect(share(phone.slice(begin + 400, begin + 6400), 700, 8000)).toBeGreaterThan(0.9)
  const [record] = (await exotel.exotel()).streams
  expect(record?.warnings).toEqual([])
  expect(record?.received.chunks['3200']).toBeGreaterThan(3)
})

test('the keys’ other case, counters as strings, other words for the format', async () => {
  await exotel.settings({ keys: 'camel', counters: 'string', encoding: 'raw/slin', bitRate: '128kbps', rateUnit: 'Hz' })
  const { stream, sid } = await talking()
  expect(stream.start).toMatchObject({
    sequenceNumber: '1',
    streamSid: stream.sid,
    start: { callSid: sid, mediaFormat: { encoding: 'raw/slin', sampleRate: '8000Hz', bitRate: '128kbps' }, customParameters: {} },
  })
  expect(stream.start).not.toHaveProperty('stream_sid')
})

test.each([
  ['snake', { streamSid: 'x' }, 'without stream_sid'],
  ['camel', { stream_sid: 'x' }, 'without streamSid'],
  ['snake', { stream_sid: 'x' }, 'another stream'],
] as const)('a stream with %s keys complains of %o', async (keys, ids, warning) => {
  await exotel.settings({ keys })
  const { customer, stream, sid } = await talking()
  stream.raw(JSON.stringify({ event: 'clear', ...ids }))
  stream.raw(JSON.stringify({ event: 'mark', stream_sid: stream.sid, streamSid: stream.sid, mark: { name: 'after' } }))
  await customer.until(() => stream.of('mark')[0])
  const [record] = (await exotel.exotel()).streams
  expect(record).toMatchObject({ callSid: sid, received: { clears: 0 }, warnings: [expect.stringContaining(warning)] })
})

test('complains of chunks that are not whole, too small or without their counters, and of bursts', async () => {
  await exotel.settings({ keys: 'camel', mostAheadMs: 300 })
  const { customer, stream } = await talking()
  const media = (bytes: number, more: object = {}) =>
    stream.send({
      event: 'media',
      media: { payload: Buffer.alloc(bytes).toString('base64'), chunk: '1', timestamp: '0', sequenceNumber: '1', ...more },
    })
  media(3200)
  media(3300)
  media(1600)
  media(16_000)
  media(3200, { chunk: undefined })
  stream.raw('hello')
  stream.send({ event: 'mark', mark: { name: 'all' } })
  await customer.until(() => stream.of('mark')[0])
  const [record] = (await exotel.exotel()).streams
  expect(record?.warnings).toEqual([
    'a chunk of 3300 bytes is no multiple of 320',
    'more than 300 ms of sound wait',
    'a chunk of 1600 bytes is too small',
    'media without chunk as a string',
    'not understood: hello',
  ])
})

test('a burst that the account does not bear ends the call some seconds later', async () => {
  await exotel.settings({ strictPace: true, mostAheadMs: 500 })
  const { customer, stream } = await talking()
  stream.say(tone(500, 8000, 8), 32_000)
  await customer.until(() => stream.of('stop')[0])
  expect(await customer.ended()).toMatchObject({ Status: 'completed' })
})

test('keys arrive as events; clear drops what waits and lets its marks come back', async () => {
  const { customer, stream } = await talking({ says: [{ pauseMs: 300 }, { digits: '1#9' }] })
  await customer.until(() => stream.of('dtmf').length === 3)
  expect(stream.of('dtmf').map(({ dtmf }) => dtmf)).toEqual(['1', '#', '9'].map((digit) => ({ duration: '100', digit })))
  stream.say(tone(500, 8000, 20))
  stream.send({ event: 'mark', mark: { name: 'far' } })
  stream.send({ event: 'clear' })
  await customer.until(() => stream.of('mark')[0])
  expect((await exotel.exotel()).streams[0]?.received.clears).toBe(1)
})

test('closing the socket ends the call; when the phone hangs up, stop says so', async () => {
  const ours = await talking()
  ours.stream.close()
  expect(await ours.customer.ended()).toMatchObject({ Status: 'completed', CallSid: ours.sid })
  const [phone] = await exotel.phones()
  expect([phone?.end, phone?.endedBy]).toEqual(['hung-up', 'carrier'])
  const theirs = await talking({ hangsUpAfterMs: 100 })
  await theirs.customer.until(() => theirs.stream.closed)
  expect(theirs.stream.of('stop')[0]).toMatchObject({ stop: { call_sid: theirs.sid, account_sid: 'sandboxshop1', reason: 'callended' } })
})

test('the address’s own parameters, its user, and its query are passed on', async () => {
  const customer = await Customer.open()
  await exotel.script({ does: 'answer', every: true })
  const url = customer.media('?sample-rate=16000&session=s_1&x=2').replace('//', '//key:to%3Aken@')
  await exotel.place(customer, { StreamUrl: url })
  const stream = await customer.stream()
  await customer.until(() => stream.start)
  expect(stream.start).toMatchObject({ start: { custom_parameters: { session: 's_1', x: '2' }, media_format: { sample_rate: '16000' } } })
  expect(stream.headers.authorization).toBe(`Basic ${Buffer.from('key:to:ken').toString('base64')}`)
  expect(stream.path).toBe('/media?sample-rate=16000&session=s_1&x=2')
  await exotel.settings({ queryKept: false })
  await exotel.place(customer, { StreamUrl: customer.media('?sample-rate=24000') })
  expect((await customer.stream(1)).path).toBe('/media')
})

test('a socket that is refused is tried once more', async () => {
  const customer = await Customer.open()
  let asked = 0
  customer.admits = () => ++asked > 1
  await exotel.script({ does: 'answer' })
  await exotel.place(customer)
  await customer.stream()
  expect(asked).toBe(2)
  customer.admits = () => ++asked > 1000
  await exotel.script({ does: 'answer' })
  await exotel.place(customer)
  expect(await customer.ended()).toMatchObject({ Status: 'completed' })
  expect(asked).toBe(4)
})
