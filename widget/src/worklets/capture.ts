import { CaptureFrames } from './capture-frames.ts'
import type { CaptureOptions, FromCapture, ToCapture } from './capture-messages.ts'

// The worklet's own globals; the DOM's types do not know them.
declare const sampleRate: number
declare const currentFrame: number
declare const registerProcessor: (name: string, processor: new (options: { processorOptions: CaptureOptions }) => unknown) => void
declare class AudioWorkletProcessor {
  readonly port: MessagePort
}

/** The visitor's microphone. Its messages are the call's clock: they come in hidden tabs, too, where timers are held back. */
class Capture extends AudioWorkletProcessor {
  readonly #frames: CaptureFrames
  #alive = true

  constructor(options: { processorOptions: CaptureOptions }) {
    super()
    const tell = (message: FromCapture, give: Transferable[] = []) => this.port.postMessage(message, give)
    this.#frames = new CaptureFrames({
      // The device's own rate, as it is here and now: headsets may give 8, 16 or 24 kHz.
      deviceHz: sampleRate,
      muted: options.processorOptions.muted,
      to: {
        // Every browser runs on little-endian machines, so this is PCM16LE.
        frame: ({ buffer }, atMs) => tell({ type: 'frame', pcm: buffer, atMs }, [buffer]),
        level: (level) => tell({ type: 'level', level }),
        silent: () => tell({ type: 'silent' }),
        sound: () => tell({ type: 'sound' }),
      },
    })
    this.port.onmessage = ({ data }: MessageEvent<ToCapture>) => {
      if (data.type === 'mute') this.#frames.setMuted(data.muted)
      else this.#alive = false
    }
  }

  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const channels = inputs[0] ?? []
    this.#frames.take(channels, outputs[0]?.[0]?.length ?? 0, currentFrame)
    return this.#alive
  }
}

registerProcessor('va-capture', Capture)
