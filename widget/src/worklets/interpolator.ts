/** Zero crossings of the kernel on each side, at the lower of the two rates. */
const CROSSINGS = 18
const PHASES = 256
/** Kaiser shape for about 80 dB. */
const BETA = 8
/** Pass band as a share of the lower rate's Nyquist; the rest is the filter's slope. */
const PASS = 0.93

/**
 * Reads a stream of samples at any position between them, band-limited: a windowed sinc in phases, so that speech at 24 kHz sounds
 * the same on a 44.1 or 48 kHz device as on its own, without images or aliases.
 */
export class Interpolator {
  /** Samples needed on each side of the position. */
  readonly half: number
  readonly #taps: number
  readonly #kernels: Float32Array

  constructor(sourceHz: number, deviceHz: number) {
    const cutoff = PASS * Math.min(1, deviceHz / sourceHz)
    this.half = Math.ceil(CROSSINGS / Math.min(1, deviceHz / sourceHz))
    this.#taps = this.half * 2
    this.#kernels = new Float32Array((PHASES + 1) * this.#taps)
    for (let phase = 0; phase <= PHASES; phase += 1) this.#fill(phase, cutoff)
  }

  #fill(phase: number, cutoff: number): void {
    const at = phase * this.#taps
    const row = new Float64Array(this.#taps)
    let sum = 0
    for (let tap = 0; tap < this.#taps; tap += 1) {
      const distance = tap - this.half + 1 - phase / PHASES
      const value = sinc(distance * cutoff) * kaiser(distance / this.half)
      row[tap] = value
      sum += value
    }
    for (let tap = 0; tap < this.#taps; tap += 1) this.#kernels[at + tap] = (row[tap] ?? 0) / sum
  }

  /** The value at `position`; `samples` is a ring whose length is `mask + 1`, a power of two. Allocates nothing. */
  at(samples: Float32Array, mask: number, position: number): number {
    const whole = Math.floor(position)
    const phase = (position - whole) * PHASES
    const row = Math.floor(phase)
    const share = phase - row
    const kernels = this.#kernels
    const taps = this.#taps
    const first = whole - this.half + 1
    const near = row * taps
    const next = near + taps
    let low = 0
    let high = 0
    for (let tap = 0; tap < taps; tap += 1) {
      const sample = samples[(first + tap) & mask] as number
      low += sample * (kernels[near + tap] as number)
      // The row after the last phase exists, so that this never reads past the end.
      high += sample * (kernels[next + tap] as number)
    }
    return low + (high - low) * share
  }
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))

const kaiser = (x: number): number => (Math.abs(x) >= 1 ? 0 : bessel(BETA * Math.sqrt(1 - x * x)) / AT_CENTRE)

const AT_CENTRE = bessel(BETA)

function bessel(x: number): number {
  let sum = 1
  let term = 1
  for (let k = 1; term > sum * 1e-12; k += 1) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}
