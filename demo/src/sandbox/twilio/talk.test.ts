import { expect, test } from 'vitest'
import { voice } from '../gemini-live/live.test-kit.ts'
import { Customer, withTwilio } from './customer.test-kit.ts'

const twilio = withTwilio()

test('a call is placed, rings, is answered, talks and is hung up', async () => {
  const customer = (await Customer.open()).streamsBothWays('<Parameter name="session" value="s_1"/>')
  await twilio.script({ does: 'answer' })
  const placed = await twilio.place(customer)
  expect(placed.status).toBe(201)
  expect(placed.body).toMatchObject({ status: 'queued', direction: 'outbound-api', to: '+12025550101', from: '+12025550199' })
  const stream = await customer.stream()
  const greeting = await voice.say('Welcome to the shop. How can I help you today?', 'slt', 8000)
  await customer.until(() => stream.of('start').length > 0)
  stream.say(greeting)
  stream.send({ event: 'mark', mark: { name: 'greeted' } })
  await customer.until(() => stream.of('mark').length > 0)
  expect((await twilio.rest(`/Calls/${placed.body.sid}.json`, { Status: 'completed' })).body.status).toBe('completed')
  await customer.ended()
  expect(customer.statuses()).toEqual(['1 ringing', '0 initiated', '2 in-progress', '3 completed'])
  const [call] = await twilio.phones()
  const heard = await twilio.audio(call?.id ?? '', 'heard')
  expect(gapsIn(heard, greeting)).toBe(0)
})

/** How many samples differ from what was said by more than mu-law does, from where it begins. */
function gapsIn(heard: Int16Array, said: Int16Array): number {
  const begin = heard.findIndex((sample) => Math.abs(sample) > 300) - said.findIndex((sample) => Math.abs(sample) > 300)
  return said.filter((sample, n) => Math.abs(sample - (heard[begin + n] ?? 0)) > 700).length
}
