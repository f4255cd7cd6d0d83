import { Resampler } from './resampler.js'

export const LINE_HZ = 8000
/** 20 ms. */
export const FRAME_SAMPLES = 160

/** From the device's blocks to the line's frames: one channel, 8 kHz, 20 ms, PCM16. */
export class Framer {
  #resampler
  #frame = new Int16Array(FRAME_SAMPLES)
  #filled = 0
  #give

  /**
   * @param {number} deviceHz
   * @param {(frame: Int16Array<ArrayBuffer>) => void} give the frame is the taker's
   */
  constructor(deviceHz, give) {
    this.#resampler = new Resampler(deviceHz, LINE_HZ)
    this.#give = give
  }

  /** @param {readonly Float32Array[]} channels */
  take(channels) {
    const [first] = channels
    if (!first) return
    for (let i = 0; i < first.length; i += 1) {
      let sum = 0
      for (const channel of channels) sum += Number(channel[i])
      this.#resampler.write(sum / channels.length, this.#add)
    }
  }

  /** @param {number} sample */
  #add = (sample) => {
    this.#frame[this.#filled] = Math.max(-32768, Math.min(32767, Math.round(sample * 32768)))
    this.#filled += 1
    if (this.#filled < FRAME_SAMPLES) return
    this.#filled = 0
    this.#give(this.#frame)
    this.#frame = new Int16Array(FRAME_SAMPLES)
  }
}
