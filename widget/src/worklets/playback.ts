import type { FromPlayback, PlaybackOptions, ToPlayback } from './messages.ts'
import { PlaybackRing } from './playback-ring.ts'

// The worklet's own globals; the DOM's types do not know them.
declare const sampleRate: number
declare const currentFrame: number
declare const registerProcessor: (name: string, processor: new (options: { processorOptions: PlaybackOptions }) => unknown) => void
declare class AudioWorkletProcessor {
  readonly port: MessagePort
}

const REPORT_EVERY_S = 0.04

class Playback extends AudioWorkletProcessor {
  readonly #ring: PlaybackRing
  #alive = true
  #sounding = false
  #utterance = 0
  #energy = 0
  #frames = 0
  #quiet = true

  constructor(options: { processorOptions: PlaybackOptions }) {
    super()
    // The device's own rate, as it is here and now: headsets may give 8, 16 or 24 kHz.
    this.#ring = new PlaybackRing({ sourceHz: options.processorOptions.sourceHz, deviceHz: sampleRate })
    this.port.onmessage = ({ data }: MessageEvent<ToPlayback>) => this.#take(data)
  }

  #take(message: ToPlayback): void {
    if (message instanceof ArrayBuffer) {
      this.#ring.push(new Int16Array(message, 0, message.byteLength >> 1))
      return
    }
    switch (message.type) {
      case 'begin':
        this.#utterance = message.utterance
        this.#ring.begin(message.utterance)
        return
      case 'mark':
        this.#ring.mark(message.id, message.utterance, message.closes)
        return
      case 'clear':
        this.#tell({ type: 'cleared', ticket: message.ticket, heard: this.#ring.clear(message.utterance) })
        return
      case 'hold':
        this.#ring.hold(message.held)
        return
      case 'stop':
        this.#alive = false
    }
  }

  #tell(message: FromPlayback): void {
    this.port.postMessage(message)
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const out = outputs[0]?.[0]
    if (!out) return this.#alive
    const ring = this.#ring
    ring.render(out)
    for (let i = 0; i < ring.reachedCount; i += 1) this.#tell({ type: 'reached', id: ring.reached[i] as number })
    if (!this.#sounding) this.#listen(out)
    this.#report(out)
    return this.#alive
  }

  #listen(out: Float32Array): void {
    for (let i = 0; i < out.length; i += 1) {
      if (out[i] !== 0) {
        this.#sounding = true
        this.#tell({ type: 'sounding', contextTime: (currentFrame + i) / sampleRate })
        return
      }
    }
  }

  #report(out: Float32Array): void {
    for (let i = 0; i < out.length; i += 1) this.#energy += (out[i] as number) ** 2
    this.#frames += out.length
    if (this.#frames < REPORT_EVERY_S * sampleRate) return
    const level = Math.sqrt(this.#energy / this.#frames)
    this.#energy = 0
    this.#frames = 0
    const quiet = level === 0
    if (!quiet || !this.#quiet) {
      this.#tell({ type: 'level', level, utterance: this.#utterance, heard: this.#ring.ledger.heard(this.#utterance, this.#ring.position) })
    }
    this.#quiet = quiet
  }
}

registerProcessor('va-playback', Playback)
