import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { Customer, withTwilio } from '../twilio/customer.test-kit.ts'
import type { ToPage } from './handset-wire.ts'

const twilio = withTwilio()

type Of<T extends ToPage['type']> = Extract<ToPage, { type: T }>

/** A page with all handsets, as the browser's would be. */
class Page {
  readonly messages: ToPage[] = []
  readonly sound: { handset: number; samples: Int16Array }[] = []
  readonly socket: WebSocket
  #waiting: (() => void)[] = []

  constructor(o: { origin?: string } = {}) {
    this.socket = new WebSocket(`${twilio.url().replace('http', 'ws')}/handsets`, o)
    onTestFinished(() => this.socket.terminate())
    this.socket.on('error', () => undefined)
    this.socket.on('message', (data: Buffer, binary) => {
      if (binary) this.sound.push({ handset: data[0] ?? -1, samples: new Int16Array(Uint8Array.from(data.subarray(1)).buffer) })
      else this.messages.push(JSON.parse(String(data)) as ToPage)
      for (const wake of this.#waiting.splice(0)) wake()
    })
  }

  async until<T>(find: () => T | undefined | false): Promise<T> {
    for (;;) {
      const found = find()
      if (found) return found
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  of<T extends ToPage['type']>(type: T): Of<T>[] {
    return this.messages.filter((message): message is Of<T> => message.type === type)
  }

  state(state: Of<'state'>['state']): Promise<Of<'state'>> {
    return this.until(() => this.of('state').find((message) => message.state === state))
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message))
  }

  speak(handset: number, samples: Int16Array): void {
    this.socket.send(Buffer.concat([Buffer.from([handset]), Buffer.from(samples.buffer)]))
  }
}

const openPage = async () => {
  const page = new Page()
  await page.until(() => page.of('handsets').length > 0)
  return page
}
const tone = Int16Array.from({ length: 160 }, (_, n) => Math.round(8000 * Math.sin((n * 2 * Math.PI * 500) / 8000)))

test('tells which handsets there are, and where the shop is', async () => {
  const page = await openPage()
  const [hello] = page.of('handsets')
  expect(hello?.handsets[0]).toEqual({ id: 0, number: '+12025550101', name: 'Mobile 1' })
  expect(hello?.shop).toEqual({ number: '+12025550199', name: 'The shop', carrier: 'Twilio', answers: true })
  expect(await (await fetch(`${twilio.url()}/handsets.json`)).json()).toEqual(hello)
})

test('a handset rings, is answered, speaks, hears, presses keys and hangs up; a second page sees the same', async () => {
  const customer = (await Customer.open()).streamsBothWays()
  const [page, other] = [await openPage(), await openPage()]
  const { body } = await twilio.place(customer)
  const rings = await page.until(() => page.of('rings')[0])
  expect(rings).toMatchObject({ handset: 0, callId: body.sid, from: '+12025550199', carrier: 'twilio' })
  page.send({ type: 'answer', handset: 0 })
  await page.state('talking')
  const stream = await customer.stream()
  await customer.until(() => stream.of('start')[0])
  for (let n = 0; n < 5; n++) page.speak(0, tone)
  await customer.until(() => stream.heard().some((sample) => sample > 6000))
  stream.say(tone)
  await page.until(() => page.sound.some(({ handset, samples }) => handset === 0 && samples.some((sample) => sample > 6000)))
  expect(page.sound.every(({ samples }) => samples.length === 160)).toBe(true)
  other.send({ type: 'key', handset: 0, digit: '5' })
  await customer.until(() => stream.of('dtmf')[0])
  other.send({ type: 'hang-up', handset: 0 })
  expect(await page.state('over')).toMatchObject({ reason: 'hung-up', with: '+12025550199' })
  await customer.ended()
  expect(other.of('state').map(({ state }) => state)).toEqual(['ringing', 'talking', 'over'])
  const passing = () => page.of('passing').map(({ from, name }) => `${from} ${name}`)
  expect(passing().slice(0, 3)).toEqual(['relay POST /Calls.json', 'carrier answers queued', 'carrier POST /status'])
  await page.until(() => passing().includes('carrier start'))
})

test('shows at most ten messages a second, media counted', async () => {
  const customer = (await Customer.open()).streamsBothWays()
  const page = await openPage()
  await twilio.place(customer)
  await page.state('ringing')
  page.send({ type: 'answer', handset: 0 })
  const stream = await customer.stream()
  await customer.until(() => stream.of('start')[0])
  for (let n = 0; n < 60; n++) stream.send({ event: 'mark', mark: { name: `m${n}` } })
  await page.until(() => page.of('passing').some(({ name }) => /^mark ×\d\d$/.test(name)))
  await page.until(() => page.of('passing').some(({ from, name }) => from === 'carrier' && /^media ×\d+$/.test(name)))
  const times = page.of('passing').map(({ atMs }) => atMs)
  for (const at of times) expect(times.filter((each) => each >= at && each < at + 990).length).toBeLessThanOrEqual(10)
})

test('declines, and is busy while it talks', async () => {
  const customer = (await Customer.open()).streamsBothWays()
  const page = await openPage()
  await twilio.place(customer)
  await page.state('ringing')
  page.send({ type: 'decline', handset: 0 })
  expect(await page.state('over')).toMatchObject({ reason: 'declined' })
  expect((await customer.ended()).form.CallStatus).toBe('busy')
  await twilio.place(customer)
  await page.until(() => page.of('rings').length === 2)
  page.send({ type: 'answer', handset: 0 })
  await page.state('talking')
  const third = await twilio.place(customer)
  await customer.until(() => customer.webhooks.find(({ form }) => form.CallSid === third.body.sid && form.CallStatus === 'busy'))
  expect(page.of('rings')).toHaveLength(2)
})

test('dials the shop, and is told when that cannot be', async () => {
  const customer = (await Customer.open()).streamsBothWays()
  await twilio.ordered('twilio/numbers', { phoneNumber: '+12025550199', voiceUrl: `${customer.url}/voice` })
  const page = await openPage()
  page.send({ type: 'dial', handset: 3, to: '2025550199' })
  expect(await page.until(() => page.of('refused')[0])).toMatchObject({ handset: 3, message: expect.stringContaining('country code') })
  page.send({ type: 'dial', handset: 3, to: '+1 (202) 555-0199' })
  await page.state('talking')
  expect(page.of('state').map(({ state }) => state)).toEqual(['calling', 'calling', 'talking'])
  expect((await customer.stream()).path).toBe('/media')
  page.send({ type: 'dial', handset: 3, to: '+12025550199' })
  await page.until(() => page.of('refused').find(({ message }) => message.includes('busy')))
})

test('a handset that nobody has open rings on and is not answered', async () => {
  const customer = await Customer.open()
  await twilio.place(customer, { Timeout: '1' })
  expect((await customer.ended()).form.CallStatus).toBe('no-answer')
})

test('a page that comes later is told of calls that live', async () => {
  const customer = (await Customer.open()).streamsBothWays()
  const page = await openPage()
  const { body } = await twilio.place(customer)
  await page.state('ringing')
  const late = await openPage()
  expect(await late.state('ringing')).toMatchObject({ handset: 0, callId: body.sid, with: '+12025550199' })
  expect(late.of('rings')).toMatchObject([{ handset: 0, callId: body.sid }])
})

test('the pages of other sites are refused, and nonsense is answered', async () => {
  const foreign = new Page({ origin: 'https://elsewhere.example' })
  const [, response] = (await once(foreign.socket, 'unexpected-response')) as [unknown, { statusCode: number }]
  expect(response.statusCode).toBe(403)
  const page = await openPage()
  page.socket.send('{')
  page.socket.send(JSON.stringify({ type: 'answer', handset: 99 }))
  page.socket.send(Buffer.alloc(0))
  page.socket.send(Buffer.from([200, 1, 2]))
  page.send({ type: 'answer', handset: 0 })
  await page.until(() => page.of('refused').length === 3)
  expect(page.of('refused').map(({ message }) => message)).toEqual([
    'The phone network did not understand that.',
    'There is no such phone.',
    'This phone has no call.',
  ])
})
