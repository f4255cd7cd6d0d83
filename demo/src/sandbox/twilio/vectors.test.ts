import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeMuLaw, encodeMuLaw } from '../carriers/g711.ts'
import { ANSWERED_BY } from '../phones/script.ts'
import { TWILIO_ACCOUNT } from './account.ts'
import { Customer, withTwilio } from './customer.test-kit.ts'
import { type Form, sign } from './signature.ts'
import { FromCustomer, StreamMessages } from './stream-wire.ts'
import vectors from './twilio.vectors.json' with { type: 'json' }

const twilio = withTwilio()

test.each(vectors.signatures)('signs $id as Twilio does', ({ authToken, signedString_url, params, signature }) => {
  expect(sign(authToken, signedString_url, params as Form)).toBe(signature)
})

/** What differs from call to call; everything else is the same in both. */
const OWN = ['CallSid', 'AccountSid', 'From', 'To', 'Caller', 'Called', 'Timestamp', 'CallDuration', 'CallToken', 'ParentCallSid']
const fixed = (form: Record<string, string>) => Object.fromEntries(Object.entries(form).filter(([name]) => !OWN.includes(name)))

test('callbacks have the fields, values and order of those that were recorded', async () => {
  const customer = await Customer.open()
  customer.replies['/voice'] = () => ({ body: '<Response><Hangup/></Response>' })
  await twilio.script({ does: 'answer' })
  await twilio.place(customer)
  await customer.ended()
  const told = customer.webhooks.filter(({ path }) => path === '/status').map(({ form }) => form)
  expect(told.map(({ SequenceNumber, CallStatus }) => `${SequenceNumber} ${CallStatus}`)).toEqual(vectors.observedOrder)
  for (const recorded of vectors.outbound) {
    const same = told.find(({ SequenceNumber }) => SequenceNumber === recorded.SequenceNumber) ?? {}
    expect(Object.keys(same).sort()).toEqual(Object.keys(recorded).sort())
    expect(fixed(same)).toEqual(fixed(recorded as Record<string, string>))
    expect(same.Timestamp).toMatch(/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000$/)
    expect(vectors.callStatuses).toContain(same.CallStatus)
  }
})

test('the webhook of an incoming call has the fields that were recorded', async () => {
  const customer = await Customer.open()
  customer.replies['/voice'] = () => ({ body: '<Response><Reject/></Response>' })
  const numbers = { phoneNumber: TWILIO_ACCOUNT.phoneNumber, voiceUrl: `${customer.url}/voice`, statusCallback: `${customer.url}/status` }
  await twilio.ordered('twilio/numbers', numbers)
  await twilio.ordered('phones/dial', { from: '+12025550101', to: TWILIO_ACCOUNT.phoneNumber })
  const { form } = await customer.until(() => customer.webhooks.find(({ path }) => path === '/voice'))
  const recorded: Record<string, string> = vectors.inbound
  expect(form).toMatchObject(fixed(recorded))
  expect(Object.keys(form)).toEqual(expect.arrayContaining(Object.keys(recorded)))
  // Only what was subscribed to is counted, and an incoming call has no SIP code to tell.
  const ended = await customer.ended()
  expect(ended.form).toMatchObject({ SequenceNumber: '0', CallStatus: 'busy' })
  expect(ended.form).not.toHaveProperty('SipResponseCode')
})

test('stream messages have the fields and types of the vectors', () => {
  const about = vectors.frames[1]?.frame.start ?? { accountSid: '', streamSid: '', callSid: '' }
  const messages = new StreamMessages({ streamSid: about.streamSid, accountSid: about.accountSid, callSid: about.callSid })
  const sent: Record<string, object> = {
    connected: messages.connected(),
    start: messages.start(['inbound'], { session: 's_1' }),
    media: messages.media('inbound', new Int16Array(160), 5),
    mark: messages.mark('m1'),
    dtmf: messages.dtmf('1'),
    stop: messages.stop(),
  }
  const incoming = vectors.frames.filter(({ dir }) => dir === 'in').map(({ frame }) => frame)
  expect(incoming).toHaveLength(6)
  for (const frame of incoming) expect(uncounted(sent[frame.event] ?? {})).toEqual(uncounted(frame))
  expect(Object.values(sent).map((frame) => ('sequenceNumber' in frame ? frame.sequenceNumber : ''))).toEqual(['', '1', '2', '3', '4', '5'])
})

/** A sequence number depends on what came before. */
const uncounted = (frame: object) => ({ ...frame, ...('sequenceNumber' in frame && { sequenceNumber: typeof frame.sequenceNumber }) })

test('takes the messages that a customer may send', () => {
  const outgoing = vectors.frames.filter(({ dir }) => dir === 'out').map(({ frame }) => frame)
  expect(outgoing).toHaveLength(3)
  for (const frame of outgoing) expect(FromCustomer.parse(frame)).toEqual(frame)
})

test('scripted phones know every verdict of machine detection', () => {
  expect([...ANSWERED_BY].sort()).toEqual(vectors.answeredBy.toSorted())
})

test('mu-law decodes by the table, and encodes what it decodes', () => {
  const codes = Uint8Array.from({ length: 256 }, (_, code) => code)
  expect([...decodeMuLaw(codes)]).toEqual(vectors.ulawDecodeTable)
  expect([...encodeMuLaw(decodeMuLaw(codes))]).toEqual([...codes].map((code) => (code === 0x7f ? 0xff : code)))
  const all = Int16Array.from({ length: 65_536 }, (_, n) => n - 32_768)
  expect(createHash('sha256').update(encodeMuLaw(all)).digest('hex')).toBe(vectors.ulawEncoder16bitSha256)
  fc.assert(
    fc.property(fc.int16Array(), (samples) => {
      const again = decodeMuLaw(encodeMuLaw(samples))
      return samples.every((sample, n) => Math.abs(sample - (again[n] ?? 0)) <= 644)
    }),
  )
})
