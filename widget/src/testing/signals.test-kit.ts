/** A sine as PCM16. */
export function tone(o: { hz: number; sampleRate: number; samples: number; amplitude?: number; from?: number }): Int16Array {
  const out = new Int16Array(o.samples)
  for (let i = 0; i < out.length; i += 1) {
    out[i] = Math.round(32767 * (o.amplitude ?? 0.5) * Math.sin((2 * Math.PI * o.hz * ((o.from ?? 0) + i)) / o.sampleRate))
  }
  return out
}

/** Splits a signal into the sine of that frequency and everything else; both as RMS. */
export function fit(signal: Float32Array, hz: number, sampleRate: number): { tone: number; rest: number } {
  const n = signal.length
  let a = 0
  let b = 0
  // The span is cut to whole periods, so that sine and cosine are orthogonal over it.
  const span = Math.floor((Math.floor((n * hz) / sampleRate) * sampleRate) / hz)
  for (let i = 0; i < span; i += 1) {
    const phase = (2 * Math.PI * hz * i) / sampleRate
    a += (signal[i] as number) * Math.cos(phase)
    b += (signal[i] as number) * Math.sin(phase)
  }
  a = (2 * a) / span
  b = (2 * b) / span
  let rest = 0
  for (let i = 0; i < span; i += 1) {
    const phase = (2 * Math.PI * hz * i) / sampleRate
    rest += ((signal[i] as number) - a * Math.cos(phase) - b * Math.sin(phase)) ** 2
  }
  return { tone: Math.hypot(a, b) / Math.SQRT2, rest: Math.sqrt(rest / span) }
}

export const decibels = (ratio: number): number => 20 * Math.log10(Math.max(ratio, 1e-12))

export function rms(signal: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < signal.length; i += 1) sum += (signal[i] as number) ** 2
  return Math.sqrt(sum / signal.length)
}
