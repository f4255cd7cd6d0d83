/** Zero crossings of the kernel on each side, at the lower of the two rates: 2.5 ms at 16 kHz. */
const CROSSINGS = 40
/** Kaiser shape for about 75 dB. */
const BETA = 7.4
/** Middle of the filter's slope as a share of the lower rate's Nyquist: flat to 7 kHz, closed from 8 kHz. */
const CUTOFF = 0.935
/** Every rate a device has needs at most 640; others round to the nearest of these, some 70 dB down. */
const MOST_PHASES = 1024

/**
 * Turns a stream of samples into another rate without aliases: a Kaiser-windowed sinc with one kernel per phase of the two rates'
 * exact ratio. Sample by sample, so that the size of blocks makes no difference; after the constructor nothing is allocated.
 */
export class BandLimit {
  readonly #half: number
  readonly #kernels: Float32Array
  readonly #ring: Float32Array
  readonly #up: number
  readonly #down: number
  readonly #phases: number
  #written = 0
  #whole = 0
  #phase = 0

  constructor(fromHz: number, toHz: number) {
    const common = divisor(Math.round(fromHz), toHz)
    this.#up = toHz / common
    this.#down = Math.round(fromHz) / common
    this.#phases = Math.min(this.#up, MOST_PHASES)
    const lower = Math.min(1, toHz / fromHz)
    // Of equal rates the kernel is its middle alone.
    this.#half = fromHz === toHz ? 1 : Math.ceil(CROSSINGS / lower)
    this.#kernels = new Float32Array(this.#phases * this.#half * 2)
    for (let phase = 0; phase < this.#phases; phase += 1) this.#fill(phase, CUTOFF * lower)
    this.#ring = new Float32Array(2 ** Math.ceil(Math.log2(this.#half * 2)))
  }

  #fill(phase: number, cutoff: number): void {
    const taps = this.#half * 2
    const row = this.#kernels.subarray(phase * taps, (phase + 1) * taps)
    let sum = 0
    for (let tap = 0; tap < taps; tap += 1) {
      const distance = tap - this.#half + 1 - phase / this.#phases
      row[tap] = sinc(distance * cutoff) * kaiser(distance / this.#half)
      sum += row[tap] as number
    }
    for (let tap = 0; tap < taps; tap += 1) row[tap] = (row[tap] as number) / sum
  }

  /** Where the next sample out lies, counted in samples in from the first. */
  get position(): number {
    return this.#whole + this.#phase / this.#up
  }
  get written(): number {
    return this.#written
  }
  /** Whether what was written is enough for the next sample out. Read it before writing again. */
  get ready(): boolean {
    return this.#whole + this.#half < this.#written
  }

  write(sample: number): void {
    this.#ring[this.#written & (this.#ring.length - 1)] = Number.isFinite(sample) ? sample : 0
    this.#written += 1
  }

  /** The next sample out, while `ready`. */
  read(): number {
    const ring = this.#ring
    const kernels = this.#kernels
    const mask = ring.length - 1
    const taps = this.#half * 2
    const row = Math.floor((this.#phase * this.#phases) / this.#up) * taps
    const first = this.#whole - this.#half + 1
    let sum = 0
    for (let tap = 0; tap < taps; tap += 1) sum += (ring[(first + tap) & mask] as number) * (kernels[row + tap] as number)
    this.#phase += this.#down
    this.#whole += Math.floor(this.#phase / this.#up)
    this.#phase %= this.#up
    return sum
  }
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b))

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))

const kaiser = (x: number): number => (Math.abs(x) >= 1 ? 0 : bessel(BETA * Math.sqrt(1 - x * x)))

function bessel(x: number): number {
  let sum = 1
  let term = 1
  for (let k = 1; term > sum * 1e-12; k += 1) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}
