import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LineEvent } from '../carrier.ts'
import { type FormBody, readForm } from './form.ts'
import { TWILIO_STATUSES } from './statuses.ts'
import vectors from './twilio.vectors.json' with { type: 'json' }
import {
  ANSWERED_BY,
  RECORDING_STATUSES,
  readDialOutcome,
  readMachine,
  readRecording,
  readStatus,
  readStreamStatus,
  readVoice,
} from './webhooks.ts'

const CALL = 'CA00000000000000000000000000000002'
const form = (fields: Record<string, string>): FormBody => readForm(new URLSearchParams(fields).toString()) ?? new Map()
const status = (fields: Record<string, string>) => readStatus(form({ CallSid: CALL, ...fields }))

/** As whoever holds the call does: a higher number wins, an end is the end. */
function folded(events: readonly (LineEvent | undefined)[]): string[] {
  const ranks = ['initiated', 'connecting', 'connected', 'completed', 'failed']
  const seen: string[] = []
  let order = -1
  for (const event of events) {
    const last = seen.at(-1)
    if (!event || last === 'completed' || last === 'failed') continue
    const stale = (event.order ?? order) < order && event.status !== 'completed' && event.status !== 'failed'
    if (stale || ranks.indexOf(event.status) <= ranks.indexOf(last ?? '')) continue
    order = Math.max(order, event.order ?? -1)
    seen.push(event.status)
  }
  return seen
}

describe('status callbacks', () => {
  const sequence = vectors.status_callbacks.outbound_sequence.map((each) => form(each as Record<string, string>))

  it('reads a whole call as it was recorded', () => {
    const events = sequence.map((each) => readStatus(each))
    expect(events.map((event) => event?.status)).toEqual(['initiated', 'connecting', 'connected', 'completed'])
    expect(events.map((event) => event?.order)).toEqual([0, 1, 2, 3])
    expect(new Set(events.map((event) => event?.token)).size).toBe(4)
    // Seconds on the line, not the minutes that are paid.
    expect(events.map((event) => event?.durationMs)).toEqual([undefined, undefined, undefined, 35_000])
    expect(events.every((event) => event?.carrierCallId === CALL)).toBe(true)
    expect(events[3]?.said).toEqual({ status: 'completed', sip: '200' })
    expect(JSON.stringify(events)).not.toContain('+1555')
  })

  it('never goes backwards, in whatever order and however often they arrive', () => {
    const observed = vectors.status_callbacks.observed_arrival_order.map((each) => sequence[Number.parseInt(each, 10)])
    expect(folded(observed.map((each) => each && readStatus(each)))).toEqual(['connecting', 'connected', 'completed'])
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...sequence), { minLength: 1, maxLength: 12 }), (arrived) => {
        const statuses = folded(arrived.map((each) => readStatus(each)))
        expect(statuses).toEqual(['initiated', 'connecting', 'connected', 'completed'].filter((each) => statuses.includes(each)))
        if (arrived.includes(sequence[3] as FormBody)) expect(statuses.at(-1)).toBe('completed')
      }),
    )
  })

  it('has our word for each of Twilio’s', () => {
    expect([...TWILIO_STATUSES].sort()).toEqual([...vectors.call_statuses].sort())
    const ours = Object.fromEntries(TWILIO_STATUSES.map((each) => [each, status({ CallStatus: each })]))
    expect(Object.fromEntries(Object.entries(ours).map(([each, event]) => [each, [event?.status, event?.endReason]]))).toEqual({
      queued: ['initiated', undefined],
      initiated: ['initiated', undefined],
      ringing: ['connecting', undefined],
      'in-progress': ['connected', undefined],
      completed: ['completed', undefined],
      busy: ['failed', 'busy'],
      failed: ['failed', 'error'],
      'no-answer': ['failed', 'no-answer'],
      canceled: ['failed', 'canceled'],
    })
  })

  it.each(['busy', 'failed', 'no-answer', 'canceled'])('SIP 603 with %s: somebody declined', (each) => {
    expect(status({ CallStatus: each, SipResponseCode: '603' })).toMatchObject({ status: 'failed', endReason: 'rejected' })
    expect(status({ CallStatus: 'completed', SipResponseCode: '603' })).not.toHaveProperty('endReason')
  })

  it('knows the same event again by Twilio’s token, else by its own number', () => {
    const event = form({ CallSid: CALL, CallStatus: 'ringing', SequenceNumber: '1' })
    expect(readStatus(event, 'token-1')?.token).toBe('token-1')
    expect(readStatus(event)?.token).toBe(readStatus(event)?.token)
    expect(readStatus(event)?.token).not.toBe(status({ CallStatus: 'ringing', SequenceNumber: '2' })?.token)
    expect(readStatus(event)?.token).not.toBe(status({ CallStatus: 'busy', SequenceNumber: '1' })?.token)
    expect(readStatus(event, 'x'.repeat(5000))?.token?.length).toBeLessThan(300)
  })

  it.each([
    {},
    { CallStatus: 'dancing' },
    { CallStatus: 'ringing', CallSid: '' },
    { CallStatus: 'ringing', CallSid: '../x' },
    { CallStatus: 'ringing', SequenceNumber: '-1' },
    { CallStatus: 'completed', CallDuration: 'ten' },
  ])('does not understand %j', (fields) => {
    expect(status(fields)).toBeUndefined()
  })
})

