import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { streamXml } from './answers.ts'
import vectors from './exotel.vectors.json' with { type: 'json' }
import { type Fields, readFields, readQuery } from './fields.ts'
import { statusOf } from './statuses.ts'
import { readCall, readPassthru, readRecordingUrl, readStatus } from './webhooks.ts'

const { dynamic_url_query_live: live, status_callback_terminal_json: terminal } = vectors.http
const form = async (text: string, type = 'application/x-www-form-urlencoded') => (await readFields(type, Buffer.from(text))) ?? {}
const CALL = terminal.CallSid

describe('a body', () => {
  it('says the same as form, multipart and JSON', async () => {
    const { note: _, ConversationDuration, Legs, ...plain } = terminal
    const flat: Record<string, string> = { ...plain, ConversationDuration: String(ConversationDuration) }
    for (const [at, leg] of Legs.entries()) for (const [name, value] of Object.entries(leg)) flat[`Legs[${at}][${name}]`] = String(value)
    const multipart = new FormData()
    for (const [name, value] of Object.entries(flat)) multipart.set(name, value)
    const sent = new Response(multipart)
    const bodies: [string, Uint8Array][] = [
      ['application/x-www-form-urlencoded; charset=utf-8', Buffer.from(new URLSearchParams(flat).toString())],
      [sent.headers.get('content-type') ?? '', new Uint8Array(await sent.arrayBuffer())],
      ['application/json', Buffer.from(JSON.stringify(terminal))],
      ['', Buffer.from(JSON.stringify(terminal))],
    ]
    for (const [type, body] of bodies) {
      const fields = (await readFields(type, body)) as Fields & { Legs: Record<string, Record<string, string>> }
      expect(fields.Legs[0]).toMatchObject({ Status: 'completed', AnsweredBy: 'NotSure' })
      expect(readStatus(fields)).toEqual({
        event: {
          carrierCallId: CALL,
          status: 'completed',
          durationMs: 120_000,
          token: `${CALL} terminal completed`,
          said: { status: 'completed', event: 'terminal' },
        },
        customField: 's_1',
      })
    }
  })

  it('has no name that is special, and no more than it may', async () => {
    const fields = await form('__proto__[a]=1&constructor=2&a[b]=3&a=4&c=5&c[d]=6&e[]=7&f[a][b][c][d]=8')
    expect(Object.getPrototypeOf(fields)).toBeNull()
    expect(({} as Record<string, unknown>).a).toBeUndefined()
    expect(fields).toMatchObject({ constructor: '2', c: '5', e: '7', 'f[a][b][c][d]': '8' })
    expect(await readFields('', Buffer.alloc(70_000))).toBeUndefined()
    expect(await readFields('', Buffer.from('a=1&'.repeat(201)))).toBeUndefined()
    for (const wrong of ['[]', '1', '{', 'null']) expect(await readFields('application/json', Buffer.from(wrong))).toBeUndefined()
    expect(await readFields('multipart/form-data; boundary=x', Buffer.from('--y'))).toBeUndefined()
  })
})

