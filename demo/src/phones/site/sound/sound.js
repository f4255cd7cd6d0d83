import { keyTone, ring, ringback } from './tones.js'

/** Everything that the page plays. A browser lets it sound after the first click or key; until then it only moves. */
export class Sound {
  /** @type {AudioContext | undefined} */
  #context
  /** @type {Promise<void> | undefined} */
  #ready
  /** @type {Map<number, AudioWorkletNode>} */
  #speakers = new Map()
  /** What each handset would sound now: started when sound is let in. @type {Map<number, 'ring' | 'ringback'>} */
  #wanted = new Map()
  /** @type {Map<number, () => void>} */
  #sounding = new Map()

  get context() {
    this.#context ??= new AudioContext({ latencyHint: 'interactive' })
    return this.#context
  }

  get awake() {
    return this.#context?.state === 'running'
  }

  /** Call it inside a click or a key. */
  async wake() {
    await this.context.resume()
    this.#ready ??= this.context.audioWorklet.addModule('/phone/sound/playback.js')
    await this.#ready
    for (const [handset, what] of this.#wanted) this.#start(handset, what)
  }

  /**
   * What a handset sounds by itself from now on.
   * @param {number} handset
   * @param {'ring' | 'ringback' | undefined} what
   */
  set(handset, what) {
    if (this.#wanted.get(handset) === what) return
    this.#sounding.get(handset)?.()
    this.#sounding.delete(handset)
    this.#wanted.delete(handset)
    if (!what) return
    this.#wanted.set(handset, what)
    if (this.awake) this.#start(handset, what)
  }

  /** @param {string} digit */
  key(digit) {
    if (this.awake) keyTone(this.context, digit)
  }

  /**
   * What a handset hears, 20 ms.
   * @param {number} handset
   * @param {ArrayBuffer} frame
   */
  hear(handset, frame) {
    if (this.awake && this.#ready) this.#speaker(handset)?.port.postMessage(frame, [frame])
  }

  /** @param {number} handset */
  hush(handset) {
    this.#speakers.get(handset)?.port.postMessage('clear')
  }

  /** @param {number} handset */
  #speaker(handset) {
    const known = this.#speakers.get(handset)
    if (known) return known
    try {
      const made = new AudioWorkletNode(this.context, 'phone-playback', { numberOfInputs: 0, outputChannelCount: [1] })
      made.connect(this.context.destination)
      this.#speakers.set(handset, made)
      return made
    } catch {
      // The module is still on its way.
      return undefined
    }
  }

  /**
   * @param {number} handset
   * @param {'ring' | 'ringback'} what
   */
  #start(handset, what) {
    if (!this.#sounding.has(handset)) this.#sounding.set(handset, what === 'ring' ? ring(this.context, handset) : ringback(this.context))
  }
}
