/** Flite's four voices differ in loudness by 12 dB and begin and end in a quarter second of near silence: level and trim them. */

const QUIET = 200
const LEAD_MS = 20
const TAIL_MS = 200
const FADE_MS = 5

/** Takes int16 samples; returns a copy in which speech begins after 20 ms and at most 200 ms of rest follow it. Empty when all is silence. */
export function shape(samples: Int16Array, rateHz: number, gain: number): Int16Array {
  let first = 0
  while (first < samples.length && Math.abs(samples[first] ?? 0) <= QUIET) first++
  if (first === samples.length) return new Int16Array(0)
  let last = samples.length - 1
  while (Math.abs(samples[last] ?? 0) <= QUIET) last--
  const perMs = rateHz / 1000
  const out = samples.slice(Math.max(0, first - LEAD_MS * perMs), Math.min(samples.length, last + 1 + TAIL_MS * perMs))
  const fade = Math.min(FADE_MS * perMs, out.length)
  for (let i = 0; i < out.length; i++) {
    const edge = Math.min(1, (i + 1) / fade, (out.length - i) / fade)
    out[i] = Math.max(-32_768, Math.min(32_767, Math.round((out[i] ?? 0) * gain * edge)))
  }
  return out
}
