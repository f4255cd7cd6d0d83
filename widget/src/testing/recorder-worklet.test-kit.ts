declare const currentFrame: number
declare const registerProcessor: (name: string, processor: new () => unknown) => void
declare class AudioWorkletProcessor {
  readonly port: MessagePort
}

/** Hands every block that reaches it to the test, with its frame on the context's clock. */
class Recorder extends AudioWorkletProcessor {
  process(inputs: Float32Array[][]): boolean {
    const block = inputs[0]?.[0]
    this.port.postMessage({ frame: currentFrame, block: block ? block.slice() : new Float32Array(128) })
    return true
  }
}

registerProcessor('recorder', Recorder)
