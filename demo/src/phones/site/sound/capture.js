import { Framer } from './framer.js'

/** The microphone: frames for the line, each with its own memory. */
class Capture extends AudioWorkletProcessor {
  #alive = true
  #framer = new Framer(sampleRate, (frame) => this.port.postMessage(frame.buffer, [frame.buffer]))

  constructor() {
    super()
    this.port.onmessage = () => {
      this.#alive = false
    }
  }

  /** @param {Float32Array[][]} inputs */
  process([input]) {
    this.#framer.take(input ?? [])
    return this.#alive
  }
}

registerProcessor('phone-capture', Capture)
