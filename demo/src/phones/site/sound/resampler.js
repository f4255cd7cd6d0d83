/** Zero crossings of the kernel on each side, at the lower of the two rates. */
const CROSSINGS = 16
/** Kaiser shape for about 70 dB. */
const BETA = 7
/** Middle of the filter's slope as a share of the lower rate's Nyquist. */
const CUTOFF = 0.9
/** Every rate a device has needs fewer; others round to the nearest of these. */
const MOST_PHASES = 1024

/** Turns a stream of samples into another rate without aliases, sample by sample: a windowed sinc, one kernel per phase of the ratio. */
export class Resampler {
  #half
  #kernels
  #ring
  #up
  #down
  #phases
  #written = 0
  #whole = 0
  #phase = 0

  /**
   * @param {number} fromHz
   * @param {number} toHz
   */
  constructor(fromHz, toHz) {
    const common = divisor(Math.round(fromHz), Math.round(toHz))
    this.#up = Math.round(toHz) / common
    this.#down = Math.round(fromHz) / common
    this.#phases = Math.min(this.#up, MOST_PHASES)
    const lower = Math.min(1, toHz / fromHz)
    this.#half = Math.ceil(CROSSINGS / lower)
    this.#kernels = kernels(this.#phases, this.#half, lower)
    this.#ring = new Float32Array(2 ** Math.ceil(Math.log2(this.#half * 2 + 1)))
  }

  /**
   * Takes one sample and hands over those that it completes, in order.
   * @param {number} sample
   * @param {(sample: number) => void} give
   */
  write(sample, give) {
    this.#ring[this.#written & (this.#ring.length - 1)] = sample
    this.#written += 1
    while (this.#whole + this.#half < this.#written) give(this.#read())
  }

  #read() {
    const taps = this.#half * 2
    const row = Math.floor((this.#phase * this.#phases) / this.#up) * taps
    const mask = this.#ring.length - 1
    const first = this.#whole - this.#half + 1
    let sum = 0
    for (let tap = 0; tap < taps; tap += 1) sum += Number(this.#ring[(first + tap) & mask]) * Number(this.#kernels[row + tap])
    this.#phase += this.#down
    this.#whole += Math.floor(this.#phase / this.#up)
    this.#phase %= this.#up
    return sum
  }
}

/**
 * @param {number} phases
 * @param {number} half
 * @param {number} lower
 */
function kernels(phases, half, lower) {
  const taps = half * 2
  const all = new Float32Array(phases * taps)
  for (let phase = 0; phase < phases; phase += 1) {
    const row = all.subarray(phase * taps, (phase + 1) * taps)
    let sum = 0
    for (let tap = 0; tap < taps; tap += 1) {
      const distance = tap - half + 1 - phase / phases
      row[tap] = sinc(distance * CUTOFF * lower) * kaiser(distance / half)
      sum += Number(row[tap])
    }
    for (let tap = 0; tap < taps; tap += 1) row[tap] = Number(row[tap]) / sum
  }
  return all
}

/** @type {(a: number, b: number) => number} */
const divisor = (a, b) => (b === 0 ? a : divisor(b, a % b))

/** @param {number} x */
const sinc = (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))

/** @param {number} x */
const kaiser = (x) => (Math.abs(x) >= 1 ? 0 : bessel(BETA * Math.sqrt(1 - x * x)))

/** @param {number} x */
function bessel(x) {
  let sum = 1
  let term = 1
  for (let k = 1; term > sum * 1e-12; k += 1) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}
