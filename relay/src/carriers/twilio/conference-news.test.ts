import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readConferenceNews } from './conference-news.ts'

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

  it('whatever a form says, it is news of the right shape or none, and never throws', () => {
    const names = ['ConferenceSid', 'CallSid', 'StatusCallbackEvent', 'CallStatus', 'SequenceNumber', 'Other']
    const value = fc.oneof(fc.string(), fc.constantFrom(ROOM, CALL, 'participant-join', 'busy', '1', '-1'))
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), (fields) => {
        const told = readConferenceNews(form(fields))
        if (!told) return
        if (told.carrierCallId !== undefined) expect(told.carrierCallId).toMatch(/^CA\w+$/)
        if (told.conferenceId !== undefined) expect(told.conferenceId).toMatch(/^CF\w+$/)
        if (told.order !== undefined) expect(Number.isSafeInteger(told.order)).toBe(true)
      }),
    )
  })
})
