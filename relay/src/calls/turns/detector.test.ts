import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Hearing, hearFrame, SILENT, type SpeechEvent } from './detector.ts'

const AT = { minSpeechMs: 300, takeWordMs: 500, endSilenceMs: 700 }

/** Runs of voiced and unvoiced frames, in ms: positive is voice, negative silence. */
function hear(...runsMs: number[]): (SpeechEvent & { atMs: number })[] {
  let state: Hearing = SILENT
  let nowMs = 0
  const events: (SpeechEvent & { atMs: number })[] = []
  for (const run of runsMs) {
    for (let left = Math.abs(run); left > 0; left -= 20) {
      nowMs += 20
      const [next, event] = hearFrame(state, { voiced: run > 0, nowMs, frameMs: 20 }, AT)
      state = next
      if (event) events.push({ ...event, atMs: nowMs })
    }
  }
  return events
}
const types = (...runs: number[]) => hear(...runs).map(({ type }) => type)

describe('speech out of frames', () => {
  test('a sound of up to 300 ms is nothing, however it falls into frames', () => {
    for (const ms of [20, 100, 200, 300, 320]) expect(types(-200, ms, -2000)).toEqual([])
  })

  test('longer sound is speech at once, a remark passes, a sentence takes the word and ends after silence', () => {
    expect(hear(-200, 420, -2000)).toEqual([
      { type: 'began', sinceMs: 200, atMs: 540 },
      { type: 'passed', sinceMs: 200, endedMs: 620, atMs: 1000 },
    ])
    expect(hear(-200, 1000, -2000)).toEqual([
      { type: 'began', sinceMs: 200, atMs: 540 },
      { type: 'taken', sinceMs: 200, atMs: 700 },
      { type: 'ended', sinceMs: 200, endedMs: 1200, atMs: 1900 },
    ])
  })

  test('pauses between words belong to speech, taps on a keyboard are none', () => {
    expect(types(200, -100, 200, -140, 200, -600, 300, -2000)).toEqual(['began', 'taken', 'ended'])
    expect(types(...Array.from({ length: 30 }, (_, at) => (at % 2 ? -120 : 40)))).toEqual([])
  })

  test('in any order of sounds: began comes first, ends once, and nothing begins within another', () => {
    const run = fc.integer({ min: 1, max: 60 }).map((many) => many * 20)
    fc.assert(
      fc.property(fc.array(fc.tuple(run, run), { maxLength: 30 }), (pairs) => {
        const events = hear(...pairs.flatMap(([voice, silence]) => [voice, -silence]))
        let open: 'no' | 'began' | 'taken' = 'no'
        for (const { type, sinceMs, atMs } of events) {
          expect(sinceMs).toBeLessThan(atMs)
          if (type === 'began') {
            expect(open).toBe('no')
            expect(atMs - sinceMs).toBeGreaterThan(AT.minSpeechMs)
            open = 'began'
          } else if (type === 'taken') {
            expect(open).toBe('began')
            open = 'taken'
          } else {
            expect(open).toBe(type === 'passed' ? 'began' : 'taken')
            open = 'no'
          }
        }
      }),
      { numRuns: 500 },
    )
  })
})
