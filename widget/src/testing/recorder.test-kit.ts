/** Records what really reaches the loudspeaker of a context: everything connected to its destination also comes here. */
export class Recorder {
  readonly blocks: Float32Array[] = []
  readonly sampleRate: number
  /** When the first sample sounded that can be heard, on the context's clock. */
  firstHeardAtS: number | undefined
  #node: AudioWorkletNode

  private constructor(context: AudioContext) {
    this.sampleRate = context.sampleRate
    this.#node = new AudioWorkletNode(context, 'recorder', { channelCount: 1, channelCountMode: 'explicit' })
    this.#node.port.onmessage = ({ data }: MessageEvent<{ frame: number; block: Float32Array }>) => {
      this.blocks.push(data.block)
      const heard = this.firstHeardAtS === undefined ? data.block.findIndex(audibly) : -1
      if (heard >= 0) this.firstHeardAtS = (data.frame + heard) / this.sampleRate
    }
    this.#node.connect(context.destination)
  }

  static async on(context: AudioContext): Promise<Recorder> {
    await context.audioWorklet.addModule(new URL('./recorder-worklet.test-kit.ts', import.meta.url))
    const recorder = new Recorder(context)
    const connect = AudioNode.prototype.connect
    const { destination } = context
    const node = recorder.#node
    AudioNode.prototype.connect = function (this: AudioNode, target: AudioNode, ...more: number[]) {
      if (target === destination) connect.call(this, node as unknown as AudioParam & AudioNode)
      return connect.call(this, target as unknown as AudioParam & AudioNode, ...(more as [])) as unknown as AudioNode
    } as unknown as typeof connect
    recorder.#restore = () => {
      AudioNode.prototype.connect = connect
    }
    return recorder
  }

  #restore = () => {}

  stop(): void {
    this.#restore()
    this.#node.disconnect()
  }

  /** Everything recorded so far. */
  get signal(): Float32Array {
    const out = new Float32Array(this.blocks.length * 128)
    for (const [i, block] of this.blocks.entries()) out.set(block, i * 128)
    return out
  }

  /** The part between the first and the last sample that can be heard. */
  get audible(): Float32Array {
    const { signal } = this
    const first = signal.findIndex(audibly)
    let last = signal.length - 1
    while (last > first && !audibly(signal[last] as number)) last -= 1
    return first === -1 ? new Float32Array(0) : signal.slice(first, last + 1)
  }
}

const audibly = (value: number) => Math.abs(value) > 1e-4
