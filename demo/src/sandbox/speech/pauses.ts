import { FEATURE_HZ } from './features.ts'

const STEP = FEATURE_HZ / 100
const PAUSE_STEPS = 16
/** Quieter than the loudest step by this factor (30 dB) is a pause. */
const QUIET = 0.03
const MOST_PARTS = 6

/** Where somebody took a breath: the recording's parts between pauses of 160 ms or more, six at most. */
export function partsBetweenPauses(samples: Int16Array): Int16Array[] {
  const levels = Array.from({ length: Math.floor(samples.length / STEP) }, (_, n) => {
    let sum = 0
    for (let at = n * STEP; at < (n + 1) * STEP; at++) sum += (samples[at] ?? 0) ** 2
    return Math.sqrt(sum / STEP)
  })
  const loud = Math.max(1, ...levels) * QUIET
  const parts: Int16Array[] = []
  let begun = -1
  let quiet = 0
  for (const [n, level] of [...levels, ...new Array<number>(PAUSE_STEPS).fill(0)].entries()) {
    quiet = level < loud ? quiet + 1 : 0
    if (quiet === 0 && begun < 0) begun = n
    if (quiet < PAUSE_STEPS || begun < 0) continue
    parts.push(samples.subarray(begun * STEP, (n - PAUSE_STEPS + 1) * STEP))
    begun = -1
  }
  return parts.length <= MOST_PARTS ? parts : []
}
