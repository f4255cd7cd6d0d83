/** Each time it ran dry it gathers so much more, up to the most. */
const STEP_MS = 20
const MOST_MS = 240
/** More than this above the cushion is old sound: it is left out, so that talk stays talk. */
const SLACK_MS = 240
/** Gain goes from nothing to all in this time, so that nothing clicks. */
const FADE_MS = 3
/** A last word shorter than the cushion does not wait for more. */
const PATIENCE_MS = 120

/** Sound on its way to the loudspeaker: gathered for a moment against an uneven network, then given out block by block. */
export class Cushion {
  #samples
  #mask
  #read = 0
  #write = 0
  #gain = 0
  #slope
  #perMs
  #waited = 0
  #playing = false
  targetMs

  /** @param {{ hz: number, targetMs?: number }} o */
  constructor({ hz, targetMs = 60 }) {
    this.#perMs = hz / 1000
    this.#samples = new Float32Array(2 ** Math.ceil(Math.log2(hz)))
    this.#mask = this.#samples.length - 1
    this.#slope = 1 / (FADE_MS * this.#perMs)
    this.targetMs = targetMs
  }

  get queuedMs() {
    return (this.#write - this.#read) / this.#perMs
  }

  /** @param {number} sample */
  push(sample) {
    this.#samples[this.#write & this.#mask] = sample
    this.#write += 1
  }

  /** Call after a piece was pushed: what is too late to be talk is skipped. */
  settle() {
    if (this.queuedMs <= this.targetMs + SLACK_MS) return
    this.#read = this.#write - Math.round(this.targetMs * this.#perMs)
    this.#gain = 0
  }

  clear() {
    this.#read = this.#write
    this.#playing = false
    this.#gain = 0
  }

  /** @param {Float32Array} out */
  render(out) {
    if (!this.#playing) this.#gather(out.length)
    for (let i = 0; i < out.length; i += 1) out[i] = this.#playing ? this.#next() : 0
  }

  /** @param {number} length */
  #gather(length) {
    if (this.#write === this.#read) return
    this.#waited += length
    if (this.queuedMs < this.targetMs && this.#waited < PATIENCE_MS * this.#perMs) return
    this.#playing = true
    this.#waited = 0
  }

  #next() {
    const left = this.#write - this.#read
    if (left === 0) {
      this.#playing = false
      this.#gain = 0
      this.targetMs = Math.min(MOST_MS, this.targetMs + STEP_MS)
      return 0
    }
    const dying = left * this.#slope < 1
    this.#gain = dying ? Math.min(this.#gain, left * this.#slope) : Math.min(1, this.#gain + this.#slope)
    const value = Number(this.#samples[this.#read & this.#mask]) * this.#gain
    this.#read += 1
    return value
  }
}
