import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TestClock } from '../../clock.test-kit.ts'
import { ToRelay } from '../../protocol/index.ts'
import { createAbuseGuard } from './abuse.ts'
import { decodeText, faultOfAudio } from './media.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

describe('text frames', () => {
  test('any bytes: a message or a reason, never a throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.json().map(utf8), fc.string().map(utf8)), (bytes) => {
        const decoded = decodeText(bytes)
        if (!decoded.ok) expect(decoded.detail.length).toBeLessThanOrEqual(300)
      }),
      { numRuns: 100_000 },
    )
  })

  test.each([
    { type: 'text', text: 'hello' },
    { type: 'dtmf', digits: '12#w' },
    { type: 'mute', muted: true },
    { type: 'interrupt' },
    { type: 'context', text: 'cart: 2 lamps' },
    { type: 'mark', utterance: 'u1', name: 'end' },
    { type: 'played', utterance: 'u1', ms: 1234.5 },
    { type: 'tool-result', id: 't1', result: { any: ['json'] } },
    { type: 'feedback', score: 5, issue: 'echo', comment: 'fine' },
    { type: 'hangup' },
    { type: 'hangup', reason: 'page-close' },
    { type: 'ping', t: 1 },
  ])('$type is taken as it is', (message) => {
    expect(decodeText(utf8(JSON.stringify(message)))).toEqual({ ok: true, message })
  })

  test.each([
    ['', 'one JSON message'],
    ['{"type":"shout"}', 'Not a message'],
    ['{"type":"dtmf","digits":"1x"}', 'digits'],
    ['{"type":"played","utterance":"u","ms":-1}', 'ms'],
    [`{"type":"tool-result","id":"t","result":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 'result: is nested'],
    [JSON.stringify({ type: 'text', text: 'x'.repeat(65_537) }), '65536 bytes'],
  ])('%.40s is refused with a reason', (text, reason) => {
    const decoded = decodeText(utf8(text))
    expect(decoded.ok ? '' : decoded.detail).toContain(reason)
  })
})

test('marks are taken and refused as the schema does', () => {
  const field = fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('x'.repeat(64), 'x'.repeat(65)), fc.integer())
  const marks = fc.record(
    { type: fc.constantFrom('mark', 'played', 1), utterance: field, name: field, ms: fc.nat(), more: field },
    { requiredKeys: ['type'] },
  )
  fc.assert(
    fc.property(marks, (message) => {
      const { success, data } = ToRelay.safeParse(message)
      const decoded = decodeText(utf8(JSON.stringify(message)))
      expect(decoded.ok ? decoded.message : undefined).toEqual(success ? data : undefined)
    }),
    { numRuns: 100_000 },
  )
})

test('bytes that are no UTF-8 are refused, not mended', () => {
  const bytes = new Uint8Array([...utf8('{"type":"text","text":"'), 0xff, ...utf8('"}')])
  expect(decodeText(bytes)).toMatchObject({ ok: false })
})

test('audio frames: even, at most 100 ms', () => {
  fc.assert(
    fc.property(fc.nat(5000), (length) => {
      const good = length % 2 === 0 && length <= 3200
      expect(faultOfAudio(new Uint8Array(length), 16_000) === undefined).toBe(good)
    }),
  )
})

describe('the guard', () => {
  const second = 32_000
  test('lets a microphone through for as long as it likes, also one that runs a little fast', async () => {
    const clock = new TestClock()
    const guard = createAbuseGuard(clock, 16_000)
    for (let frame = 0; frame < 1000; frame++) {
      expect(guard.audio((second / 50) * 1.4)).toBe(true)
      await clock.advance(20)
    }
  })
  test('lets what a stalled line held back come in one go, and the stream go on', async () => {
    const clock = new TestClock()
    const guard = createAbuseGuard(clock, 16_000)
    for (let round = 0; round < 5; round++) {
      await clock.advance(2500)
      for (let frame = 0; frame < 25; frame++) expect(guard.audio(3200)).toBe(true)
      for (let frame = 0; frame < 500; frame++) {
        expect(guard.audio(second / 50)).toBe(true)
        await clock.advance(20)
      }
    }
  })
  test('refuses more than three seconds of sound at once', () => {
    const guard = createAbuseGuard(new TestClock(), 16_000)
    for (let frame = 0; frame < 30; frame++) expect(guard.audio(3200)).toBe(true)
    expect(guard.audio(3200)).toBe(false)
  })
  test('refuses a flood of messages, not of pings and marks', () => {
    const guard = createAbuseGuard(new TestClock(), 16_000)
    for (let message = 0; message < 10_000; message++) expect(guard.message(message % 2 ? 'ping' : 'mark', 60_000)).toBe(true)
    let taken = 0
    while (guard.message('text', 10) && taken < 1000) taken += 1
    expect(taken).toBe(200)
  })
  test('refuses more words than anybody writes: they stay in memory until the call ends', async () => {
    const clock = new TestClock()
    const guard = createAbuseGuard(clock, 16_000)
    for (let message = 0; message < 32; message++) expect(guard.message('context', 65_536)).toBe(true)
    for (let message = 0; message < 20; message++) {
      await clock.advance(2000)
      expect(guard.message('tool-result', 65_536)).toBe(true)
    }
    expect(guard.message('text', 65_536)).toBe(false)
  })
  test('refuses audio of twice real time within two seconds', async () => {
    const clock = new TestClock()
    const guard = createAbuseGuard(clock, 16_000)
    let frames = 0
    while (guard.audio((second / 50) * 2) && frames < 200) {
      frames += 1
      await clock.advance(20)
    }
    expect(frames).toBeLessThanOrEqual(100)
  })
  test('twenty malformed frames in a row, not twenty in all', () => {
    const guard = createAbuseGuard(new TestClock(), 16_000)
    for (let round = 0; round < 10; round++) {
      for (let bad = 0; bad < 19; bad++) expect(guard.malformed()).toBe(true)
      expect(guard.message('ping', 20)).toBe(true)
    }
    for (let bad = 0; bad < 19; bad++) guard.malformed()
    expect(guard.malformed()).toBe(false)
  })
})
