import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { voice } from '../gemini-live/live.test-kit.ts'
import { Customer, withTwilio } from './customer.test-kit.ts'

const twilio = withTwilio()
type Frame = Record<string, unknown>

test('a handset on the page talks over ConversationRelay: it hears the words, and what its person says is understood', async () => {
  const customer = await Customer.open()
  const url = `${customer.url.replace('http', 'ws')}/words`
  const relay = `<ConversationRelay url="${url}" welcomeGreeting="Hello there." events="speaker-events tokens-played"/>`
  customer.replies['/voice'] = () => ({ body: `<Response><Connect>${relay}</Connect></Response>` })
  const page = new WebSocket(`${twilio.url().replace('http', 'ws')}/handsets`)
  onTestFinished(() => page.terminate())
  let loudest = 0
  const rings = Promise.withResolvers<void>()
  page.on('message', (data: Buffer, binary) => {
    if (binary) loudest = Math.max(loudest, ...new Int16Array(Uint8Array.from(data.subarray(1)).buffer))
    else if (String(data).includes('"rings"')) rings.resolve()
  })
  await once(page, 'open')
  await twilio.place(customer)
  await rings.promise
  page.send(JSON.stringify({ type: 'answer', handset: 0 }))
  const stream = await customer.stream()
  const frames = () => stream.frames as unknown as Frame[]
  await customer.until(() => frames().some(({ name }) => name === 'tokensPlayed'))
  expect(loudest).toBeGreaterThan(2000)
  const said = await voice.say('What is my name?', 'slt', 8000)
  const silence = new Int16Array(8000)
  const samples = Int16Array.from([...said, ...silence])
  const timer = setInterval(() => {
    const at = sent * 160
    sent += 1
    if (at + 160 > samples.length) return clearInterval(timer)
    page.send(Buffer.concat([Buffer.from([0]), Buffer.from(samples.slice(at, at + 160).buffer)]))
  }, 20)
  onTestFinished(() => clearInterval(timer))
  let sent = 0
  const prompt = await customer.until(() => frames().find(({ type }) => type === 'prompt'))
  expect(prompt).toEqual({ type: 'prompt', voicePrompt: 'What is my name?', lang: 'en', last: true })
  page.send(JSON.stringify({ type: 'hang-up', handset: 0 }))
  expect(await customer.until(() => stream.closed)).toBe(1000)
})
