import { describe, expect, it } from 'vitest'
import { CLIP_HZ, speak } from '../clips/speech.ts'
import { resampled, timeline } from '../clips/wav.ts'
import { fromInt16, likeness } from './waveform.ts'

/** The measure that speak.e2e trusts must itself see what is lost, late or too quiet. */

const words = speak('How much does the lamp cost?')
const reference = fromInt16(words, CLIP_HZ)
const line = timeline(5000, [{ atMs: 1300, samples: words }])
const at = (ms: number) => (ms * CLIP_HZ) / 1000
/** In the middle of a vowel. */
const loudestMs = (words.reduce((best, sample, i) => (Math.abs(sample) > Math.abs(words[best] ?? 0) ? i : best), 0) / CLIP_HZ) * 1000

describe('likeness', () => {
  it('finds the same words at another rate and level', () => {
    const heard = fromInt16(resampled(line, CLIP_HZ, 44_100), 44_100)
    heard.samples = heard.samples.map((sample) => sample / 2)
    const found = likeness(reference, heard)
    expect(found.correlation).toBeGreaterThan(0.99)
    expect(found.levelDb).toBeCloseTo(-6.02, 1)
    expect(found.gapMs).toBe(0)
    expect(found.atMs).toBeCloseTo(1300, 0)
  })

  it('sees a lost frame, a frame of silence, and other words', () => {
    const cut = Math.round(1300 + loudestMs - 20)
    const lost = Int16Array.from([...line.subarray(0, at(cut)), ...line.subarray(at(cut + 40))])
    expect(likeness(reference, fromInt16(lost, CLIP_HZ)).correlation).toBeLessThan(0.95)
    const silenced = line.slice()
    silenced.fill(0, at(cut), at(cut + 40))
    expect(likeness(reference, fromInt16(silenced, CLIP_HZ)).gapMs).toBeGreaterThan(20)
    const other = timeline(5000, [{ atMs: 1300, samples: speak('Do you also ship to Bengaluru?') }])
    expect(likeness(reference, fromInt16(other, CLIP_HZ)).correlation).toBeLessThan(0.5)
  })
})
