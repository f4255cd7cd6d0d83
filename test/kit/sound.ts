import type { Recording } from './ear.ts'

/** Looks at what was heard. */

const WINDOW_MS = 5
const SILENT = 0.0005

/** Loudness (root mean square) of every 5 ms. */
export function envelope({ samples, sampleRate }: Pick<Recording, 'samples' | 'sampleRate'>): Float32Array {
  const size = Math.round((sampleRate * WINDOW_MS) / 1000)
  return Float32Array.from({ length: Math.floor(samples.length / size) }, (_, at) => {
    let sum = 0
    for (let i = at * size; i < (at + 1) * size; i++) sum += (samples[i] ?? 0) ** 2
    return Math.sqrt(sum / size)
  })
}

export const part = (recording: Recording, fromMs: number, toMs = Number.POSITIVE_INFINITY): Recording => {
  const at = (ms: number) => Math.round((Math.min(ms, 3_600_000) * recording.sampleRate) / 1000)
  return { ...recording, samples: recording.samples.subarray(at(fromMs), at(toMs)) }
}

export const lengthMs = ({ samples, sampleRate }: Recording) => (samples.length / sampleRate) * 1000

/** How much of it sounds at all. */
export const soundingMs = (recording: Recording) => envelope(recording).filter((level) => level > SILENT).length * WINDOW_MS

/** Without the silence at both ends. */
export function trim(levels: Float32Array): Float32Array {
  const from = levels.findIndex((level) => level > SILENT)
  const to = levels.findLastIndex((level) => level > SILENT)
  return from < 0 ? levels.subarray(0, 0) : levels.subarray(from, to + 1)
}

/** Takes the one silence out that is longer than `longerThanMs`, and says where it was. `at` is -1 when there is none. */
export function mendGap(levels: Float32Array, longerThanMs: number): { levels: Float32Array; at: number } {
  let start = -1
  for (let i = 0; i <= levels.length; i++) {
    if (i < levels.length && (levels[i] ?? 0) <= SILENT) {
      if (start < 0) start = i
      continue
    }
    if (start >= 0 && (i - start) * WINDOW_MS > longerThanMs) {
      return { levels: Float32Array.of(...levels.subarray(0, start), ...levels.subarray(i)), at: start }
    }
    start = -1
  }
  return { levels, at: -1 }
}

/** By how many ms `part` must be moved to lie best upon `whole` from `at` on, and how well it then fits (1: the same). */
export function bestLag(part: Float32Array, whole: Float32Array, at: number, mostMs: number): { lagMs: number; fit: number } {
  const most = Math.round(mostMs / WINDOW_MS)
  let best = { lagMs: 0, fit: -1 }
  for (let lag = -most; lag <= most; lag++) {
    const fit = correlation(part, whole, at + lag)
    if (fit > best.fit) best = { lagMs: lag * WINDOW_MS, fit }
  }
  return best
}

function correlation(part: Float32Array, whole: Float32Array, at: number): number {
  let both = 0
  let one = 0
  let other = 0
  for (let i = 0; i < part.length; i++) {
    const a = part[i] ?? 0
    const b = whole[at + i] ?? 0
    both += a * b
    one += a * a
    other += b * b
  }
  return one > 0 && other > 0 ? both / Math.sqrt(one * other) : 0
}

/** Windows of `envelope` for this many ms. */
export const windows = (ms: number) => Math.round(ms / WINDOW_MS)
export const toMs = (count: number) => count * WINDOW_MS
