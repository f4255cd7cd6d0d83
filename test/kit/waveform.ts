import { resampled } from '../clips/wav.ts'
import type { Recording } from './ear.ts'
import { envelope } from './sound.ts'

/** Whether two recordings hold the same sound, sample by sample. */

const HZ = 48_000
const WINDOW_MS = 5
const FINE = (HZ * 12) / 1000

type Sound = Pick<Recording, 'samples' | 'sampleRate'>

export interface Likeness {
  /** Of the samples, where both lie best upon each other: 1 is the same. */
  correlation: number
  /** Louder than the reference by. */
  levelDb: number
  /** The longest stretch that sounds in the reference and not here. */
  gapMs: number
  /** Where in `heard` the reference begins. */
  atMs: number
}

export const fromInt16 = (samples: Int16Array, sampleRate: number): Sound => ({
  samples: Float32Array.from(samples, (sample) => sample / 32_768),
  sampleRate,
})

/** Finds the reference (some speech, with no long silence around it) in what was heard, and compares. Both are looked at up to 8 kHz. */
export function likeness(reference: Sound, heard: Sound): Likeness {
  const wanted = at48(reference)
  const got = at48(heard)
  const coarse = coarseLag(envelope(wanted), envelope(got)) * ((HZ * WINDOW_MS) / 1000)
  let best = { lag: coarse, correlation: -1 }
  const look = (from: number, to: number, step: number) => {
    for (let lag = from; lag <= to; lag += step) {
      const correlation = correlate(wanted.samples, got.samples, lag)
      if (correlation > best.correlation) best = { lag, correlation }
    }
  }
  look(coarse - FINE, coarse + FINE, 3)
  look(best.lag - 2, best.lag + 2, 1)
  const place = got.samples.subarray(Math.max(0, best.lag), best.lag + wanted.samples.length)
  const gain = rms(place) / rms(wanted.samples)
  return {
    correlation: best.correlation,
    levelDb: 20 * Math.log10(gain),
    gapMs: longestGap(envelope(wanted), envelope({ samples: place, sampleRate: HZ }), gain),
    atMs: (best.lag / HZ) * 1000,
  }
}

/** Through 16 kHz, so that both have lost the same, then up, so that a part of a sample makes no difference. */
function at48({ samples, sampleRate }: Sound): Sound {
  const whole = Int16Array.from(samples, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))))
  return fromInt16(resampled(resampled(whole, sampleRate, 16_000), 16_000, HZ), HZ)
}

function coarseLag(wanted: Float32Array, got: Float32Array): number {
  let best = { lag: 0, fit: -1 }
  for (let lag = 0; lag <= got.length - wanted.length; lag++) {
    const fit = correlate(wanted, got, lag)
    if (fit > best.fit) best = { lag, fit }
  }
  return best.lag
}

function correlate(wanted: Float32Array, got: Float32Array, lag: number): number {
  let [both, one, other] = [0, 0, 0]
  for (let i = 0; i < wanted.length; i++) {
    const a = wanted[i] ?? 0
    const b = got[lag + i] ?? 0
    both += a * b
    one += a * a
    other += b * b
  }
  return one > 0 && other > 0 ? both / Math.sqrt(one * other) : 0
}

function longestGap(wanted: Float32Array, got: Float32Array, gain: number): number {
  const loud = 0.05 * wanted.reduce((most, level) => Math.max(most, level), 0)
  let [run, longest] = [0, 0]
  wanted.forEach((level, at) => {
    run = level > loud && (got[at] ?? 0) < 0.1 * level * gain ? run + 1 : 0
    longest = Math.max(longest, run)
  })
  return longest * WINDOW_MS
}

function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length))
}
