import { DIMENSIONS, type Features } from './features.ts'

/** Frames that may be missing or too many at either end: where speech was found to begin is never exact. */
const LOOSE_FRAMES = 16
const BAND = 0.2

/**
 * How far two recordings are apart when time may stretch (dynamic time warping): 0 for the same, about 1 for strangers.
 * Infinity when their lengths are too different, or when it is certain to be more than `limit`.
 */
export function distance(a: Features, b: Features, limit = Number.POSITIVE_INFINITY): number {
  const [n, m] = [a.frames, b.frames]
  if (n < 5 || m < 5 || n > m * 1.7 + LOOSE_FRAMES || m > n * 1.7 + LOOSE_FRAMES) return Number.POSITIVE_INFINITY
  const reach = Math.max(LOOSE_FRAMES, Math.ceil(Math.max(n, m) * BAND))
  const highest = limit * (n + m)
  let before = new Float64Array(m).fill(Number.POSITIVE_INFINITY)
  let row = new Float64Array(m)
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < n; i++) {
    row.fill(Number.POSITIVE_INFINITY)
    const middle = (i * m) / n
    const [from, to] = [Math.max(0, Math.floor(middle - reach)), Math.min(m - 1, Math.ceil(middle + reach))]
    let least = Number.POSITIVE_INFINITY
    for (let j = from; j <= to; j++) {
      const here = apart(a.values, i, b.values, j)
      const starts = (i === 0 && j < LOOSE_FRAMES) || (j === 0 && i < LOOSE_FRAMES)
      const diagonal = i > 0 && j > 0 ? (before[j - 1] ?? 0) + 2 * here : Number.POSITIVE_INFINITY
      const down = i > 0 ? (before[j] ?? 0) + here : Number.POSITIVE_INFINITY
      const along = j > 0 ? (row[j - 1] ?? 0) + here : Number.POSITIVE_INFINITY
      const cost = Math.min(diagonal, down, along, starts ? (i + j + 2) * here : Number.POSITIVE_INFINITY)
      row[j] = cost
      if (cost < least) least = cost
      const ends = (i === n - 1 && j >= m - LOOSE_FRAMES) || (j === m - 1 && i >= n - LOOSE_FRAMES)
      if (ends && cost / (i + j + 2) < best) best = cost / (i + j + 2)
    }
    if (least > highest) return Number.POSITIVE_INFINITY
    ;[before, row] = [row, before]
  }
  return best
}

/** Root mean square difference of two frames. */
function apart(a: Float32Array, i: number, b: Float32Array, j: number): number {
  const [at, bt] = [i * DIMENSIONS, j * DIMENSIONS]
  let sum = 0
  for (let d = 0; d < DIMENSIONS; d++) {
    const difference = (a[at + d] ?? 0) - (b[bt + d] ?? 0)
    sum += difference * difference
  }
  return Math.sqrt(sum / DIMENSIONS)
}
