import { expect } from 'vitest'
import { EXOTEL_ACCOUNT } from '../../../demo/src/sandbox/exotel/account.ts'
import type { Subject } from './subject.ts'

const national = (number: string) => (number.startsWith('+91') ? `0${number.slice(3)}` : number)
const NO_HANG_UP = 'no request of Exotel ends a call: it rings on until it is answered or gives up'

export const exotel: Subject = {
  title: 'Exotel, AgentStream',
  carrier: 'exotel',
  end: {
    service: 'exotel',
    rings({ body, path }, number) {
      const { From } = (body ?? {}) as { From?: string }
      return /\/Calls\/connect(\.json)?$/.test(path) && (From === number || From === national(number))
    },
  },
  ours: { number: EXOTEL_ACCOUNT.phoneNumber, id: 'env-exotel' },
  numbers: { prefix: '+9190000', digits: 5, country: 'IN' },
  phone: { carrier: 'exotel' },
  patience: { jitterMs: 200 },
  // That its socket could not stand it does not say: the call was answered, and is over.
  tells: { declined: 'busy', unreached: { status: 'completed', endReason: 'callee' } },
  lacks: {
    'takes-back': NO_HANG_UP,
    tokens: 'its callbacks have no token',
    'refuses-updates': NO_HANG_UP,
  },
  wholeFrames(streams) {
    expect(streams.length).toBeGreaterThan(0)
    for (const { received, warnings } of streams) {
      expect(warnings).toEqual([])
      expect(received.bytes % 3200).toBe(0)
    }
  },
  forged(_, { callId, numberId }) {
    const init: RequestInit = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ CallSid: 'forged', EventType: 'terminal', Status: 'completed', CustomField: callId }),
    }
    const wrong = 'x'.repeat(43)
    return [
      { path: `/api/telephony/status/${numberId}/${wrong}?callId=${callId}`, init },
      { path: `/api/telephony/webhook/${numberId}/${wrong}`, init },
      { path: `/api/telephony/webhook/${numberId}`, init },
      {
        path: `/api/telephony/webhook/${numberId}`,
        init: { headers: { authorization: `Basic ${Buffer.from('a:b').toString('base64')}` } },
      },
    ]
  },
}
