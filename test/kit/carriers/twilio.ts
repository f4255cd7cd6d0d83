import { expect } from 'vitest'
import { TWILIO_ACCOUNT } from '../../../demo/src/sandbox/twilio/account.ts'
import { TWILIO_END } from '../phone-network.ts'
import type { Subject } from './subject.ts'

const form = (fields: Record<string, string>, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  body: new URLSearchParams(fields).toString(),
})

export const twilio: Subject = {
  title: 'Twilio, Media Streams',
  carrier: 'twilio',
  end: TWILIO_END,
  ours: { number: TWILIO_ACCOUNT.phoneNumber, id: 'env-twilio' },
  numbers: { prefix: '+1202555', digits: 4, country: 'US' },
  phone: { carrier: 'twilio' },
  patience: { jitterMs: 200 },
  lacks: {},
  wholeFrames(streams) {
    expect(streams.length).toBeGreaterThan(0)
    for (const { received, warnings } of streams) {
      expect(warnings).toEqual([])
      expect(received.bytes).toBe(received.media * 160)
    }
  },
  forged(_, { callId, numberId }) {
    const fields = { CallSid: `CA${'0'.repeat(32)}`, CallStatus: 'completed', From: '+12025550101', To: TWILIO_ACCOUNT.phoneNumber }
    const signed = { 'x-twilio-signature': Buffer.alloc(20).toString('base64') }
    return [
      ...[
        '/api/calls/websocket',
        `/api/calls/answer/${callId}`,
        `/api/calls/status/${callId}`,
        `/api/telephony/webhook/${numberId}`,
      ].flatMap((path) => [
        { path, init: form(fields) },
        { path, init: form(fields, signed) },
      ]),
      { path: `/api/telephony/webhook/${numberId}/${'x'.repeat(43)}`, init: form(fields, signed) },
    ]
  },
}
