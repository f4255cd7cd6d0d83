/** The computer's microphone, open only while somebody talks. */
export class Microphone {
  /** @type {'closed' | 'asking' | 'open' | 'refused'} */
  state = 'closed'
  #context
  #give
  #changed
  /** @type {(() => void) | undefined} */
  #close
  /** Counts openings, so that an answer to an earlier question changes nothing. */
  #attempt = 0

  /**
   * @param {{ context: () => AudioContext, give: (frame: ArrayBuffer) => void, changed: () => void }} o
   */
  constructor({ context, give, changed }) {
    this.#context = context
    this.#give = give
    this.#changed = changed
  }

  /** Asks for it; call it inside a click or a key. Without it the phones work by keys. */
  async open() {
    if (this.state === 'asking' || this.state === 'open') return
    this.#attempt += 1
    const attempt = this.#attempt
    this.#become('asking')
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      })
      const close = await this.#listen(stream, attempt)
      // Hung up while it was asked for.
      if (attempt !== this.#attempt) return close()
      this.#close = close
      this.#become('open')
    } catch {
      if (attempt === this.#attempt) this.#become('refused')
    }
  }

  close() {
    this.#attempt += 1
    this.#close?.()
    this.#close = undefined
    if (this.state !== 'closed') this.#become('closed')
  }

  /**
   * @param {MediaStream} stream
   * @param {number} attempt
   * @returns {Promise<() => void>} closes it
   */
  async #listen(stream, attempt) {
    const context = this.#context()
    try {
      await context.audioWorklet.addModule('/phone/sound/capture.js')
    } catch (error) {
      stop(stream)
      throw error
    }
    const source = new MediaStreamAudioSourceNode(context, { mediaStream: stream })
    const capture = new AudioWorkletNode(context, 'phone-capture')
    capture.port.onmessage = ({ data }) => {
      if (attempt === this.#attempt) this.#give(data)
    }
    // Its output is silent; a node that leads nowhere is not run by every browser.
    source.connect(capture).connect(context.destination)
    return () => {
      capture.port.postMessage('end')
      source.disconnect()
      capture.disconnect()
      stop(stream)
    }
  }

  /** @param {Microphone['state']} state */
  #become(state) {
    this.state = state
    this.#changed()
  }
}

/** @param {MediaStream} stream */
function stop(stream) {
  for (const track of stream.getTracks()) track.stop()
}
