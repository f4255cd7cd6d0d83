import { type Microphone, type MicrophoneEvents, openMicrophone } from '../microphone/index.ts'
import { until } from './element-kit.test-kit.ts'

/** What a microphone said. */
class Heard implements MicrophoneEvents {
  readonly frames: { pcm: ArrayBuffer; atMs: number }[] = []
  readonly levels: number[] = []
  readonly troubles: string[] = []
  readonly devicesTold: { inputs: MediaDeviceInfo[]; currentId: string | undefined }[] = []
  /** Called for every frame, to wait without timers. */
  onFrame: () => void = () => {}

  frame(pcm: ArrayBuffer, atMs: number): void {
    this.frames.push({ pcm, atMs })
    this.onFrame()
  }
  level(level: number): void {
    this.levels.push(level)
  }
  trouble(what: string): void {
    this.troubles.push(what)
  }
  devices(inputs: MediaDeviceInfo[], currentId: string | undefined): void {
    this.devicesTold.push({ inputs, currentId })
  }

  /** The samples of all frames from the one of that number on. */
  signal(from = 0): Float32Array {
    return Float32Array.from(this.frames.slice(from).flatMap(({ pcm }) => [...new Int16Array(pcm)])).map((value) => value / 32768)
  }

  /** Waits for that many more frames; returns the number of the first of them. */
  async more(count: number): Promise<number> {
    const from = this.frames.length
    await until(() => this.frames.length >= from + count)
    return from
  }
}

/** A stream like a microphone's whose sound the test makes itself. */
export class Voice {
  readonly context: AudioContext
  readonly #out: MediaStreamAudioDestinationNode
  readonly gain: GainNode

  constructor(o: { hz: number; amplitude?: number; sampleRate?: number; context?: AudioContext }) {
    this.context = o.context ?? new AudioContext(o.sampleRate ? { sampleRate: o.sampleRate } : {})
    this.#out = new MediaStreamAudioDestinationNode(this.context, { channelCount: 1 })
    this.gain = new GainNode(this.context, { gain: o.amplitude ?? 0.5 })
    const tone = new OscillatorNode(this.context, { frequency: o.hz })
    tone.connect(this.gain).connect(this.#out)
    tone.start()
  }

  get stream(): MediaStream {
    return this.#out.stream
  }

  /** Leads this voice straight into whatever its context captures: a stream between loses blocks of its own while the machine is busy. */
  straight(): this {
    this.context.createMediaStreamSource = () => this.gain as unknown as MediaStreamAudioSourceNode
    return this
  }
}

/** The microphones and contexts of one test, ended together. */
export class Bench {
  readonly heard = new Heard()
  readonly contexts: AudioContext[] = []
  /** Every stream that was asked for while the test ran, and what was live when it was. */
  readonly asked: { constraints: MediaStreamConstraints; liveBefore: boolean; stream?: MediaStream }[] = []
  readonly #microphones: Microphone[] = []
  readonly #getUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  stream: MediaStream | undefined

  constructor() {
    navigator.mediaDevices.getUserMedia = (constraints) => this.#ask(constraints ?? {})
  }

  /** Stands for the browser's answer from now on; undefined is the browser's own. */
  answer: ((constraints: MediaStreamConstraints) => Promise<MediaStream>) | undefined

  async #ask(constraints: MediaStreamConstraints): Promise<MediaStream> {
    const liveBefore = this.stream?.getAudioTracks()[0]?.readyState === 'live'
    const entry: Bench['asked'][number] = { constraints, liveBefore }
    this.asked.push(entry)
    entry.stream = await (this.answer ?? this.#getUserMedia)(constraints)
    return entry.stream
  }

  context(sampleRate?: number): AudioContext {
    const context = new AudioContext(sampleRate ? { sampleRate } : {})
    this.contexts.push(context)
    return context
  }

  voice(o: ConstructorParameters<typeof Voice>[0]): Voice {
    const voice = new Voice(o)
    this.contexts.push(voice.context)
    return voice
  }

  async open(o: {
    stream: MediaStream
    context?: AudioContext
    muted?: boolean
    workletUrl?: string
    deviceId?: string
  }): Promise<Microphone> {
    this.stream = o.stream
    const context = o.context ?? this.context()
    const microphone = await openMicrophone({ ...o, context, muted: o.muted ?? false, on: this.heard })
    this.#microphones.push(microphone)
    return microphone
  }

  get track(): MediaStreamTrack {
    return this.stream?.getAudioTracks()[0] as MediaStreamTrack
  }

  async close(): Promise<void> {
    for (const microphone of this.#microphones) microphone.stop()
    navigator.mediaDevices.getUserMedia = this.#getUserMedia
    for (const context of this.contexts) if (context.state !== 'closed') await context.close()
  }
}
