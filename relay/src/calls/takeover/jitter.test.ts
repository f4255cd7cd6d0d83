import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createJitter } from './jitter.ts'

/** Frames that come at these times, taken when they are due; what was sent, and how long each waited. */
function play(arrivalsMs: readonly number[]) {
  const jitter = createJitter()
  const sent: { number: number; atMs: number; waitedMs: number }[] = []
  const takeUntil = (ms: number) => {
    for (let due = jitter.dueMs; due !== undefined && due <= ms; due = jitter.dueMs) {
      const frame = jitter.take(due)
      if (frame) sent.push({ number: frame[0] as number, atMs: due, waitedMs: due - (arrivalsMs[frame[0] as number] as number) })
    }
  }
  for (const [number, ms] of arrivalsMs.entries()) {
    takeUntil(ms)
    jitter.push(Uint8Array.of(number), ms)
  }
  takeUntil(Number.POSITIVE_INFINITY)
  return { sent, jitter }
}
/** A frame that is late holds up those behind it. */
function every(count: number, late: (number: number) => number = () => 0) {
  let lastMs = 0
  return Array.from({ length: count }, (_, at) => (lastMs = Math.max(lastMs, at * 20 + late(at))))
}

describe('the operator’s frames, evened out', () => {
  it('leave every 20 ms, and a steady stream waits one frame', () => {
    const { sent } = play(every(200))
    expect(sent).toHaveLength(200)
    for (const [at, { atMs, waitedMs }] of sent.entries()) expect([atMs, waitedMs]).toEqual([20 + at * 20, 20])
  })

  it('fill the holes of a line that is late now and then, with no more than three frames of waiting', () => {
    const { sent } = play(every(250, (at) => (at % 10 === 5 ? 35 : 0)))
    const late = sent.slice(1).filter(({ atMs }, at) => atMs - (sent[at]?.atMs ?? 0) > 20)
    // The first one it learns from.
    expect(late.length).toBeLessThan(3)
    expect(Math.max(...sent.map(({ waitedMs }) => waitedMs))).toBeLessThanOrEqual(60)
  })

  it('remember a line that is late every few seconds, and wait no longer for it than that takes', () => {
    const { sent } = play(every(2000, (at) => (at % 200 === 50 ? 50 : 0)))
    expect(sent.slice(1).filter(({ atMs }, at) => atMs - (sent[at]?.atMs ?? 0) > 20).length).toBeLessThan(3)
    expect(sent.length).toBeGreaterThan(1980)
  })

  it('come back to now after a stall that is followed by all that was held up', () => {
    const { sent } = play([
      ...every(20),
      ...Array.from({ length: 20 }, () => 800),
      ...Array.from({ length: 100 }, (_, at) => 820 + at * 20),
    ])
    expect(sent.at(-1)?.waitedMs).toBeLessThanOrEqual(60)
    expect(sent.map(({ number }) => number)).toEqual(sent.map(({ number }) => number).toSorted((a, b) => a - b))
  })

  it('never wait long, never overtake each other, never come twice, whatever the line does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }), (gaps) => {
        let at = 0
        const { jitter, sent } = play(gaps.map((gap) => (at += gap)))
        for (const [index, { atMs, number, waitedMs }] of sent.entries()) {
          expect(waitedMs).toBeGreaterThanOrEqual(0)
          expect(waitedMs).toBeLessThanOrEqual(180)
          const before = sent[index - 1]
          if (before) expect(number > before.number && atMs >= before.atMs + 20).toBe(true)
        }
        expect(jitter.waiting).toBe(0)
        expect(jitter.targetMs).toBeLessThanOrEqual(40)
      }),
    )
  })
})
