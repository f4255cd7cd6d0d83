import type { CaptureOptions, FromCapture, ToCapture } from '../worklets/capture-messages.ts'

/** The capture worklet, a file of its own beside this one (never blob: or data:, which strict policies refuse). */
export const captureUrl = (): string => new URL('../worklets/capture.ts', import.meta.url).href

/** One stream through one worklet of one context. A rebuilt context gets a new one; another device only a new source. */
export class CaptureGraph {
  readonly context: AudioContext
  readonly #node: AudioWorkletNode
  #source: MediaStreamAudioSourceNode | undefined

  private constructor(context: AudioContext, node: AudioWorkletNode) {
    this.context = context
    this.#node = node
  }

  /** Rejects when the worklet cannot be loaded. Nothing is captured before `connect`. */
  static async open(o: {
    context: AudioContext
    muted: boolean
    url: string
    hear: (message: FromCapture) => void
    died: () => void
  }): Promise<CaptureGraph> {
    await o.context.audioWorklet.addModule(o.url)
    const processorOptions: CaptureOptions = { muted: o.muted }
    const node = new AudioWorkletNode(o.context, 'va-capture', { outputChannelCount: [1], processorOptions })
    node.port.onmessage = ({ data }: MessageEvent<FromCapture>) => o.hear(data)
    node.onprocessorerror = o.died
    // Silence, but some browsers run only what leads to the loudspeaker.
    node.connect(o.context.destination)
    return new CaptureGraph(o.context, node)
  }

  /** Takes this stream in place of the last. Throws where a browser cannot join the device's rate with the context's (Firefox). */
  connect(stream: MediaStream): void {
    const source = this.context.createMediaStreamSource(stream)
    source.connect(this.#node)
    this.#source?.disconnect()
    this.#source = source
  }

  setMuted(muted: boolean): void {
    this.#post({ type: 'mute', muted })
  }

  close(): void {
    this.#node.port.onmessage = null
    this.#node.onprocessorerror = null
    this.#post({ type: 'stop' })
    this.#source?.disconnect()
    this.#node.disconnect()
  }

  #post(message: ToCapture): void {
    this.#node.port.postMessage(message)
  }
}
