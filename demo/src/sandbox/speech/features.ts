import { createFourier } from './fourier.ts'

/** What speech is compared by: cepstra of mel bands that a telephone passes, free of level and of a line's colour. */
export interface Features {
  frames: number
  /** `DIMENSIONS` numbers a frame, one frame after the other. */
  values: Float32Array
}

export const FEATURE_HZ = 16_000
export const HOP_MS = 10
export const DIMENSIONS = 26

const HOP = (FEATURE_HZ * HOP_MS) / 1000
const WINDOW = 512
const BANDS = 24
const CEPSTRA = DIMENSIONS / 2
const LOWEST_HZ = 150
/** What is left of speech at 8 kHz. */
const HIGHEST_HZ = 3700
/** Sound this far below the loudest band of the recording (30 dB) counts as none. */
const FLOOR = 1e-3
/** Quieter than this (25 dB) at the ends is not speech. */
const END = 3e-3

const mel = (hz: number) => 1127 * Math.log(1 + hz / 700)
const hzOf = (m: number) => 700 * (Math.exp(m / 1127) - 1)
const power = new Float64Array(WINDOW / 2)
const frame = new Float64Array(WINDOW)
const transform = createFourier(WINDOW)
const hamming = Float64Array.from({ length: WINDOW }, (_, i) => 0.54 - 0.46 * Math.cos((2 * Math.PI * i) / (WINDOW - 1)))
const edges = Array.from({ length: BANDS + 2 }, (_, i) => {
  const m = mel(LOWEST_HZ) + ((mel(HIGHEST_HZ) - mel(LOWEST_HZ)) * i) / (BANDS + 1)
  return (hzOf(m) * WINDOW) / FEATURE_HZ
})
const cosines = Array.from({ length: CEPSTRA }, (_, c) =>
  Float64Array.from({ length: BANDS }, (_, b) => Math.cos((Math.PI * c * (b + 0.5)) / BANDS)),
)

/** Features of a recording at 16 kHz, without the silence at its ends. */
export function featuresOf(samples: Int16Array): Features {
  const bands = trimmed(logBands(samples, Math.max(0, Math.floor((samples.length - WINDOW) / HOP) + 1)))
  const frames = bands.length / BANDS
  const values = new Float32Array(frames * DIMENSIONS)
  for (let f = 0; f < frames; f++) {
    for (let c = 0; c < CEPSTRA; c++) {
      let sum = 0
      for (let b = 0; b < BANDS; b++) sum += (bands[f * BANDS + b] ?? 0) * (cosines[c]?.[b] ?? 0)
      values[f * DIMENSIONS + c] = sum
    }
  }
  for (let f = 0; f < frames; f++) {
    const [before, after] = [Math.max(0, f - 3), Math.min(frames - 1, f + 3)]
    for (let c = 0; c < CEPSTRA; c++)
      values[f * DIMENSIONS + CEPSTRA + c] = (values[after * DIMENSIONS + c] ?? 0) - (values[before * DIMENSIONS + c] ?? 0)
  }
  normalise(values, frames)
  return { frames, values }
}

function logBands(samples: Int16Array, frames: number): Float64Array {
  const bands = new Float64Array(frames * BANDS)
  let loudest = 1
  for (let f = 0; f < frames; f++) {
    for (let i = 0; i < WINDOW; i++) {
      const at = f * HOP + i
      frame[i] = ((samples[at] ?? 0) - 0.95 * (samples[at - 1] ?? 0)) * (hamming[i] ?? 0)
    }
    transform(frame, power)
    for (let b = 0; b < BANDS; b++) {
      const [low, middle, high] = [edges[b] ?? 0, edges[b + 1] ?? 0, edges[b + 2] ?? 0]
      let sum = 0
      for (let i = Math.ceil(low); i < high; i++)
        sum += (power[i] ?? 0) * (i < middle ? (i - low) / (middle - low) : (high - i) / (high - middle))
      bands[f * BANDS + b] = sum
      if (sum > loudest) loudest = sum
    }
  }
  for (let i = 0; i < bands.length; i++) bands[i] = Math.log((bands[i] ?? 0) + loudest * FLOOR)
  return bands
}

/** Silence would count as speech in the mean and variance below. */
function trimmed(bands: Float64Array): Float64Array {
  const loudest = bands.reduce((most, each) => Math.max(most, each), Number.NEGATIVE_INFINITY)
  const sounds = (value: number) => value > loudest + Math.log(END)
  const first = bands.findIndex(sounds)
  if (first < 0) return bands
  return bands.subarray(Math.floor(first / BANDS) * BANDS, (Math.floor(bands.findLastIndex(sounds) / BANDS) + 1) * BANDS)
}

/** Each dimension with mean 0 and variance 1 over the recording: takes level, microphone and line away. */
function normalise(values: Float32Array, frames: number): void {
  for (let d = 0; d < DIMENSIONS; d++) {
    let sum = 0
    let squares = 0
    for (let at = d; at < values.length; at += DIMENSIONS) {
      sum += values[at] ?? 0
      squares += (values[at] ?? 0) ** 2
    }
    const mean = sum / Math.max(1, frames)
    const deviation = Math.sqrt(Math.max(1e-9, squares / Math.max(1, frames) - mean * mean))
    for (let at = d; at < values.length; at += DIMENSIONS) values[at] = ((values[at] ?? 0) - mean) / deviation
  }
}
