import { Cushion } from './cushion.js'
import { LINE_HZ } from './framer.js'
import { Resampler } from './resampler.js'

/** One handset's loudspeaker: takes the line's frames (an ArrayBuffer each), plays them at the device's own rate; `clear` and `end`. */
class Playback extends AudioWorkletProcessor {
  #alive = true
  #cushion = new Cushion({ hz: sampleRate })
  #resampler = new Resampler(LINE_HZ, sampleRate)

  constructor() {
    super()
    this.port.onmessage = ({ data }) => this.#take(data)
  }

  /** @param {ArrayBuffer | 'clear' | 'end'} data */
  #take(data) {
    if (data === 'clear') this.#cushion.clear()
    else if (data === 'end') this.#alive = false
    else {
      for (const sample of new Int16Array(data)) this.#resampler.write(sample / 32768, this.#push)
      this.#cushion.settle()
    }
  }

  /** @param {number} sample */
  #push = (sample) => this.#cushion.push(sample)

  /**
   * @param {Float32Array[][]} _inputs
   * @param {Float32Array[][]} outputs
   */
  process(_inputs, [output]) {
    const [first, ...others] = output ?? []
    if (first) this.#cushion.render(first)
    for (const other of others) if (first) other.set(first)
    return this.#alive
  }
}

registerProcessor('phone-playback', Playback)
