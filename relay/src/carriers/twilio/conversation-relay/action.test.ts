import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readForm } from '../form.ts'
import { readSessionEnd } from './action.ts'
import vectors from './relay.vectors.json' with { type: 'json' }

const { caller_hung_up, socket_dropped_or_1007, we_sent_end } = vectors.conversation_relay_action_callbacks
const read = (fields: Record<string, string>) => readSessionEnd(readForm(new URLSearchParams(fields).toString()) ?? new Map())
const about = { carrierCallId: 'CA00000000000000000000000000000001', sessionId: 'VX00000000000000000000000000000001' }

describe('how a session ended', () => {
  it('is read as it was recorded', () => {
    expect(read(caller_hung_up)).toEqual({ ...about, status: 'completed', durationMs: 34_000, errorCode: undefined, live: false })
    expect(read(we_sent_end)).toEqual({ ...about, status: 'ended', durationMs: undefined, errorCode: undefined, live: true })
    expect(read(socket_dropped_or_1007)).toEqual({ ...about, status: 'failed', durationMs: 8000, errorCode: '64105', live: true })
  })

  it('of no call is not understood', () => {
    expect(read({ SessionStatus: 'ended' })).toBeUndefined()
    expect(read({ ...we_sent_end, CallSid: '../CA1' })).toBeUndefined()
  })

  it('100,000 bent forms throw nothing', () => {
    const name = fc.constantFrom('CallSid', 'CallStatus', 'SessionId', 'SessionStatus', 'SessionDuration', 'ErrorCode', '__proto__')
    const value = fc.oneof(fc.constantFrom('CA1', 'in-progress', 'ended', '64105', '8', ''), fc.string({ maxLength: 12 }))
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 8 }), (pairs) => {
        const told = readSessionEnd(readForm(new URLSearchParams(pairs).toString()) ?? new Map())
        if (!told) return
        expect(told.carrierCallId).toMatch(/^CA/)
        if (told.errorCode !== undefined) expect(told.errorCode).toMatch(/^\d{1,8}$/)
      }),
      { numRuns: 100_000 },
    )
  }, 120_000)
})
