import { expect, test } from 'vitest'
import { voice } from '../gemini-live/live.test-kit.ts'
import { Customer, type CustomerStream, withTwilio } from './customer.test-kit.ts'

const twilio = withTwilio()

const second = (hz: number, seconds = 1) =>
  Int16Array.from({ length: 8000 * seconds }, (_, n) => Math.round(8000 * Math.sin((n * 2 * Math.PI * hz) / 8000)))

/** A call that was answered, with its stream open. */
async function talking(
  script: object = {},
  o: { parameters?: string; rest?: string } = {},
): Promise<{ customer: Customer; stream: CustomerStream; sid: string }> {
  const customer = (await Customer.open()).streamsBothWays(o.parameters, o.rest)
  await twilio.script({ does: 'answer', ...script })
  const { body } = await twilio.place(customer)
  const stream = await customer.stream()
  await customer.until(() => stream.of('start')[0])
  return { customer, stream, sid: String(body.sid) }
}

test('begins with connected and start, then media of 160 bytes without a gap, counted in strings', async () => {
  const { customer, stream, sid } = await talking({}, { parameters: '<Parameter name="session" value="s_1"/>' })
  await customer.until(() => stream.of('media').length >= 50)
  expect(stream.frames[0]).toEqual({ event: 'connected', protocol: 'Call', version: '1.0.0' })
  expect(stream.frames[1]).toMatchObject({
    event: 'start',
    sequenceNumber: '1',
    start: { callSid: sid, tracks: ['inbound'], customParameters: { session: 's_1' }, mediaFormat: { sampleRate: 8000 } },
  })
  const media = stream.of('media') as unknown as {
    sequenceNumber: string
    media: { chunk: string; timestamp: string; payload: string; track: string }
  }[]
  expect(media.map(({ media: { chunk } }) => chunk)).toEqual(media.map((_, n) => String(n + 1)))
  expect(media.map(({ sequenceNumber }) => sequenceNumber)).toEqual(media.map((_, n) => String(n + 2)))
  expect(media.every(({ media: { payload, track } }) => Buffer.from(payload, 'base64').length === 160 && track === 'inbound')).toBe(true)
  const times = media.map(({ media: { timestamp } }) => Number(timestamp))
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  expect(stream.headers['user-agent']).toBe('Jetty/11.0.24')
})

test('what the phone says arrives whole', async () => {
  const { customer, stream } = await talking({ says: [{ text: 'Are you open on Monday?' }], hangsUpAfterMs: 300 })
  await customer.ended()
  const said = await voice.say('Are you open on Monday?', 'slt', 8000)
  const heard = stream.heard()
  const begin = heard.findIndex((sample) => Math.abs(sample) > 300) - said.findIndex((sample) => Math.abs(sample) > 300)
  expect(said.filter((sample, n) => Math.abs(sample - (heard[begin + n] ?? 0)) > 700)).toHaveLength(0)
})

test('keys arrive as events, one each, and as tones', async () => {
  const { customer, stream } = await talking({ says: [{ pauseMs: 500 }, { digits: '1w#9' }] })
  await customer.until(() => stream.of('dtmf').length === 3)
  expect(stream.of('dtmf').map(({ dtmf }) => dtmf)).toEqual(['1', '#', '9'].map((digit) => ({ track: 'inbound_track', digit })))
  const firstTone = () => {
    const heard = stream.heard()
    const begin = heard.findIndex((sample) => Math.abs(sample) > 300)
    return begin >= 0 && heard.length >= begin + 800 && heard.slice(begin, begin + 800)
  }
  const tone = await customer.until(firstTone)
  expect([697, 1209, 770, 1336].map((hz) => share(tone, hz) > 0.2)).toEqual([true, true, false, false])
})

/** How much of a sound is one tone. */
function share(samples: Int16Array, hz: number): number {
  let [re, im, all] = [0, 0, 0]
  for (const [n, sample] of samples.entries()) {
    re += sample * Math.cos((2 * Math.PI * hz * n) / 8000)
    im += sample * Math.sin((2 * Math.PI * hz * n) / 8000)
    all += sample * sample
  }
  return (re * re + im * im) / (all * samples.length || 1)
}

test('a mark comes back when the sound before it was played, and not before', async () => {
  const { customer, stream } = await talking()
  stream.send({ event: 'mark', mark: { name: 'nothing before' } })
  await customer.until(() => stream.of('mark').length === 1)
  const before = stream.of('media').length
  stream.say(second(440))
  stream.send({ event: 'mark', mark: { name: 'a second' } })
  await customer.until(() => stream.of('mark').length === 2)
  // Played in the phone's own time: as many frames came in meanwhile.
  expect(stream.of('media').length - before).toBeGreaterThanOrEqual(50)
  expect(stream.of('mark').map(({ mark }) => mark)).toEqual([{ name: 'nothing before' }, { name: 'a second' }])
})

