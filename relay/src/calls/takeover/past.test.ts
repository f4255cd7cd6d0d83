import { expect, test } from 'vitest'
import { takeoversOf } from './past.ts'

const event = (type: string, at: string, payload?: Record<string, unknown>) => ({ type, at, ...(payload ? { payload } : {}) })

test('a call’s takeovers are read from its book, also when they were erased or the relay died amid one', () => {
  expect(
    takeoversOf([
      event('call.opened', '1'),
      event('takeover.began', '2', { by: 'asha', name: 'Asha', reason: 'refund' }),
      event('takeover.away', '3', { by: 'asha' }),
      event('takeover.ended', '4', { by: 'asha', endedBy: 'operator', briefing: 'Be kind.' }),
      event('takeover.began', '5'),
      event('takeover.ended', '6'),
      event('takeover.ended', '7', { endedBy: 'call' }),
      event('takeover.began', '8', { by: 'ben', name: 'Ben', notes: 7 }),
    ]),
  ).toEqual([
    { by: 'asha', name: 'Asha', reason: 'refund', startedAt: '2', endedAt: '4', endedBy: 'operator', briefing: 'Be kind.' },
    { by: '', name: '', startedAt: '5', endedAt: '6' },
    { by: 'ben', name: 'Ben', startedAt: '8' },
  ])
  expect(takeoversOf([event('takeover.ended', '1')])).toEqual([])
})
