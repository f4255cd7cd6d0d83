import fc from 'fast-check'
import twilioPackage from 'twilio'
import { expect, test } from 'vitest'
import { TWILIO_ACCOUNT } from './account.ts'
import { Customer, withTwilio } from './customer.test-kit.ts'
import { sign } from './signature.ts'
import { readTwiml } from './twiml.ts'

/** Twilio's own package judges what the sandbox signs, and writes what the sandbox reads. */

const twilio = withTwilio()
const { authToken } = TWILIO_ACCOUNT

test('every webhook and the socket carry a signature that the package accepts, over the public address', async () => {
  const customer = (await Customer.open()).streamsBothWays()
  await twilio.settings({ reach: { 'https://relay.example': customer.url } })
  const recording = { Record: 'true', RecordingStatusCallback: 'https://relay.example/recording' }
  const machine = { MachineDetection: 'Enable', AsyncAmd: 'true', AsyncAmdStatusCallback: 'https://relay.example/machine' }
  await twilio.settings({ machineMs: 0 })
  customer.replies['/voice'] = () => ({
    body: '<Response><Connect><Stream url="wss://relay.example/media" statusCallback="/stream"/></Connect></Response>',
  })
  await twilio.script({ does: 'answer' })
  const url = 'https://relay.example/voice?agent=demo'
  await twilio.place(customer, { Url: url, StatusCallback: 'https://relay.example/status', ...recording, ...machine })
  const stream = await customer.stream()
  await customer.until(() => stream.of('start')[0])
  expect(twilioPackage.validateRequest(authToken, String(stream.headers['x-twilio-signature']), 'wss://relay.example/media', {})).toBe(true)
  await customer.until(() => customer.webhooks.find(({ path }) => path === '/machine'))
  stream.close()
  await customer.until(() => customer.webhooks.find(({ path }) => path === '/recording'))
  await customer.until(() => customer.webhooks.find(({ form }) => form.StreamEvent === 'stream-stopped'))
  await customer.ended()
  expect(new Set(customer.webhooks.map(({ path }) => path))).toEqual(new Set(['/status', '/voice', '/machine', '/recording', '/stream']))
  for (const { path, headers, form } of customer.webhooks) {
    const signed = path === '/voice' ? url : `https://relay.example${path}`
    expect(twilioPackage.validateRequest(authToken, String(headers['x-twilio-signature']), signed, form)).toBe(true)
    expect(twilioPackage.validateRequest('another token', String(headers['x-twilio-signature']), signed, form)).toBe(false)
    expect(headers['i-twilio-idempotency-token']).toMatch(/^[0-9a-f-]{36}$/)
  }
  expect(new Set(customer.webhooks.map(({ headers }) => headers['i-twilio-idempotency-token'])).size).toBe(customer.webhooks.length)
})

test('a webhook by GET is signed over its whole address', async () => {
  const customer = await Customer.open()
  const seen: { url: string; signature: string }[] = []
  customer.replies['/voice'] = ({ url, headers }) => {
    seen.push({ url, signature: String(headers['x-twilio-signature']) })
    return { body: '<Response><Hangup/></Response>' }
  }
  await twilio.script({ does: 'answer' })
  await twilio.place(customer, { Method: 'GET', Url: `${customer.url}/voice?a=b%20c` })
  await customer.ended()
  expect(seen[0]?.url).toContain('CallSid=CA')
  expect(twilioPackage.validateRequest(authToken, seen[0]?.signature ?? '', `${customer.url}${seen[0]?.url}`, {})).toBe(true)
})

test('signs whatever form as the package does', () => {
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.string(), { minLength: 1 }))
  const form = fc.dictionary(fc.string({ minLength: 1 }), value)
  fc.assert(
    fc.property(form, (params) => {
      const url = 'https://relay.example/api/calls/status?x=1'
      expect(sign(authToken, url, params)).toBe(twilioPackage.getExpectedTwilioSignature(authToken, url, params))
    }),
  )
})

test('reads what the package writes', () => {
  const text = fc
    .string({ unit: fc.constantFrom('a', 'Z', ' ', '<', '>', '&', '"', "'", 'é', 'न', ']]>'), minLength: 1 })
    .filter((each) => each.trim() !== '')
  const parameters = fc.array(fc.record({ name: text, value: text }), { maxLength: 5 })
  fc.assert(
    fc.property(text, parameters, fc.integer({ min: 0, max: 60 }), (words, each, length) => {
      const response = new twilioPackage.twiml.VoiceResponse()
      response.say(words)
      response.pause({ length })
      const stream = response.connect({ action: '/after' }).stream({ url: 'wss://relay.example/media', name: 'talk' })
      for (const parameter of each) stream.parameter(parameter)
      const [say, pause, connect] = readTwiml(response.toString())
      expect(say).toMatchObject({ verb: 'Say', text: words.trim() })
      expect(pause).toMatchObject({ verb: 'Pause', length })
      expect(connect).toMatchObject({
        verb: 'Connect',
        action: '/after',
        stream: {
          url: 'wss://relay.example/media',
          name: 'talk',
          parameters: Object.fromEntries(each.map(({ name, value }) => [name, value])),
        },
      })
    }),
  )
})

test('reads every verb it performs as the package writes it', () => {
  const response = new twilioPackage.twiml.VoiceResponse()
  response.play({ digits: '12w3' })
  response.play('https://relay.example/a.wav')
  response.gather({ numDigits: 1, action: '/menu' }).say('Press one')
  response.dial({ callerId: '+12025550199', timeout: 20, record: 'record-from-answer-dual' }, '+12025550102')
  response.dial().number({ statusCallback: '/leg', statusCallbackEvent: ['ringing', 'answered'] }, '+12025550103')
  response.start().stream({ url: 'wss://relay.example/listen', track: 'both_tracks' })
  response.redirect({ method: 'POST' }, '/again')
  response.reject({ reason: 'busy' })
  response.hangup()
  expect(readTwiml(response.toString())).toMatchObject([
    { verb: 'Play', digits: '12w3' },
    { verb: 'Play', url: 'https://relay.example/a.wav' },
    { verb: 'Gather', numDigits: 1, action: '/menu', prompts: [{ verb: 'Say', text: 'Press one' }] },
    { verb: 'Dial', callerId: '+12025550199', timeout: 20, record: 'record-from-answer-dual', numbers: [{ number: '+12025550102' }] },
    { verb: 'Dial', numbers: [{ number: '+12025550103', statusCallback: '/leg', statusCallbackEvent: ['ringing', 'answered'] }] },
    { verb: 'Start', stream: { track: 'both_tracks' } },
    { verb: 'Redirect', url: '/again' },
    { verb: 'Reject', reason: 'busy' },
    { verb: 'Hangup' },
  ])
})