describe('what Exotel says of a call', () => {
  it('is not what it says of a leg, whatever stands where the leg should', async () => {
    const fields = await form(`CallSid=${CALL}&Legs=&Legs[0][Status]=busy&Status=completed`)
    expect(readStatus(fields)?.event.status).toBe('completed')
    expect(await form('Legs[]=x&Legs[0][Status]=busy')).toEqual({ Legs: 'x' })
  })

  it.each(vectors.statuses)('%s is one of its words', (status) => {
    expect(readStatus({ CallSid: CALL, Status: status })?.event.status).toBeDefined()
    expect(statusOf(status as 'queued').status).not.toBe('connected')
  })

  it('connected is only told by “answered”', () => {
    const status = (fields: object) => readStatus({ CallSid: CALL, ...fields } as Fields)?.event.status
    expect(status({ Status: 'in-progress' })).toBe('initiated')
    expect(status({ Status: 'In-Progress', EventType: 'Answered' })).toBe('connected')
    expect(status({ EventType: 'answered' })).toBe('connected')
    expect(status({ Status: 'in-progress', EventType: 'ringing' })).toBe('connecting')
    expect(status({ Status: 'busy', EventType: 'answered' })).toBe('failed')
    expect(status({ Status: 'dancing' })).toBeUndefined()
    expect(status({})).toBeUndefined()
    expect(status({ CallSid: '../x', Status: 'busy' })).toBeUndefined()
  })

  it('stands in the log as what has happened, for its status is in-progress all the while', () => {
    const said = (EventType: string) => readStatus({ CallSid: CALL, Status: 'in-progress', EventType })?.event.said.status
    expect(['ringing', 'answered'].map(said)).toEqual(['ringing', 'answered'])
  })

  it('comes in as the live capture has it', () => {
    const fields = readQuery(new URLSearchParams(live.params).toString()) ?? {}
    expect(readCall(fields)).toEqual({ carrierCallId: CALL, from: '09441233609', to: '08037091588', inbound: true })
    expect(readCall({ ...fields, Direction: 'outbound-dial' })?.inbound).toBe(false)
    expect(readPassthru(fields)).toBeUndefined()
  })

  it('came off as a flow tells it', () => {
    const passed = (CallType: string) => readPassthru({ CallSid: CALL, CallType, DialCallDuration: '12', digits: '"5"' })
    expect(passed('call-attempt')).toMatchObject({ status: 'initiated' })
    expect(passed('client-hangup')).toMatchObject({ status: 'completed', durationMs: 12_000 })
    expect(passed('incomplete')).toMatchObject({ status: 'failed', endReason: 'no-answer' })
    expect(passed('other')).toBeUndefined()
  })

  const name = fc.constantFrom(
    'CallSid',
    'Status',
    'EventType',
    'CallType',
    'ConversationDuration',
    'RecordingUrl',
    'Legs[0][Status]',
    '__proto__[x]',
  )
  const word = fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom(CALL, 'completed', 'answered', 'busy', '12', 'null'))
  const check = (fields: Fields | undefined) => {
    if (!fields) return
    for (const told of [readStatus(fields)?.event, readPassthru(fields)]) {
      if (told && !/^[\w-]{1,64}$/.test(told.carrierCallId)) throw new Error(`read ${told.carrierCallId}`)
    }
    readCall(fields)
    readRecordingUrl(fields)
  }

  it('100,000 queries likewise, also those that are no whole escapes', () => {
    const recorded = new URLSearchParams(live.params).toString()
    const pairs = fc
      .array(fc.tuple(name, word), { maxLength: 5 })
      .map((all) => all.map(([field, value]) => `&${field}=${encodeURIComponent(value.toWellFormed())}`).join(''))
    const piece = fc.constantFrom('%', '%zz', '%00', '%ff', '&', '=', '[', ']', '[]', '+', '#', '__proto__', 'é', '\u{1f600}', '\ud800')
    const bent = fc
      .array(fc.tuple(fc.nat(recorded.length), fc.nat(8), piece), { maxLength: 5 })
      .map((changes) => changes.reduce((text, [at, length, put]) => text.slice(0, at) + put + text.slice(at + length), recorded))
    const noise = fc.string({ unit: 'binary', maxLength: 40 })
    let calls = 0
    fc.assert(
      fc.property(
        fc.oneof(
          bent,
          pairs,
          noise,
          fc.tuple(bent, pairs).map(([one, other]) => one + other),
        ),
        (query) => {
          const fields = readQuery(`?${query}`)
          if (!fields || Object.getPrototypeOf(fields) !== null) throw new Error('no fields')
          const call = readCall(fields)
          if (call && !/^[\w-]{1,64}$/.test(call.carrierCallId)) throw new Error(`read ${call.carrierCallId}`)
          if (call) calls += 1
          check(fields)
        },
      ),
      { numRuns: 100_000 },
    )
    expect(calls).toBeGreaterThan(10_000)
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })

  it('100,000 of any kind are read or not understood, and none is thrown at', async () => {
    const text = fc.oneof(
      fc
        .array(fc.tuple(name, word), { maxLength: 6 })
        .map((pairs) => new URLSearchParams(pairs.map(([a, b]): [string, string] => [a, b.toWellFormed()])).toString()),
      fc.dictionary(name, fc.oneof(word, fc.jsonValue({ maxDepth: 1 })), { maxKeys: 5 }).map((fields) => JSON.stringify(fields)),
      fc.string({ unit: 'binary', maxLength: 40 }),
    )
    const type = fc.constantFrom('application/json', 'application/x-www-form-urlencoded', '')
    await fc.assert(
      fc.asyncProperty(type, text, async (contentType, body) => check(await readFields(contentType, Buffer.from(body)))),
      { numRuns: 100_000 },
    )
    const multipart = fc.tuple(fc.constantFrom('--x\r\n', '--x--', '--x', ''), text, name)
    await fc.assert(
      fc.asyncProperty(multipart, async ([edge, body, field]) => {
        const whole = `--x\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n${body}\r\n${edge}`
        check(await readFields('multipart/form-data; boundary=x', Buffer.from(whole)))
      }),
      { numRuns: 100_000 },
    )
  })
})

it('the guide’s answer holds any address and session', () => {
  expect(streamXml({ url: 'wss://a/?x=1&y="2"', sessionId: '<s>' })).toBe(
    '<?xml version="1.0" encoding="UTF-8"?><Response><Say>Hello! Please wait...</Say><Connect><Stream url="wss://a/?x=1&amp;y=&quot;2&quot;"><Parameter name="sessionId" value="&lt;s&gt;"/></Stream></Connect></Response>',
  )
})
