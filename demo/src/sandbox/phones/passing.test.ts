import { expect, test } from 'vitest'
import type { ToPage } from './handset-wire.ts'
import { Passing } from './passing.ts'

test('shows what passes without its secrets, but with the names of calls', () => {
  const shown: ToPage[] = []
  const passing = new Passing((message) => shown.push(message))
  const sid = `CA${'0123456789abcdef'.repeat(2)}`
  const exotels = `${'0123456789abcdef'.repeat(2).slice(1)}p`
  const body = {
    Url: 'https://relay.example/api/telephony/ws/pn_1/dGhpcyBpcyBhIHNlY3JldCB0b2tlbg',
    CallSid: sid,
    To: '+12025550101',
    Sid: exotels,
    Token: `${exotels}x`,
  }
  passing.add({ handset: 0, callId: 'one', from: 'relay', name: 'POST /Calls.json', body })
  passing.close()
  expect(shown).toEqual([
    {
      type: 'passing',
      handset: 0,
      callId: 'one',
      atMs: 0,
      from: 'relay',
      name: 'POST /Calls.json',
      body: JSON.stringify({
        Url: 'https://relay.example/api/telephony/ws/pn_1/…',
        CallSid: sid,
        To: '+12025550101',
        Sid: exotels,
        Token: '…',
      }),
    },
  ])
})
