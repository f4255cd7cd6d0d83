import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPulse } from './pulse.ts'

const GONE_MS = 8000

describe('the pulse of the other relays', () => {
  it('tells who is gone from a beat that stands still, and from nothing else', () => {
    // Looks at any times; each relay's heart beats, or does not; now and then nothing can be heard.
    const step = fc.record({ afterMs: fc.integer({ min: 1, max: 4000 }), beats: fc.tuple(fc.boolean(), fc.boolean()), deaf: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const pulse = createPulse({ goneAfterMs: GONE_MS })
        const hearts = [
          { id: 'one', beat: 1, unchangedSinceMs: Number.POSITIVE_INFINITY },
          { id: 'two', beat: 1, unchangedSinceMs: Number.POSITIVE_INFINITY },
        ]
        let nowMs = 0
        for (const { afterMs, beats, deaf } of steps) {
          nowMs += afterMs
          if (deaf) {
            pulse.deaf()
            for (const heart of hearts) heart.unchangedSinceMs = Number.POSITIVE_INFINITY
            continue
          }
          for (const [at, heart] of hearts.entries()) {
            if (beats[at]) heart.beat += 1
            if (beats[at] || heart.unchangedSinceMs === Number.POSITIVE_INFINITY) heart.unchangedSinceMs = nowMs
          }
          const gone = pulse.look(hearts, nowMs)
          expect(gone).toEqual(hearts.filter(({ unchangedSinceMs }) => nowMs - unchangedSinceMs >= GONE_MS).map(({ id }) => id))
          for (const { id } of hearts) expect(pulse.isGone(id)).toBe(gone.includes(id))
        }
      }),
    )
  })

  it('forgets who is no longer there', () => {
    const pulse = createPulse({ goneAfterMs: GONE_MS })
    pulse.look([{ id: 'one', beat: 1 }], 0)
    expect(pulse.look([{ id: 'one', beat: 1 }], GONE_MS)).toEqual(['one'])
    expect(pulse.look([], GONE_MS + 1)).toEqual([])
    expect(pulse.isGone('one')).toBe(false)
  })
})
