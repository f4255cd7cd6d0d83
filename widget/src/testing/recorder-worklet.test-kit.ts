declare const registerProcessor: (name: string, processor: new () => unknown) => void
declare class AudioWorkletProcessor {
  readonly port: MessagePort
}

/** Hands every block that reaches it to the test. */
class Recorder extends AudioWorkletProcessor {
  process(inputs: Float32Array[][]): boolean {
    const block = inputs[0]?.[0]
    this.port.postMessage(block ? block.slice() : new Float32Array(128))
    return true
  }
}

registerProcessor('recorder', Recorder)