describe('other webhooks', () => {
  it('an incoming call, as it was recorded', () => {
    expect(readVoice(form(vectors.inbound_voice_webhook.form))).toEqual({
      carrierCallId: 'CA00000000000000000000000000000001',
      accountSid: 'AC00000000000000000000000000000000',
      from: '+15550100001',
      to: '+15550100001',
      inbound: true,
    })
    expect(readVoice(form({ ...vectors.inbound_voice_webhook.form, Direction: 'outbound-api', AnsweredBy: 'human' }))).toMatchObject({
      inbound: false,
      answeredBy: 'human',
    })
    expect(readVoice(form({ CallSid: CALL }))).toBeUndefined()
  })

  it('who answered', () => {
    expect([...ANSWERED_BY].sort()).toEqual([...vectors.amd_answered_by].sort())
    for (const answeredBy of vectors.amd_answered_by) {
      expect(readMachine(form({ CallSid: CALL, AnsweredBy: answeredBy, MachineDetectionDuration: '2830' }))).toEqual({
        carrierCallId: CALL,
        answeredBy,
      })
    }
    expect(readMachine(form({ CallSid: CALL, AnsweredBy: 'parrot' }))).toBeUndefined()
  })

  it('a recording', () => {
    const told = { CallSid: CALL, RecordingSid: 'RE1', RecordingStatus: 'completed', RecordingDuration: '12', RecordingChannels: '2' }
    const url = 'https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1'
    expect(readRecording(form({ ...told, RecordingUrl: url }))).toEqual({
      carrierCallId: CALL,
      recordingId: 'RE1',
      status: 'completed',
      url,
      durationMs: 12_000,
      channels: 2,
    })
    for (const each of RECORDING_STATUSES) expect(readRecording(form({ ...told, RecordingStatus: each }))?.status).toBe(each)
    expect(readRecording(form({ ...told, RecordingDuration: '-1', RecordingUrl: '' }))).not.toHaveProperty('durationMs')
    expect(readRecording(form({ ...told, RecordingUrl: 'file:///etc/passwd' }))).toBeUndefined()
  })

  it('how joining with another phone came off', () => {
    const told = { CallSid: CALL, CallStatus: 'in-progress', DialCallSid: 'CA9', DialCallStatus: 'completed', DialCallDuration: '7' }
    expect(readDialOutcome(form(told))).toEqual({
      carrierCallId: CALL,
      status: 'completed',
      live: true,
      durationMs: 7000,
    })
    expect(readDialOutcome(form({ CallSid: CALL, CallStatus: 'completed', DialCallStatus: 'busy' }))).toEqual({
      carrierCallId: CALL,
      status: 'failed',
      endReason: 'busy',
      live: false,
    })
    expect(readDialOutcome(form({ ...told, DialCallStatus: 'answered' }))?.status).toBe('completed')
    expect(readDialOutcome(form({ CallSid: CALL }))).toBeUndefined()
  })

  it('how a stream fares', () => {
    const told = { CallSid: CALL, StreamSid: 'MZ1', StreamEvent: 'stream-error', StreamError: 'Handshake' }
    expect(readStreamStatus(form(told))).toEqual({ carrierCallId: CALL, streamSid: 'MZ1', event: 'error', error: 'Handshake' })
    expect(readStreamStatus(form({ ...told, StreamEvent: 'stream-danced' }))).toBeUndefined()
  })
})