test('clear drops what waits and brings its marks back at once', async () => {
  const { customer, stream, sid } = await talking()
  stream.say(second(440, 20))
  stream.send({ event: 'mark', mark: { name: 'one' } })
  stream.say(second(440, 20))
  stream.send({ event: 'mark', mark: { name: 'two' } })
  const before = stream.of('media').length
  await customer.until(() => stream.of('media').length > before + 10)
  stream.send({ event: 'clear' })
  await customer.until(() => stream.of('mark').length === 2)
  const cleared = stream.of('media').length
  await customer.until(() => stream.of('media').length > cleared + 10)
  const heard = await twilio.audio(sid, 'heard')
  expect(heard.slice(-800).every((sample) => sample === 0)).toBe(true)
})

test('sound in pieces of any size is played as one', async () => {
  const { customer, stream, sid } = await talking()
  const said = second(440, 2)
  const sizes = [1, 7, 159, 161, 480, 1000, 3333]
  for (let [at, n] = [0, 0]; at < said.length; n++) {
    const size = sizes[n % sizes.length] ?? 160
    stream.sayPiece(said.subarray(at, at + size))
    at += size
  }
  stream.send({ event: 'mark', mark: { name: 'end' } })
  await customer.until(() => stream.of('mark').length === 1)
  const heard = await twilio.audio(sid, 'heard')
  const begin = heard.findIndex((sample) => sample !== 0) - 1
  expect(said.filter((sample, n) => Math.abs(sample - (heard[begin + n] ?? 0)) > 300)).toHaveLength(0)
})

test('the phone hangs up: stop, then the socket closes', async () => {
  const { customer, stream, sid } = await talking({ says: [{ pauseMs: 100 }], hangsUpAfterMs: 0 })
  await customer.until(() => stream.closed !== undefined)
  expect(stream.frames.at(-1)).toMatchObject({ event: 'stop', stop: { callSid: sid } })
  expect(stream.closed).toBe(1000)
  expect((await customer.ended()).form).toMatchObject({ CallStatus: 'completed' })
})

test('the customer closes: the rest of the document, then the call is over', async () => {
  const { customer, stream, sid } = await talking({}, { rest: '<Play digits="5"/>' })
  stream.close()
  await customer.ended()
  const call = (await twilio.phones()).find(({ id }) => id === sid)
  expect(call?.keysHeard.map(({ digit }) => digit)).toEqual(['5'])
  expect(call?.endedBy).toBe('carrier')
})

test('notes what Twilio would warn of, and goes on', async () => {
  const { customer, stream } = await talking()
  stream.raw('not json')
  stream.raw(JSON.stringify({ event: 'media', streamSid: 'MZ1', media: { payload: '' } }))
  stream.send({ event: 'media', media: { payload: '%%%' } })
  stream.send({ event: 'mark', mark: { name: 'still there' } })
  await customer.until(() => stream.of('mark').length === 1)
  const { streams } = await twilio.twilio()
  expect(streams[0]?.warnings.map((warning) => warning.slice(0, 5))).toEqual(['31951', '31951', '31951'])
})

test('a query string in the address does not get through', async () => {
  const customer = await Customer.open()
  const url = `${customer.url.replace('http', 'ws')}/media?token=lost`
  customer.replies['/voice'] = () => ({ body: `<Response><Connect><Stream url="${url}"/></Connect></Response>` })
  await twilio.script({ does: 'answer' })
  await twilio.place(customer)
  expect((await customer.stream()).path).toBe('/media')
})

test('a one-way stream hears both sides beside what is performed, and no keys', async () => {
  const customer = await Customer.open()
  const url = `${customer.url.replace('http', 'ws')}/listen`
  customer.replies['/voice'] = () => ({
    body: `<Response><Start><Stream url="${url}" track="both_tracks"/></Start><Pause length="1"/><Say>Hello</Say></Response>`,
  })
  await twilio.script({ does: 'answer', says: [{ pauseMs: 500 }, { digits: '1' }] })
  await twilio.place(customer)
  const stream = await customer.stream()
  await customer.ended()
  const tracks = new Set(stream.of('media').map(({ media }) => (media as { track: string }).track))
  expect(tracks).toEqual(new Set(['inbound', 'outbound']))
  expect(stream.of('dtmf')).toHaveLength(0)
})
