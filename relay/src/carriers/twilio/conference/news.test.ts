import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readConferenceNews } from './news.ts'

const form = (fields: Record<string, string>) => new Map(Object.entries(fields).map(([name, value]) => [name, [value]]))
const ROOM = `CF${'0'.repeat(32)}`
const CALL = `CA${'0'.repeat(32)}`

describe('what Twilio tells of a conference', () => {
  it.each([
    ['participant-join', 'joined'],
    ['participant-leave', 'left'],
    ['conference-end', 'ended'],
    ['conference-start', 'other'],
    ['something-new', 'other'],
  ])('%s is %s', (StatusCallbackEvent, what) => {
    const told = readConferenceNews(form({ StatusCallbackEvent, ConferenceSid: ROOM, CallSid: CALL, SequenceNumber: '3' }))
    const order = StatusCallbackEvent.startsWith('participant') ? 3 : undefined
    expect(told).toEqual({ what, conferenceId: ROOM, carrierCallId: CALL, order })
  })

  it('a phone’s own statuses are counted by themselves', () => {
    const phone = (CallStatus: string) => readConferenceNews(form({ CallSid: CALL, CallStatus, SequenceNumber: '7' }))
    expect(phone('busy')).toMatchObject({ what: 'phone-over', order: undefined })
    expect(phone('in-progress')).toMatchObject({ what: 'phone-up', order: undefined })
    expect(phone('ringing')).toMatchObject({ what: 'other' })
  })

  it('whatever 100,000 forms say, it is news of the right shape or none, and never throws', () => {
    const names = ['ConferenceSid', 'CallSid', 'StatusCallbackEvent', 'CallStatus', 'SequenceNumber', 'Other', '__proto__']
    const near = ['participant-join', 'busy', '1', '-1', '1e9', 'toString', '__proto__', `${CALL}\n`, `${ROOM}/../x`]
    const value = fc.oneof(fc.string(), fc.constantFrom(ROOM, CALL), fc.constantFrom(...near))
    const seen = new Set<string>()
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), (fields) => {
        const told = readConferenceNews(form(fields))
        if (!told) return
        seen.add(told.what)
        if (told.carrierCallId !== undefined && !/^CA\w+$/.test(told.carrierCallId)) throw new Error(`read ${told.carrierCallId}`)
        if (told.conferenceId !== undefined && !/^CF\w+$/.test(told.conferenceId)) throw new Error(`read ${told.conferenceId}`)
        if (told.order !== undefined && !Number.isSafeInteger(told.order)) throw new Error(`read ${told.order}`)
      }),
      { numRuns: 100_000 },
    )
    expect([...seen]).toEqual(expect.arrayContaining(['joined', 'phone-over', 'other']))
  })
})
