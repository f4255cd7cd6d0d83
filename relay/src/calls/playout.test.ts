import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import { createBeat } from './beat.ts'
import { Passage } from './passage.ts'
import { createPlayout } from './playout.ts'
import type { AudioLeg } from './ports.ts'

const LEAD_MS = 100

/** A leg that keeps the number written into each frame, of one byte. */
function tape(clock: TestClock, takesRuns = false) {
  const sent: { utterance: string; number: number; atMs: number }[] = []
  /** How many frames came at once. */
  const runs: number[] = []
  const marks: string[] = []
  const marked: { name: string; behind: number }[] = []
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
    takesRuns,
    send(frames, utterance) {
      runs.push(frames.length)
      for (const number of frames) sent.push({ utterance, number, atMs: clock.monotonicMs() })
    },
    mark(utterance, name) {
      marks.push(`${utterance}:${name}`)
      marked.push({ name, behind: sent.length })
    },
    clear: async () => undefined,
  }
  const beat = createBeat({
    clock,
    everyMs: 20,
    onFault(error) {
      throw error
    },
  })
  const playout = createPlayout({ leg, clock, beat, taps: new Passage() })
  const begin = (utterance: string) => {
    const track = playout.begin(utterance, { onSent: () => undefined, onAllSent: () => void ended.push(utterance) })
    const push = (from: number, count: number) => {
      for (let number = from; number < from + count; number++) track.push(Uint8Array.of(number))
    }
    const pushAtOnce = (from: number, count: number) => {
      const bytes = Uint8Array.from({ length: count }, (_, index) => from + index)
      track.push(bytes, count)
      bytes.fill(255)
    }
    return { track, push, pushAtOnce }
  }
  return { playout, sent, runs, marks, marked, ended, far, begin, beat }
}

type Act = { type: 'push'; count: number } | { type: 'wait'; ms: number } | { type: 'room'; room: boolean } | { type: 'pause'; on: boolean }
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ type: fc.constant('push' as const), count: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 300 }) }),
  fc.record({ type: fc.constant('room' as const), room: fc.boolean() }),
  fc.record({ type: fc.constant('pause' as const), on: fc.boolean() }),
)

/** Does them one after the other, then lets the line take everything; returns the numbers that were given. */
async function perform(
  acts: readonly Act[],
  clock: TestClock,
  { far, playout }: ReturnType<typeof tape>,
  push: (from: number, count: number) => void,
) {
  const numbers: number[] = []
  for (const each of acts) {
    if (each.type === 'push') {
      const from = numbers.length % 200
      push(from, each.count)
      for (let index = 0; index < each.count; index++) numbers.push(from + index)
    }
    if (each.type === 'wait') await clock.advance(each.ms)
    if (each.type === 'room') far.room = each.room
    if (each.type === 'pause') each.on ? playout.pause() : playout.resume()
  }
  far.room = true
  playout.resume()
  await clock.advance(numbers.length * 20 + 1000)
  return numbers
}

