import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import { createPlayout } from './playout.ts'
import type { AudioLeg } from './ports.ts'

const LEAD_MS = 100

/** A leg that keeps the number written into each frame. */
function tape(clock: TestClock) {
  const sent: { utterance: string; number: number; atMs: number }[] = []
  const marks: string[] = []
  const ended: string[] = []
  const far = { room: true }
  const format = { encoding: 'pcm_s16le', sampleRateHz: 24_000, frameMs: 20 } as const
  const leg: AudioLeg = {
    kind: 'audio',
    name: 'tape',
    input: format,
    output: format,
    leadMs: LEAD_MS,
    listen: () => () => undefined,
    close: () => undefined,
    writable: () => far.room,
    send: (frame, utterance) => void sent.push({ utterance, number: frame[0] ?? -1, atMs: clock.monotonicMs() }),
    mark: (utterance, name) => void marks.push(`${utterance}:${name}`),
    clear: async () => undefined,
  }
  const playout = createPlayout({ leg, clock, onSent: () => undefined, onAllSent: (utterance) => ended.push(utterance) })
  const push = (utterance: string, from: number, count: number) => {
    for (let number = from; number < from + count; number++) playout.push(utterance, Uint8Array.of(number))
  }
  return { playout, sent, marks, ended, far, push }
}

type Act = { type: 'push'; count: number } | { type: 'wait'; ms: number } | { type: 'room'; room: boolean } | { type: 'pause'; on: boolean }
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ type: fc.constant('push' as const), count: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 300 }) }),
  fc.record({ type: fc.constant('room' as const), room: fc.boolean() }),
  fc.record({ type: fc.constant('pause' as const), on: fc.boolean() }),
)

describe('the playout', () => {
  test('whatever happens to the line: every frame once, in order, never further ahead than the lead', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 15 }), async (acts) => {
        const clock = new TestClock()
        const { playout, sent, far, push } = tape(clock)
        playout.begin('u')
        let pushed = 0
        const numbers: number[] = []
        for (const each of acts) {
          if (each.type === 'push') {
            push('u', pushed % 200, each.count)
            numbers.push(...Array.from({ length: each.count }, (_, index) => (pushed % 200) + index))
            pushed += each.count
          }
          if (each.type === 'wait') await clock.advance(each.ms)
          if (each.type === 'room') far.room = each.room
          if (each.type === 'pause') each.on ? playout.pause() : playout.resume()
        }
        far.room = true
        playout.resume()
        await clock.advance(pushed * 20 + 1000)
        expect(sent.map((frame) => frame.number)).toEqual(numbers)
        for (let first = 0; first < sent.length; first++) {
          const last = sent.findLastIndex((frame) => frame.atMs <= (sent[first]?.atMs ?? 0))
          const sounding = (last - first + 1) * 20
          expect(sounding).toBeLessThanOrEqual(LEAD_MS + 20 + (sent[last]?.atMs ?? 0) - (sent[first]?.atMs ?? 0))
        }
        playout.close()
        expect(clock.waiting).toBe(0)
      }),
      { numRuns: 60 },
    )
  })

  test('marks stand around the frames they speak of, and utterances follow each other', async () => {
    const clock = new TestClock()
    const { playout, marks, ended, push, sent } = tape(clock)
    playout.begin('a')
    playout.begin('b')
    push('b', 0, 1)
    push('a', 0, 50)
    playout.end('b')
    playout.end('a')
    await clock.advance(3000)
    expect(marks).toEqual(['a:start', 'a:p500', 'a:p1000', 'a:end', 'b:start', 'b:end'])
    expect(ended).toEqual(['a', 'b'])
    expect(sent.at(-1)?.utterance).toBe('b')
  })

  test('asks its maker to wait while seconds of it are waiting, and lets go when it is dropped', async () => {
    const clock = new TestClock()
    const { playout, push } = tape(clock)
    playout.begin('u')
    push('u', 0, 200)
    let room = false
    void playout.room('u').then(() => {
      room = true
    })
    await clock.advance(200)
    expect(room).toBe(false)
    await clock.advance(1000)
    expect(room).toBe(true)
    push('u', 0, 200)
    const waiting = playout.room('u')
    playout.drop('u')
    await waiting
  })

  test('sends again from where it was heard, and forgets what was heard', async () => {
    const clock = new TestClock()
    const { playout, push, sent } = tape(clock)
    playout.begin('u')
    push('u', 0, 30)
    await clock.advance(400)
    playout.heard('u', 100)
    sent.length = 0
    playout.rewind('u', 200)
    await clock.advance(1000)
    expect(sent.map((frame) => frame.number)).toEqual(Array.from({ length: 20 }, (_, index) => 10 + index))
    sent.length = 0
    playout.rewind('u', 0)
    await clock.advance(1000)
    expect(sent[0]?.number).toBe(5)
  })
})