describe('anything at all', () => {
  const READERS = [readStatus, readVoice, readMachine, readRecording, readDialOutcome, readStreamStatus]
  const known = {
    ...vectors.inbound_voice_webhook.form,
    ...vectors.status_callbacks.outbound_sequence[3],
    RecordingSid: 'RE1',
    RecordingStatus: 'completed',
    AnsweredBy: 'human',
    DialCallStatus: 'busy',
    StreamSid: 'MZ1',
    StreamEvent: 'stream-started',
  } as Record<string, string>
  const key = fc.oneof(fc.constantFrom(...Object.keys(known), '__proto__', 'constructor'), fc.string({ maxLength: 8 }))
  const value = fc.oneof(
    fc.constantFrom(...Object.values(known), '', '0', '-1', '1e9', 'NaN'),
    fc.string({ unit: 'binary', maxLength: 20 }),
  )

  it('100,000 webhooks of any fields are read or not understood, and none is thrown at', () => {
    let understood = 0
    fc.assert(
      fc.property(fc.array(fc.tuple(key, value), { maxLength: 6 }), fc.boolean(), (changes, whole) => {
        const fields = new Map(Object.entries(whole ? known : {}).map(([name, each]) => [name, [each]]))
        for (const [name, each] of changes) fields.set(name, [each])
        for (const read of READERS) {
          const told = read(fields)
          if (!told) continue
          understood += 1
          if (!/^CA\w+$/.test(told.carrierCallId)) throw new Error(`read ${told.carrierCallId}`)
        }
      }),
      { numRuns: 100_000 },
    )
    expect(understood).toBeGreaterThan(1000)
  })

  it('any bytes are a form, 100,000 times', () => {
    const text = Buffer.from(new URLSearchParams(known).toString())
    const broken = fc.array(fc.tuple(fc.nat(text.length - 1), fc.nat(255)), { maxLength: 6 }).map((changes) => {
      const bytes = Buffer.from(text)
      for (const [at, byte] of changes) bytes[at] = byte
      return bytes
    })
    const any = fc.oneof(fc.uint8Array({ maxLength: 60 }), broken)
    fc.assert(
      fc.property(any, fc.boolean(), (bytes, asText) => {
        const read = readForm(asText ? Buffer.from(bytes).toString('latin1') : bytes)
        if (!read) throw new Error('no form')
        for (const values of read.values())
          if (values.length === 0 || values.some((each) => typeof each !== 'string')) throw new Error('no texts')
        for (const reader of READERS) reader(read)
      }),
      { numRuns: 100_000 },
    )
  })

  it('as long as Twilio’s own may be, and no longer', () => {
    expect(readForm('a'.repeat(64 * 1024))).toBeInstanceOf(Map)
    expect(readForm('a'.repeat(64 * 1024 + 1))).toBeUndefined()
    expect(readForm('a=1&'.repeat(200))?.get('a')).toHaveLength(200)
    expect(readForm('a=1&'.repeat(201))).toBeUndefined()
  })
})