describe('the playout', () => {
  test('whatever happens to the line: every frame once, in order, never further ahead than the lead', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 15 }), async (acts) => {
        const clock = new TestClock()
        const taped = tape(clock)
        const { playout, sent, begin, beat } = taped
        const numbers = await perform(acts, clock, taped, begin('u').push)
        expect(sent.map((frame) => frame.number)).toEqual(numbers)
        for (let first = 0; first < sent.length; first++) {
          const last = sent.findLastIndex((frame) => frame.atMs <= (sent[first]?.atMs ?? 0))
          const sounding = (last - first + 1) * 20
          expect(sounding).toBeLessThanOrEqual(LEAD_MS + 20 + (sent[last]?.atMs ?? 0) - (sent[first]?.atMs ?? 0))
        }
        playout.close()
        expect(beat.members).toBe(0)
        expect(clock.waiting).toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  test.each([true, false])(
    'frames that come together leave as if each had come by itself (a leg that gathers them: %s)',
    async (takesRuns) => {
      await fc.assert(
        fc.asyncProperty(fc.array(act, { maxLength: 15 }), async (acts) => {
          const said = async (atOnce: boolean) => {
            const clock = new TestClock()
            const taped = tape(clock, takesRuns && atOnce)
            const { playout, sent, marked, begin } = taped
            const { push, pushAtOnce, track } = begin('u')
            const pushed = await perform(acts, clock, taped, atOnce ? pushAtOnce : push)
            track.rewind(Math.max(0, pushed.length - 30) * 20)
            await clock.advance(2000)
            playout.close()
            return { sent, marked }
          }
          expect(await said(true)).toEqual(await said(false))
        }),
        { numRuns: 200 },
      )
    },
  )

  test('a leg that gathers frames gets them together, but for a mark or a time between them', async () => {
    const clock = new TestClock()
    const { begin, runs, marked } = tape(clock, true)
    const { pushAtOnce } = begin('u')
    for (let from = 0; from < 48; from += 4) {
      pushAtOnce(from, 4)
      await clock.advance(80)
    }
    // Behind the twenty-fifth frame, which is the first of four, stands a mark.
    expect(runs).toEqual([4, 4, 4, 4, 4, 4, 1, 1, 1, 1, 4, 4, 4, 4, 4])
    expect(marked).toEqual([
      { name: 'start', behind: 0 },
      { name: 'p500', behind: 25 },
    ])
    pushAtOnce(48, 7)
    // Six of them are as early as may be.
    expect(runs.slice(15)).toEqual([1, 1, 1, 1, 1, 1])
  })

  test('sends nothing while it is paused, and then everything in order, also what comes while it is sending', () => {
    const { playout, sent } = tape(new TestClock())
    let more = 1
    const track = playout.begin('u', {
      onSent() {
        if (more-- > 0) track.push(Uint8Array.of(4))
      },
      onAllSent: () => undefined,
    })
    playout.pause()
    for (let number = 0; number < 4; number++) track.push(Uint8Array.of(number))
    expect(sent).toEqual([])
    playout.resume()
    expect(sent.map((frame) => frame.number)).toEqual([0, 1, 2, 3, 4])
    playout.pause()
    track.push(Uint8Array.of(5))
    expect(sent).toHaveLength(5)
    playout.resume()
    expect(sent).toHaveLength(6)
  })

  test('keeps a copy: whoever gives a frame uses its bytes again', async () => {
    const clock = new TestClock()
    const { playout, sent } = tape(clock)
    const track = playout.begin('u', { onSent: () => undefined, onAllSent: () => undefined })
    const bytes = new Uint8Array(1)
    for (let number = 0; number < 10; number++) {
      bytes[0] = number
      track.push(bytes)
      bytes[0] = 99
    }
    await clock.advance(500)
    track.rewind(0)
    await clock.advance(500)
    const numbers = Array.from({ length: 10 }, (_, number) => number)
    expect(sent.map((frame) => frame.number)).toEqual([...numbers, ...numbers])
  })

  test('marks stand around the frames they speak of, and utterances follow each other', async () => {
    const clock = new TestClock()
    const { marks, ended, begin, sent } = tape(clock)
    const a = begin('a')
    const b = begin('b')
    b.push(0, 1)
    a.push(0, 50)
    b.track.end()
    a.track.end()
    await clock.advance(3000)
    expect(marks).toEqual(['a:start', 'a:p500', 'a:p1000', 'a:end', 'b:start', 'b:end'])
    expect(ended).toEqual(['a', 'b'])
    expect(sent.at(-1)?.utterance).toBe('b')
  })

  test('asks its maker to wait while seconds of it are waiting, and lets go when it is dropped', async () => {
    const clock = new TestClock()
    const { track, push } = tape(clock).begin('u')
    push(0, 200)
    let room = false
    void track.room().then(() => {
      room = true
    })
    await clock.advance(200)
    expect(room).toBe(false)
    await clock.advance(1000)
    expect(room).toBe(true)
    push(0, 200)
    const waiting = track.room()
    track.drop()
    await waiting
  })

  test('sends again from where it was heard, and forgets what was heard', async () => {
    const clock = new TestClock()
    const { begin, sent } = tape(clock)
    const { track, push } = begin('u')
    push(0, 30)
    await clock.advance(400)
    track.heard(100)
    sent.length = 0
    track.rewind(200)
    await clock.advance(1000)
    expect(sent.map((frame) => frame.number)).toEqual(Array.from({ length: 20 }, (_, index) => 10 + index))
    sent.length = 0
    track.rewind(0)
    await clock.advance(1000)
    expect(sent[0]?.number).toBe(5)
  })

  test('a line that took nothing for a while gets its cushion back, no more', async () => {
    const clock = new TestClock()
    const { begin, sent, far } = tape(clock)
    begin('u').push(0, 100)
    await clock.advance(100)
    far.room = false
    await clock.advance(150)
    const before = sent.length
    far.room = true
    await clock.advance(20)
    // Frames 0 to 10 had left; the far end ran dry at 220 ms, and is 100 ms ahead again, counted from 260.
    expect(sent.length - before).toBe(LEAD_MS / 20 + 1)
  })

  test('what follows a cut begins now, with a cushion of its own', async () => {
    const clock = new TestClock()
    const { begin, sent } = tape(clock)
    const cut = begin('cut')
    cut.push(0, 100)
    await clock.advance(100)
    cut.track.drop()
    sent.length = 0
    begin('next').push(0, 100)
    expect(sent).toHaveLength(LEAD_MS / 20 + 1)
  })

  test('what is sent again begins now, with a cushion of its own', async () => {
    const clock = new TestClock()
    const { begin, sent } = tape(clock)
    const { track, push } = begin('u')
    push(0, 100)
    await clock.advance(100)
    sent.length = 0
    track.rewind(40)
    expect(sent.map((frame) => frame.number)).toEqual([2, 3, 4, 5, 6, 7])
  })

  test('what is sent again is marked again, beginning and end', async () => {
    const clock = new TestClock()
    const { begin, marks, ended } = tape(clock)
    const { track, push } = begin('u')
    push(0, 10)
    track.end()
    await clock.advance(500)
    track.rewind(100)
    await clock.advance(500)
    expect(marks).toEqual(['u:start', 'u:end', 'u:start', 'u:end'])
    expect(ended).toEqual(['u', 'u'])
  })

  test('keeps eight seconds for sending again, however silent the far end', async () => {
    const clock = new TestClock()
    const { begin, sent } = tape(clock)
    const { track, push } = begin('u')
    for (let second = 0; second < 20; second++) {
      push(0, 50)
      await clock.advance(1000)
    }
    sent.length = 0
    track.rewind(0)
    await clock.advance(30_000)
    expect(sent).toHaveLength(8000 / 20)
  })
})
